"""What nginx's log says was sent, noted once, whatever happens to the log in between."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from delivery import services
from delivery.choices import Way
from delivery.models import Download, LogPosition
from delivery.services import access_log
from delivery.tasks import read_access_log
from licensing.models import Grant
from releases.models import Artifact
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

LENGTH = 100


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "sluice.log"
    path.touch()
    return path


def make_download() -> Download:
    user = person("deployer")
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")
    return Download.objects.create(
        user=user,
        grant=Grant.objects.get(named_users__user=user),
        release=artifact.release,
        artifact=artifact,
        start=0,
        stop=LENGTH,
        way=Way.TOKEN,
        sealed_origin=b"",
    )


def line(download: Download | None, **changes: Any) -> bytes:
    entry: dict[str, Any] = {
        "time": 1_900_000_000.5,
        "download": download.public_id.hex if download else "",
        "status": 200,
        "sent": LENGTH,
        "length": str(LENGTH),
        "completed": "OK",
    }
    return json.dumps({**entry, **changes}).encode() + b"\n"


def write(log: Path, *lines: bytes) -> None:
    with log.open("ab") as file:
        file.write(b"".join(lines))


def outcome(download: Download) -> tuple[str, int | None]:
    download.refresh_from_db()
    return download.outcome, download.bytes_sent


def read(log: Path) -> tuple[int, int, int]:
    result = services.read_access_log(path=log)
    assert result.ended
    return result.lines, result.noted, result.damaged


def test_whole_and_cut_downloads_are_noted_with_their_end(log: Path) -> None:
    whole, cut, lost = make_download(), make_download(), make_download()
    write(log, line(whole), line(cut, sent=40, completed=""), line(None), line(lost, status=404))
    assert read(log) == (4, 3, 0)
    assert outcome(whole) == ("complete", LENGTH)
    assert outcome(cut) == ("cut", 40)
    # An error page of nginx is none of the file's bytes.
    assert outcome(lost) == ("cut", 0)
    assert whole.finished_at is not None
    assert whole.finished_at.timestamp() == 1_900_000_000.5


def test_reading_goes_on_where_it_stopped_and_twice_changes_nothing(log: Path) -> None:
    first, second = make_download(), make_download()
    write(log, line(first, sent=40))
    assert read(log) == (1, 1, 0)
    assert read(log) == (0, 0, 0)
    write(log, line(first), line(second))
    assert read(log) == (2, 1, 0)
    assert (outcome(first), outcome(second)) == (("cut", 40), ("complete", LENGTH))
    LogPosition.objects.all().delete()
    assert read(log) == (3, 0, 0)


def test_a_line_still_being_written_is_left_for_later(log: Path) -> None:
    download = make_download()
    whole = line(download)
    write(log, whole[:50])
    assert read(log) == (0, 0, 0)
    write(log, whole[50:])
    assert read(log) == (1, 1, 0)
    assert outcome(download) == ("complete", LENGTH)


def test_damaged_lines_are_left_out_and_counted(log: Path) -> None:
    download = make_download()
    garbage = (b"\n", b"\xff\x00\n", b"{}\n", b'{"download": 5}\n', b"x" * 200_000 + b"\n")
    write(log, *garbage, line(download))
    lines, noted, damaged = read(log)
    assert (noted, outcome(download)) == (1, ("complete", LENGTH))
    # The endless line is taken in pieces.
    assert damaged == lines - 1 >= len(garbage)


def test_after_a_rotation_the_rest_of_the_former_file_comes_first(log: Path) -> None:
    early, late, new = make_download(), make_download(), make_download()
    write(log, line(early))
    read(log)
    write(log, line(late))
    log.rename(log.with_name("sluice.log.1"))
    write(log, line(new))
    assert read(log) == (2, 2, 0)
    assert [outcome(each)[0] for each in (early, late, new)] == ["complete"] * 3
    assert read(log) == (0, 0, 0)


def test_what_nginx_still_writes_to_the_former_file_is_read_as_well(log: Path) -> None:
    former = log.with_name("sluice.log.1")
    downloads = [make_download() for _number in range(5)]
    write(log, line(downloads[0]))
    read(log)
    log.rename(former)
    log.touch()
    # nginx goes on with the file that it has open until it is told of the new one.
    assert read(log) == (0, 0, 0)
    write(former, line(downloads[1]))
    write(log, line(downloads[2]))
    assert read(log) == (2, 2, 0)
    write(former, line(downloads[3]))
    assert read(log) == (1, 1, 0)
    former.rename(log.with_name("sluice.log.2"))
    log.rename(former)
    write(log, line(downloads[4]))
    assert read(log) == (1, 1, 0)
    assert [outcome(each)[0] for each in downloads] == ["complete"] * 5


def test_a_rotation_whose_former_file_is_gone_starts_anew(log: Path, tmp_path: Path) -> None:
    early, new = make_download(), make_download()
    write(log, line(early))
    read(log)
    log.rename(tmp_path / "elsewhere")
    write(log, line(new))
    assert read(log) == (1, 1, 0)


def test_a_log_that_was_emptied_in_place_is_read_from_its_start(log: Path) -> None:
    early, new = make_download(), make_download()
    write(log, line(early), line(None))
    read(log)
    log.write_bytes(line(new))
    assert read(log) == (1, 1, 0)


def test_a_short_budget_stops_between_batches_and_the_next_run_goes_on(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "BATCH", 2)
    downloads = [make_download() for _number in range(5)]
    write(log, *(line(each) for each in downloads))
    result = services.read_access_log(path=log, budget_seconds=0)
    assert (result.noted, result.ended) == (2, False)
    assert read(log) == (3, 3, 0)


def test_the_task_reads_what_the_setting_names(log: Path, settings: Settings) -> None:
    download = make_download()
    write(log, line(download))
    settings.NGINX_ACCESS_LOG = ""
    assert read_access_log() == 0
    settings.NGINX_ACCESS_LOG = str(log.with_name("missing.log"))
    assert read_access_log() == 0
    settings.NGINX_ACCESS_LOG = str(log)
    assert read_access_log() == 1


def test_the_command_says_what_it_did(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(log, line(make_download()), b"torn\n")
    call_command("read_access_log", str(log))
    assert capsys.readouterr().out == (
        "2 lines read, 1 downloads noted, 1 damaged lines left out.\n"
    )
    with pytest.raises(CommandError, match=r"missing\.log cannot be read: No such file"):
        call_command("read_access_log", str(log.with_name("missing.log")))
