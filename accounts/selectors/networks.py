"""Reading in which country a network is registered."""

from collections.abc import Sequence
from ipaddress import ip_address

from django.db.models import QuerySet
from django.db.models.functions import JSONArray

from accounts.delegated import first_address
from accounts.models import NetworkBlock


def nearest_block(network: str) -> QuerySet[NetworkBlock, list[str]]:
    """Return the one block that may hold a network, as [country, last address], to be a subquery.

    The one that begins last before it: to look further would read all that begin before.
    """
    address = first_address(network)
    if address is None:
        return NetworkBlock.objects.none().values_list(JSONArray("country", "last"), flat=True)
    before = NetworkBlock.objects.filter(first__lte=str(address)).order_by("-first", "-pk")
    return before.values_list(JSONArray("country", "last"), flat=True)[:1]


def country_within(network: str, block: Sequence[str] | None) -> str:
    """Return the block's country if the network begins in it, or nothing."""
    address = first_address(network)
    if address is None or block is None:
        return ""
    country, last = block[0], ip_address(block[1])
    # IPv6 comes after IPv4, so that the block before the first one of IPv6 is of the other kind.
    return country if last.version == address.version and int(address) <= int(last) else ""
