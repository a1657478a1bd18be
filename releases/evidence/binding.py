"""Which release a log says that it measured.

No tool writes down a hash of the weights. What counts is a release's digest under the key
`release_digest` in the metadata or arguments of the run, or a digest as the model's revision: the
hub's commit id is the first 40 characters of the digest, and lm-eval notes that by itself when it
loads a model from a hub.
"""

import re
from collections.abc import Iterable, Mapping

from releases.evidence.texts import as_line
from releases.evidence.told import EvidenceProblem, Flag

KEY = "release_digest"
_REVISIONS = ("revision", "model_revision", "model_sha")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_REVISION = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BEHIND_NAME = re.compile(r"@([0-9a-fA-F]{64}|[0-9a-fA-F]{40})\Z")


def check_digest(digest: str) -> str:
    """Return a release's digest in lower case, or "". Raises ValueError for one that is none."""
    plain = digest.strip().lower()
    if plain and not _DIGEST.fullmatch(plain):
        raise ValueError("A release's digest is written as 64 characters from 0-9 and a-f.")
    return plain


def bind(
    places: Iterable[Mapping[str, object]], model: str, release_digest: str
) -> tuple[str, Flag | None]:
    """Return the digest that a run names in one of `places`, and a doubt where that is none.

    Raises EvidenceProblem where it names another release, or several.
    """
    digests, revisions = _named(places, model)
    if len(digests) > 1:
        raise EvidenceProblem(
            f"The file names several releases ({', '.join(sorted(each[:12] for each in digests))}"
            " …). Evaluate each release in a run of its own."
        )
    named = next(iter(digests), "")
    if named and release_digest and named != release_digest:
        raise EvidenceProblem(
            f"The file was made for another release: it names {named[:12]}…, and this release is "
            f"{release_digest[:12]}…. Attach it to the release that it measured."
        )
    if named:
        return named, None
    for revision in sorted(revisions):
        if release_digest and release_digest.startswith(revision):
            return release_digest, None
    return "", Flag("not_bound", _unbound(model, revisions))


def _named(places: Iterable[Mapping[str, object]], model: str) -> tuple[set[str], set[str]]:
    digests: set[str] = set()
    revisions: set[str] = set()
    for place in places:
        if KEY in place:
            digests.add(_checked(place[KEY]))
        for key in _REVISIONS:
            plain = str(place.get(key, "")).lower()
            if _REVISION.fullmatch(plain):
                revisions.add(plain)
    if behind := _BEHIND_NAME.search(model):
        revisions.add(behind[1].lower())
    whole = {each for each in revisions if len(each) == 64}
    return digests | whole, revisions - whole


def _checked(value: object) -> str:
    plain = str(value).strip().lower()
    if not _DIGEST.fullmatch(plain):
        raise EvidenceProblem(
            f"The file gives {as_line(value, 80)!r} as its {KEY}, which is no digest of a release "
            "(64 characters from 0-9 and a-f)."
        )
    return plain


def _unbound(model: str, revisions: set[str]) -> str:
    shown = f"“{as_line(model, 80)}”" if model else "no model"
    if revisions:
        shown += f" at revision {min(revisions)[:12]}…"
    return (
        f"The file names {shown} and no digest of this release, so nothing in it shows which "
        f"weights were measured. Put {KEY} into the run's metadata."
    )
