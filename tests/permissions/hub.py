"""The addresses of the Hub's API.

A session counts for nothing there; what a token may is for the tests of that API.
"""

from tests.permissions.rows import NOBODY, Row, public

_HUB = "hf/api/models/<str:namespace>/<str:name>"
_HUB_HERON = "/hf/api/models/demo/heron"
_REQUESTS = f"{_HUB}/user-access-request"
_ASKED = f"{_HUB_HERON}/user-access-request"
_AT = "<revision:revision>"


def hub_token(pattern: str, address: str = "", *, method: str = "GET", note: str = "") -> Row:
    """Whoever shows a token that may."""
    nobody = "unauthorised"
    return Row(pattern, address or f"/{pattern}", NOBODY, method, nobody, nobody, note)


HUB = [
    hub_token("hf/api/whoami-v2"),
    public("hf/api/agent-harnesses", note="An empty list, which clients keep"),
    public("hf/api/models", note="Models that the token's owner, or everybody, may see"),
    public(_HUB, _HUB_HERON, note="A model whose releases are all hidden does not exist"),
    public(f"{_HUB}/revision/{_AT}", f"{_HUB_HERON}/revision/v1.1"),
    hub_token(f"{_HUB}/tree/{_AT}", f"{_HUB_HERON}/tree/v1.0", note="The verdict decides"),
    hub_token(f"{_HUB}/tree/{_AT}/<anything:path>", f"{_HUB_HERON}/tree/v1.0/a"),
    hub_token(f"{_HUB}/paths-info/{_AT}", f"{_HUB_HERON}/paths-info/v1.0", method="POST"),
    public(f"{_HUB}/refs", f"{_HUB_HERON}/refs"),
    public(f"{_HUB}/commits/{_AT}", f"{_HUB_HERON}/commits/v1.1"),
    hub_token(f"{_HUB}/auth-check", f"{_HUB_HERON}/auth-check", note="The verdict decides"),
    Row(
        f"{_HUB}/auth-check/write",
        f"{_HUB_HERON}/auth-check/write",
        NOBODY,
        others="refused",
        anonymous="refused",
        note="Nothing is uploaded here",
    ),
    hub_token(
        f"{_HUB}/user-access-request/handle",
        f"{_HUB_HERON}/user-access-request/handle",
        method="POST",
        note="Reviewers",
    ),
    hub_token(
        f"{_HUB}/user-access-request/grant",
        f"{_HUB_HERON}/user-access-request/grant",
        method="POST",
        note="Always refused",
    ),
    hub_token(
        f"{_HUB}/user-access-request/<str:status>",
        f"{_HUB_HERON}/user-access-request/pending",
        note="Reviewers",
    ),
    Row(
        f"{_HUB}/settings",
        f"{_HUB_HERON}/settings",
        NOBODY,
        others="wrong method",
        anonymous="wrong method",
        note="PUT is always refused",
    ),
    hub_token(
        f"hf/<str:namespace>/<str:name>/resolve/{_AT}/<anything:path>",
        "/hf/demo/heron/resolve/v1.0/config.json",
        note="The verdict decides",
    ),
    Row("hf/", "/hf/", NOBODY, anonymous="hidden", note="Nothing stands there"),
    Row("hf/<anything:path>", "/hf/api/none", NOBODY, anonymous="hidden", note="Everything else"),
]
