import stat
from pathlib import Path

import pytest

from portal.embedded import demo


def test_the_key_is_random_and_its_owners_alone(tmp_path: Path) -> None:
    first = demo.ensure_demo_key(tmp_path / "one")
    second = demo.ensure_demo_key(tmp_path / "two")
    assert len(demo.read_demo_key(tmp_path / "one")) >= 32
    assert first.read_text() != second.read_text()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_a_second_start_keeps_the_key(tmp_path: Path) -> None:
    demo.ensure_demo_key(tmp_path)
    before = demo.read_demo_key(tmp_path)
    demo.ensure_demo_key(tmp_path)
    assert demo.read_demo_key(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["demo.key"]


@pytest.mark.parametrize("content", [None, "", "short"])
def test_without_a_whole_key_there_is_no_secret(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        demo.key_path(tmp_path).write_text(content)
    with pytest.raises(RuntimeError, match="make"):
        demo.read_demo_key(tmp_path)
