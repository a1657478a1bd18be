"""A row of the table of who may go where, and short ways to write one."""

from dataclasses import dataclass

KINDS = (
    "anonymous",
    "applicant",
    "outsider",
    "grantee",
    "reviewer",
    "lead",
    "operator",
    "superuser",
)

EVERYBODY = frozenset(KINDS)
SIGNED_IN = EVERYBODY - {"anonymous"}
STAFF = frozenset({"reviewer", "lead"})
NOBODY: frozenset[str] = frozenset()
# Staff of a model may know what they may not do; everybody else may not even know of it.
PARTLY_REFUSED = {
    "hidden; reviewer refused": frozenset({"reviewer"}),
    "hidden; staff refused": STAFF,
}


@dataclass(frozen=True)
class Row:
    """One route and, by `method`, what it does to each kind of person.

    `who` is let in. Others get `others` ("hidden" is 404, "refused" is 403), and the anonymous
    are asked to sign in wherever signing in could help.
    """

    pattern: str
    address: str
    who: frozenset[str]
    method: str = "GET"
    others: str = "hidden"
    anonymous: str = "sign in"
    note: str = ""


MODEL = "<slug:namespace>/<str:name>/"
RELEASE = f"{MODEL}<str:version>/"
HERON = "demo/heron/"
TRUSTED = "demo/heron/v1.1/"
ONE = "<uuid:public_id>/"
GRANTEE = frozenset({"grantee"})
APPLICANT = frozenset({"applicant"})
REVIEWER = frozenset({"reviewer"})
LEAD = frozenset({"lead"})
OPERATOR = frozenset({"operator"})


def public(pattern: str, address: str = "", *, note: str = "") -> Row:
    """Everybody may read it."""
    return Row(pattern, address or f"/{pattern}", EVERYBODY, note=note)


def page(
    pattern: str,
    who: frozenset[str],
    address: str = "",
    *,
    others: str = "hidden",
    note: str = "",
) -> Row:
    """Some may read it."""
    return Row(pattern, address or f"/{pattern}", who, others=others, note=note)


def act(
    pattern: str,
    who: frozenset[str],
    address: str = "",
    *,
    others: str = "hidden",
    note: str = "",
) -> Row:
    """Some may do it."""
    return Row(pattern, address or f"/{pattern}", who, "POST", others, note=note)


def acts(prefix: str, place: str, *rows: tuple[str, frozenset[str]]) -> list[Row]:
    """Several acts on the same object."""
    return [act(f"{prefix}{rest}", who, f"/{place}{rest}") for rest, who in rows]
