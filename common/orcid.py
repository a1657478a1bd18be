"""ORCID iDs, told by their check digit; whose one is, only ORCID's own sign-in can show.

https://support.orcid.org/hc/en-us/articles/360006897674-Structure-of-the-ORCID-Identifier
"""

import re

_BARE = re.compile(r"[0-9]{15}[0-9X]")
_ON_PAGE = re.compile(
    r"orcid\.org/([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])(?![0-9X-])", re.IGNORECASE
)


def orcid_of(text: str) -> str:
    """Return the iD as ORCID writes it, in four groups, or an empty string if there is none.

    With or without hyphens and the address before it.
    """
    digits = text.removeprefix("https://orcid.org/").replace("-", "").replace(" ", "").upper()
    if not _BARE.fullmatch(digits) or _check_digit(digits[:15]) != digits[15]:
        return ""
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4))


def orcid_on(address: str) -> str:
    """Return the iD in the address of a record, or an empty string if it is none."""
    found = _ON_PAGE.search(address)
    return orcid_of(found[1]) if found else ""


def _check_digit(digits: str) -> str:
    """Return the last character of an iD (ISO 7064, MOD 11-2)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)
