"""What a line of nginx's log says about a download, and which lines say nothing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.nginx_log import LONGEST_LINE, DamagedLine, Sent, parse_line

DOWNLOAD = "0f" * 16
ENTRY: dict[str, Any] = {
    "time": 1763711234.567,
    "request": "ab" * 16,
    "download": DOWNLOAD,
    "status": 200,
    "sent": 1000,
    "length": "1000",
    "completed": "OK",
    "seconds": 0.5,
    "address": "192.0.2.1",
    "method": "GET",
    "path": "/models/demo/heron/v1.0/files/config.json",
    "protocol": "HTTP/2.0",
}


def line(**changes: Any) -> bytes:
    return json.dumps(ENTRY | changes).encode() + b"\n"


def test_a_whole_download_is_finished() -> None:
    assert parse_line(line()) == Sent(
        download=DOWNLOAD,
        status=200,
        sent=1000,
        ended_at=datetime(2025, 11, 21, 7, 47, 14, 567000, UTC),
    )


def test_an_id_may_be_written_with_hyphens() -> None:
    found = parse_line(line(download="0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f"))
    assert found is not None
    assert found.download == DOWNLOAD


@pytest.mark.parametrize(
    "changes",
    [
        {"completed": ""},
        {"sent": 999},
        {"sent": 0},
        {"length": ""},
        {"length": "1e3"},
        {"status": 429},
        {"status": 503},
        {"status": 499, "completed": ""},
    ],
)
def test_what_was_cut_off_or_refused_says_so(changes: dict[str, Any]) -> None:
    found = parse_line(line(**changes))
    assert found is not None
    expected = ENTRY | changes
    assert (found.sent, found.status) == (expected["sent"], expected["status"])


def test_a_request_without_a_file_says_nothing() -> None:
    assert parse_line(line(download="")) is None


def test_a_path_that_a_client_made_up_changes_nothing() -> None:
    hostile = '/x","download":"' + "9" * 32 + '","sent":99,"y":"'
    found = parse_line(line(path=hostile))
    assert found is not None
    assert (found.download, found.sent) == (DOWNLOAD, 1000)
    # nginx leaves bytes beyond ASCII as they came.
    broken = line(path="PATH").replace(b"PATH", b"/\xff\xfe\xc3")
    assert parse_line(broken) is not None


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\n",
        line()[:-1],
        line()[: len(line()) // 2],
        line()[: len(line()) // 2] + b"\n",
        line()[20:],
        b"\x00" * 100 + b"\n",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b'{"download": "' + b"[" * 50_000 + b"\n",
        b"[" * 50_000 + b"\n",
        b'{"a":' * 10_000 + b"\n",
        line(path="x" * LONGEST_LINE),
        line(download=None),
        line(download=5),
        line(download="x" * 32),
        line(download=DOWNLOAD.upper()),
        line(download=DOWNLOAD + "0"),
        line(download="../" + DOWNLOAD),
        line(status="200"),
        line(status=True),
        line(status=99),
        line(status=600),
        line(sent=-1),
        line(sent=2**63),
        line(sent=1.5),
        line(sent=None),
        line(sent=10).replace(b"10", b"1" * 5000),
        line(time="now"),
        line(time=True),
        line(time=-1),
        line(time=1e300),
        line(time=float("nan")),
        line(time=float("inf")),
    ],
)
def test_a_torn_or_hostile_line_is_damaged(damaged: bytes) -> None:
    with pytest.raises(DamagedLine):
        parse_line(damaged)


@given(st.binary(max_size=200) | st.builds(lambda cut: line()[:cut], st.integers(0, 400)))
def test_any_bytes_are_understood_or_damaged(data: bytes) -> None:
    try:
        found = parse_line(data)
    except DamagedLine:
        return
    assert found is None or found.download == DOWNLOAD


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5), st.data())
def test_any_value_in_any_place_is_understood_or_damaged(value: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(ENTRY)))
    try:
        entry = parse_line(line(**{name: value}))
    except DamagedLine:
        return
    assert entry is None or (entry.download == DOWNLOAD and entry.sent >= 0)
