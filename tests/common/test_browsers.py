"""Browsers, by the names that people know."""

import pytest

from common.browsers import browser_name

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (f"{CHROME} Safari/537.36", "Chrome on Linux"),
        (f"{CHROME} Safari/537.36 Edg/141.0", "Edge on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown"),
    ],
)
def test_a_browser_is_named_as_people_know_it(said: str, name: str) -> None:
    assert browser_name(said) == name
