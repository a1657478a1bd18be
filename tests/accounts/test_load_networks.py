"""Loading files of the registries, and asking where a network is registered."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import NetworkBlock, NetworkFile
from accounts.selectors.networks import country_within, nearest_block
from audit.models import Event
from tests.accounts.test_delegated import HEAD, WHOLE

pytestmark = pytest.mark.django_db


def write(path: Path, lines: list[str] = WHOLE) -> Path:
    path.write_text("\n".join(lines))
    return path


def country_of(network: str) -> str:
    return country_within(network, nearest_block(network).first())


@pytest.mark.parametrize(
    ("network", "country"),
    [
        ("192.0.2.0/24", "DE"),
        ("198.51.100.0/24", "FR"),
        ("198.51.100.96/32", ""),
        ("203.0.113.0/24", ""),
        ("10.0.0.0/24", ""),
        ("2001:db8:5::/48", "NL"),
        ("2001:db9::/48", ""),
        # Before the first block of IPv6, after the last one of IPv4.
        ("1000::/48", ""),
        ("", ""),
    ],
)
def test_a_network_is_of_the_block_that_holds_it(
    network: str, country: str, tmp_path: Path
) -> None:
    call_command("load_networks", str(write(tmp_path / "ripencc")))
    assert country_of(network) == country


def test_a_newer_file_takes_the_place_of_its_registrys_former_one_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = [line.replace("ripencc", "arin").replace("192.0.2.0", "192.0.3.0") for line in WHOLE]
    files = [str(write(tmp_path / "ripencc")), str(write(tmp_path / "arin", other))]
    call_command("load_networks", *files)
    newer = [
        line.replace("|DE|ipv4", "|AT|ipv4").replace("1795219199", "1795305599") for line in WHOLE
    ]
    call_command("load_networks", str(write(tmp_path / "newer", newer)))
    assert country_of("192.0.2.0/24") == "AT"
    assert country_of("192.0.3.0/24") == "DE"
    assert NetworkBlock.objects.count() == 6
    assert "ripencc 1795305599: 3 blocks of addresses." in capsys.readouterr().out
    event = Event.objects.filter(action="networks.loaded").latest("pk")
    assert event.data["serial"] == "1795305599"
    assert event.data["sha256"] == NetworkFile.objects.get(registry="ripencc").sha256


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("\n".join(WHOLE[:-3]).encode(), "cut off or changed"),
        (HEAD.encode("utf-16"), "not plain text"),
        (None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    data: bytes | None, told: str, tmp_path: Path
) -> None:
    call_command("load_networks", str(write(tmp_path / "good")))
    bad = tmp_path / "bad"
    if data is not None:
        bad.write_bytes(data)
    with pytest.raises(CommandError, match=f"{bad}: .*{told}"):
        call_command("load_networks", str(bad))
    assert country_of("192.0.2.0/24") == "DE"
    assert Event.objects.filter(action="networks.loaded").count() == 1


def test_the_database_keeps_the_ends_in_order(tmp_path: Path) -> None:
    call_command("load_networks", str(write(tmp_path / "ripencc")))
    file = NetworkFile.objects.get()
    with pytest.raises(IntegrityError, match="in_order"), transaction.atomic():
        NetworkBlock.objects.create(file=file, first="192.0.2.9", last="192.0.2.1", country="DE")
