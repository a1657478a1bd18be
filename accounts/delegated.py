"""Which country a block of addresses is registered in, as the regional internet registries publish.

Each publishes every day, in the "RIR statistics exchange format", a file of what it gave to whom:
one record a line, fields parted by "|". A country there is that of the registration: a network may
be used elsewhere. No database here.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.utils.translation import gettext as _

from common.countries import COUNTRIES

REGISTRIES = ("afrinic", "apnic", "arin", "lacnic", "ripencc")
GIVEN = ("allocated", "assigned")
MOST_RECORDS = 2_000_000
Address = IPv4Address | IPv6Address


class DelegatedError(ValueError):
    """The file cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Block:
    """Addresses from the first to the last, both included, and the two letters of their country."""

    first: Address
    last: Address
    country: str


@dataclass(frozen=True)
class Delegated:
    """What one registry gave out, as of the file's serial number, which is a date or a time."""

    registry: str
    serial: str
    blocks: list[Block]


def read_delegated(lines: Iterable[str]) -> Delegated:
    """Read a file, "delegated" or "delegated-extended"; the shape of a record is the same.

    Raises DelegatedError with the line: for another format, an unknown registry, an address or a
    count that is none, and where fewer records of a kind are there than the file itself says.
    """
    registry, serial = "", ""
    announced: dict[str, int] = {}
    counted: Counter[str] = Counter()
    blocks: list[Block] = []
    for number, line in enumerate(lines, 1):
        fields = line.strip().split("|")
        if fields == [""] or fields[0].startswith("#"):
            continue
        if not registry:
            registry, serial = _head(number, fields)
        elif len(fields) >= 6 and fields[5] == "summary":
            announced[fields[2]] = _count(number, fields[4])
        else:
            counted[fields[2] if len(fields) > 2 else ""] += 1
            blocks += _blocks(number, fields)
        if number > MOST_RECORDS:
            raise DelegatedError(_("The file is too long: more than %d lines.") % MOST_RECORDS)
    if not registry:
        raise DelegatedError(_("The file is empty."))
    if not announced:
        raise DelegatedError(_("The file has no summary lines, so that nothing shows it is whole."))
    for kind, count in announced.items():
        if counted[kind] != count:
            raise DelegatedError(
                _(
                    "The file is cut off or changed: it announces %(count)d records of %(kind)s "
                    "and has %(found)d."
                )
                % {"count": count, "kind": kind, "found": counted[kind]}
            )
    return Delegated(registry, serial, blocks)


def _head(number: int, fields: list[str]) -> tuple[str, str]:
    if len(fields) < 7 or not re.fullmatch(r"2(\.\d+)?", fields[0]):
        raise DelegatedError(
            _("Line %d: no version line of the statistics exchange format, version 2.") % number
        )
    if fields[1] not in REGISTRIES:
        raise DelegatedError(
            _("Line %(line)d: “%(name)s” is no regional internet registry.")
            % {"line": number, "name": fields[1][:40]}
        )
    return fields[1], fields[2][:40]


def _blocks(number: int, fields: list[str]) -> list[Block]:
    """Return the block of a record, if it is one of addresses that somebody in a country has."""
    if len(fields) < 7:
        raise DelegatedError(_("Line %d: a record has at least seven fields.") % number)
    _registry, country, kind, start, value, _date, status = fields[:7]
    if kind not in ("ipv4", "ipv6") or status not in GIVEN or country not in COUNTRIES:
        return []
    size = _count(number, value)
    try:
        first = ip_address(start)
        if kind == "ipv6":
            last: Address = IPv6Network((start, size)).broadcast_address
        else:
            last = IPv4Address(start) + (size - 1)
    except ValueError:
        raise DelegatedError(
            _("Line %(line)d: “%(start)s” and “%(value)s” are no block of addresses.")
            % {"line": number, "start": start[:60], "value": value[:20]}
        ) from None
    if int(last) < int(first):
        raise DelegatedError(_("Line %d: a block has at least one address.") % number)
    return [Block(first, last, country)]


def _count(number: int, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise DelegatedError(
            _("Line %(line)d: “%(text)s” is no count.") % {"line": number, "text": text[:20]}
        )
    return int(text)


def first_address(network: str) -> Address | None:
    """Return the first address of a network in CIDR notation; None for none."""
    try:
        return ip_network(network).network_address
    except ValueError:
        return None
