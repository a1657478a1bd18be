"""Which program a User-Agent names."""

import pytest

from delivery.clients import client_name


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("", ""),
        ("something odd", ""),
        ("curl/7.88.1", "curl 7.88.1"),
        ("Wget/1.21.3", "Wget 1.21.3"),
        ("aria2/1.36.0", "aria2 1.36.0"),
        ("unknown/None; hf_hub/2.4.0; python/3.11.2", "huggingface_hub 2.4.0"),
        ("hf_hub/0.36.2; python/3.11.2", "huggingface_hub 0.36.2"),
        (
            "transformers/5.23.0; hf_hub/2.4.0; python/3.11.2; torch/2.13.0",
            "transformers 5.23.0",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox 128.0",
        ),
        (
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/131.0.0.0 Safari/537.36"
            ),
            "Chrome 131.0.0.0",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"
            ),
            "Edge 131.0.0.0",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.1 Safari/605.1.15"
            ),
            "Safari 18.1",
        ),
        ("our-fetcher/3", "our-fetcher 3"),
        ("=cmd|' /C calc'!A0", ""),
        ("<script>/1", ""),
        ("x" * 5000 + "/1.0", "x" * 41 + " 1.0"),
    ],
)
def test_the_program_and_its_version_are_named(agent: str, name: str) -> None:
    assert client_name(agent) == name


def test_no_agent_makes_a_name_longer_than_its_column() -> None:
    assert len(client_name("a" * 41 + "/" + "1" * 400)) <= 80
