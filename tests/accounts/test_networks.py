"""Networks in CIDR notation: what is read, what is refused, what lies within."""

import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.networks import is_within, parse_networks, provider_block, shortened


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", []),
        (" \n , ", []),
        ("192.0.2.0/24", ["192.0.2.0/24"]),
        ("192.0.2.7", ["192.0.2.7/32"]),
        ("10.0.0.0/255.0.0.0", ["10.0.0.0/8"]),
        ("2001:DB8:0::/32", ["2001:db8::/32"]),
        ("::ffff:192.0.2.0/120", ["192.0.2.0/24"]),
        ("::ffff:192.0.2.7", ["192.0.2.7/32"]),
        ("::ffff:0:0/97", ["0.0.0.0/1"]),
        ("192.0.2.0/24, 2001:db8::/32\n192.0.2.0/24", ["192.0.2.0/24", "2001:db8::/32"]),
    ],
)
def test_networks_are_read_in_any_usual_form(text: str, networks: list[str]) -> None:
    assert parse_networks(text) == networks


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("example.org", "“example.org” is not a network. Write for example"),
        ("192.0.2.0/33", "is not a network"),
        ("300.1.1.1", "is not a network"),
        ("192.0.2.0/24/3", "is not a network"),
        ("x" * 500, "x…” is not a network"),
        ("192.0.2.0/24 nonsense", "“nonsense”"),
        ("10.1.2.3/8", r"Did you mean 10\.0\.0\.0/8\?"),
        ("2001:db8::1/32", "Did you mean 2001:db8::/32"),
        ("0.0.0.0/0", "every address there is"),
        ("::/0", "every address there is"),
        ("::ffff:0:0/96", "every address there is"),
        ("::ffff:192.0.2.7/120", r"Did you mean 192\.0\.2\.0/24\?"),
        (" ".join(f"10.0.{n}.0/24" for n in range(21)), "There are 21 networks; at most 20"),
    ],
)
def test_what_is_no_network_is_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_networks(text)


@given(st.text(alphabet="0123456789abcdef.:/ ,%x\x00ü"))
def test_whatever_is_read_is_a_network(text: str) -> None:
    with contextlib.suppress(ValueError):
        for network in parse_networks(text):
            assert str(ipaddress.ip_network(network)) == network


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.0.2.1", True),
        ("192.0.3.1", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("::ffff:192.0.2.1", True),
        ("", False),
        ("unknown", False),
    ],
)
def test_an_address_lies_within_or_not(address: str, inside: bool) -> None:
    assert is_within(address, ["192.0.2.0/24", "2001:db8::/32"]) is inside


def test_a_network_that_was_given_as_ipv6_holds_its_ipv4_addresses() -> None:
    networks = parse_networks("::ffff:192.0.2.0/120")
    assert is_within("192.0.2.1", networks)
    assert is_within("::ffff:192.0.2.1", networks)
    assert not is_within("192.0.3.1", networks)


def test_no_network_holds_nothing() -> None:
    assert not is_within("192.0.2.1", [])


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("", ""),
    ],
)
def test_an_address_is_cut_to_the_network_around_it(address: str, network: str) -> None:
    assert shortened(address) == network


def test_the_block_of_a_provider_is_known_for_ipv6_only() -> None:
    assert provider_block("2001:db8:1:2:3::4") == "2001:db8::/32"
    for address in ("192.0.2.77", "::ffff:192.0.2.77", "", "unknown"):
        assert provider_block(address) == ""
