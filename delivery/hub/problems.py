"""What the Hub's clients understand of a refusal: headers, and a body for everybody else.

A HEAD has no body, so that everything that a person must read stands in headers, which hold one
line of ASCII. The codes and the texts that are marked as exact are known to the clients.
"""

import unicodedata

from django.http import JsonResponse

# Some clients and proxies refuse longer header lines; the body holds the whole text.
LONGEST_LINE = 2000

# Exact.
BAD_CREDENTIALS = "Invalid credentials in Authorization header"
DISABLED = "Access to this resource is disabled."

_ASCII = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "..."}
)


class Problem(Exception):
    """Why a request of a Hub client is not answered as it hoped.

    `code` is the Hub's name for it, `message` the sentence for the person. `warning` is told as
    well, since newer command lines show nothing else of a gated repository.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        warning: str = "",
        details: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.warning = warning
        self.details = details or {}
        self.headers = headers or {}

    def response(self) -> JsonResponse:
        """Return the answer, but for the warning."""
        response = JsonResponse({"error": self.message, **self.details}, status=self.status)
        response["X-Error-Message"] = header_line(self.message)
        if self.code:
            response["X-Error-Code"] = self.code
        if self.status == 401:
            response["WWW-Authenticate"] = "Bearer"
        for name, value in self.headers.items():
            response[name] = value
        return response


def header_line(text: str) -> str:
    """Return a text as one line of ASCII, as a header can carry it to every client."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    line = " ".join(plain.encode("ascii", "replace").decode().split())
    printable = "".join(char for char in line if char.isprintable())
    return printable if len(printable) <= LONGEST_LINE else f"{printable[: LONGEST_LINE - 3]}..."


def invalid_token(sentence: str) -> Problem:
    """The request shows credentials that are not valid, for a reason that clients do not know."""
    return Problem(401, BAD_CREDENTIALS, warning=sentence, details={"hint": sentence})


def token_needed(sentence: str) -> Problem:
    """Nobody is known who could be answered."""
    return Problem(401, sentence)


def repo_not_found(*, with_token: bool) -> Problem:
    """There is no such model, or the caller may not know of it: both look the same."""
    if with_token:
        sentence = "There is no such model here, or your account may not know of it."
        return Problem(404, sentence, code="RepoNotFound")
    sentence = "There is no such model here, or one must show a token to know of it."
    return Problem(401, sentence, code="RepoNotFound")


def revision_not_found(revision: str) -> Problem:
    """The model has no such release, or none that the caller may know of."""
    sentence = (
        f"The model has no revision {revision[:100]!r}. A revision is main, the version of a "
        "release, or its digest."
    )
    return Problem(404, sentence, code="RevisionNotFound")


def entry_not_found(path: str, commit: str) -> Problem:
    """The release has no such file; clients remember that for this commit."""
    sentence = f"The release has no file {path[:200]!r}."
    return Problem(404, sentence, code="EntryNotFound", headers={"X-Repo-Commit": commit})


def malformed(sentence: str) -> Problem:
    """The request itself is wrong."""
    return Problem(400, sentence)
