"""Files of the regional internet registries: what is read, and what is refused, and where."""

from ipaddress import ip_address

import pytest

from accounts.delegated import Block, DelegatedError, first_address, read_delegated

HEAD = "2|ripencc|1795219199|6|19830705|20261120|+0100"
SUMMARY = [
    "ripencc|*|asn|*|1|summary",
    "ripencc|*|ipv4|*|3|summary",
    "ripencc|*|ipv6|*|2|summary",
]
RECORDS = [
    "ripencc|DE|asn|553|1|19900101|allocated|a1",
    "ripencc|DE|ipv4|192.0.2.0|256|20000101|allocated|a1",
    "ripencc|FR|ipv4|198.51.100.0|96|20000101|assigned|a2",
    "ripencc||ipv4|203.0.113.0|256||available|",
    "ripencc|NL|ipv6|2001:db8::|32|20000101|allocated|a3",
    "ripencc|EU|ipv6|2001:db9::|32|20000101|allocated|a4",
]
WHOLE = ["# Made daily", HEAD, *SUMMARY, *RECORDS, ""]


def test_blocks_that_somebody_in_a_country_has_are_read_with_both_their_ends() -> None:
    found = read_delegated(WHOLE)
    assert (found.registry, found.serial) == ("ripencc", "1795219199")
    assert found.blocks == [
        Block(ip_address("192.0.2.0"), ip_address("192.0.2.255"), "DE"),
        # A count of addresses need not be a power of two.
        Block(ip_address("198.51.100.0"), ip_address("198.51.100.95"), "FR"),
        Block(ip_address("2001:db8::"), ip_address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), "NL"),
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "is empty"),
        (["# nothing"], "is empty"),
        (["name,country", *RECORDS], "Line 1: no version line"),
        (["3|ripencc|1|6|1|1|+0100"], "Line 1: no version line"),
        (["2|example|1|6|1|1|+0100"], "“example” is no regional"),
        ([HEAD, *RECORDS], "no summary lines"),
        ([HEAD, *SUMMARY, *RECORDS[:-1]], "announces 2 records of ipv6 and has 1"),
        ([HEAD, *SUMMARY, *RECORDS, RECORDS[1]], "announces 3 records of ipv4 and has 4"),
        ([HEAD, "ripencc|DE|ipv4"], "Line 2: a record has at least seven fields"),
        ([HEAD, "ripencc|DE|ipv4|192.0.2.300|256|1|allocated"], "Line 2: “192.0.2.300”"),
        ([HEAD, "ripencc|DE|ipv4|255.255.255.0|512|1|allocated"], "no block of addresses"),
        ([HEAD, "ripencc|DE|ipv4|192.0.2.0|0|1|allocated"], "at least one address"),
        ([HEAD, "ripencc|DE|ipv4|192.0.2.0|many|1|allocated"], "“many” is no count"),
        ([HEAD, "ripencc|DE|ipv6|2001:db8::|129|1|allocated"], "no block of addresses"),
        ([HEAD, "ripencc|DE|ipv6|2001:db8::1|32|1|allocated"], "no block of addresses"),
        ([HEAD, "ripencc|DE|ipv6|192.0.2.0|24|1|allocated"], "no block of addresses"),
    ],
)
def test_a_file_that_is_another_or_cut_off_is_refused_with_the_line(
    lines: list[str], told: str
) -> None:
    with pytest.raises(DelegatedError, match=told):
        read_delegated(lines)


@pytest.mark.parametrize(
    ("network", "first"),
    [("192.0.2.0/24", "192.0.2.0"), ("2001:db8::/48", "2001:db8::"), ("", None), ("x", None)],
)
def test_a_network_begins_with_its_first_address(network: str, first: str | None) -> None:
    assert first_address(network) == (first and ip_address(first))
