"""Networks that a token is bound to, in CIDR notation (RFC 4632, RFC 4291). No database here."""

import ipaddress
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

MOST_NETWORKS = 20

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_networks(text: str) -> list[str]:
    """Read networks separated by white space or commas; nothing stays an empty list.

    A single address is a network of its own. Raises ValueError with a sentence.
    """
    entries = [entry for entry in re.split(r"[\s,;]+", text) if entry]
    networks = list(dict.fromkeys(str(_network(entry)) for entry in entries))
    if len(networks) > MOST_NETWORKS:
        raise ValueError(
            _("There are %(count)d networks; at most %(most)d fit.")
            % {"count": len(networks), "most": MOST_NETWORKS}
        )
    return networks


def _network(entry: str) -> Network:
    shown = entry if len(entry) <= 60 else f"{entry[:59]}…"
    try:
        interface = ipaddress.ip_interface(entry)
    except ValueError:
        raise ValueError(
            _(
                "“%(entry)s” is not a network. Write for example 192.0.2.0/24, 2001:db8::/32 "
                "or a single address."
            )
            % {"entry": shown}
        ) from None
    network = _plain_network(interface.network)
    if interface.ip != interface.network.network_address:
        raise ValueError(
            _("“%(entry)s” is an address within a network. Did you mean %(network)s?")
            % {"entry": shown, "network": network}
        )
    if network.prefixlen == 0:
        raise ValueError(
            _("“%(entry)s” is every address there is. Leave the field empty to allow all.")
            % {"entry": shown}
        )
    return network


def _plain_network(network: Network) -> Network:
    """Return IPv4 that was written as IPv6 as IPv4, as addresses are before they are compared."""
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Tell whether the address lies in one of the networks; an unknown address lies in none."""
    try:
        place = _plain(address)
    except ValueError:
        return False
    return any(place in ipaddress.ip_network(network) for network in networks)


def shortened(address: str) -> str:
    """Return the network around an address, for people to recognise a place and not a person.

    /24 for IPv4 and /48 for IPv6, as is usual where addresses are cut. Empty for no address.
    """
    try:
        place = _plain(address)
    except ValueError:
        return ""
    length = 24 if place.version == 4 else 48
    return str(ipaddress.ip_network((place, length), strict=False))


def provider_block(address: str) -> str:
    """Return the /32 around an IPv6 address, which is what one provider is given at the least.

    Whoever has one has 65,536 networks of /48. Empty for IPv4, and for no address.
    """
    try:
        place = _plain(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((place, 32), strict=False)) if place.version == 6 else ""


def _plain(address: str) -> Address:
    """Read an address; IPv4 that a dual-stack server shows as IPv6 is IPv4 (RFC 4291, 2.5.5.2)."""
    place = ipaddress.ip_address(address)
    mapped = place.ipv4_mapped if isinstance(place, ipaddress.IPv6Address) else None
    return mapped or place
