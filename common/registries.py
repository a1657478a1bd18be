"""Numbers by which registers name organisations: LEI and ROR by their check digits."""

import re

from django.utils.translation import gettext as _

LEI = "LEI"
ROR = "ROR"
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}", re.ASCII)
_ROR = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[0-9a-hj-km-np-tv-z]{6}[0-9]{2})", re.ASCII)
# Crockford's base 32: no i, l, o, u.
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def checked_number(kind: str, number: str) -> tuple[str, str]:
    """Return register and number in their usual form. Raises ValueError with a sentence.

    The numbers of other registers than LEI and ROR are taken as they are.
    """
    known = kind.strip().upper()
    if known == LEI:
        return LEI, _lei(number)
    if known == ROR:
        return ROR, _ror(number)
    return kind, number


def _lei(number: str) -> str:
    found = "".join(number.upper().split())
    if _LEI.fullmatch(found) is None:
        raise ValueError(_("An LEI has 18 letters or digits and two check digits."))
    # ISO 7064, MOD 97-10: letters count from A = 10.
    if int("".join(str(int(character, 36)) for character in found)) % 97 != 1:
        raise ValueError(_("The check digits of this LEI do not fit. Look for a mistake."))
    return found


def _ror(number: str) -> str:
    match = _ROR.fullmatch(number.strip().lower())
    if match is None:
        raise ValueError(_("A ROR id looks like https://ror.org/05dxps055."))
    found = match.group(1)
    value = 0
    for character in found[:7]:
        value = value * 32 + _BASE32.index(character)
    if int(found[7:]) != 98 - value * 100 % 97:
        raise ValueError(_("The check digits of this ROR id do not fit. Look for a mistake."))
    return f"https://ror.org/{found}"
