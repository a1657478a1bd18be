"""Only proxies of the operator are believed."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from common.client_address import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.66, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "unknown", ""),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_what_the_outermost_own_proxy_saw(
    settings: Settings, rf: RequestFactory, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.1")
    assert client_address(request) == expected


def test_a_unix_socket_has_no_address(rf: RequestFactory) -> None:
    assert client_address(rf.get("/", REMOTE_ADDR="")) == ""
