"""The commands: what they do, and one sentence for each thing that is wrong."""

import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from releases import store
from releases.models import Ladder, Model, Release
from releases.permissions import has_right
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.factories import make_directory, make_ladder, make_model, ordinary_files

pytestmark = pytest.mark.django_db
DEPLOY = Path(settings.BASE_DIR) / "deploy"


def run(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def fail(returncode: int, *args: Any, **options: Any) -> str:
    with pytest.raises(CommandError) as failure:
        run(*args, **options)
    assert failure.value.returncode == returncode
    return str(failure.value)


# load_ladder


def test_a_ladder_is_loaded_once() -> None:
    assert "Loaded the ladder default@1 with 5 stages." in run(
        "load_ladder", DEPLOY / "ladder.yaml"
    )
    assert "is loaded already" in run("load_ladder", str(DEPLOY / "ladder.yaml"))
    assert Ladder.objects.count() == 1


def test_another_text_takes_another_version(tmp_path: Path) -> None:
    text = (DEPLOY / "ladder.yaml").read_text()
    run("load_ladder", str(DEPLOY / "ladder.yaml"))
    changed = tmp_path / "ladder.yaml"
    changed.write_text(text.replace("cohort_cap: 50", "cohort_cap: 500"))
    assert "give the new text the next version" in fail(2, "load_ladder", str(changed))
    changed.write_text(text.replace("version: 1", "version: 3"))
    assert "default@3" in run("load_ladder", str(changed))
    changed.write_text(text.replace("version: 1", "version: 2"))
    assert "2 is older" in fail(2, "load_ladder", str(changed))
    assert Ladder.objects.count() == 2


def test_loading_says_what_changes_who_follows_and_what_to_do(tmp_path: Path) -> None:
    text = (DEPLOY / "ladder.yaml").read_text()
    run("load_ladder", str(DEPLOY / "ladder.yaml"))
    model = make_model(ladder=Ladder.objects.get())
    file = tmp_path / "ladder.yaml"
    file.write_text(
        text.replace("version: 1", "version: 2").replace("cool_off: 7d", "cool_off: 8d")
    )
    said = run("load_ladder", str(file))
    assert "Against version 1:" in said
    assert "Tightens: Gated weights. Cool-off: 7 days becomes 8 days." in said
    assert f"{model}: follows it from now on" in said
    assert "decided by the board" not in said
    file.write_text(text.replace("version: 1", "version: 3"))
    said = run("load_ladder", str(file))
    assert "Loosens: Gated weights. Cool-off: 8 days becomes 7 days." in said
    assert f"{model}: stays on version 2, as 1 thing would be loosened." in said
    assert "What loosens a rule is decided by the board" in said
    assert "load it as a version of its own" in said


def test_what_a_new_version_changes_is_said_where_no_model_follows_the_former(
    tmp_path: Path,
) -> None:
    text = (DEPLOY / "ladder.yaml").read_text()
    run("load_ladder", str(DEPLOY / "ladder.yaml"))
    file = tmp_path / "ladder.yaml"
    file.write_text(
        text.replace("version: 1", "version: 2").replace("cool_off: 7d", "cool_off: 8d")
    )
    assert "Cool-off: 7 days becomes 8 days." in run("load_ladder", str(file))
    file.write_text(
        text.replace("version: 1", "version: 3").replace("cool_off: 7d", "cool_off: 8d")
    )
    assert "Nothing that a rule says changes." in run("load_ladder", str(file))


def test_what_is_no_ladder_file(tmp_path: Path) -> None:
    (tmp_path / "huge").write_bytes(b"#" * 2_000_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "wrong").write_text("name: a\nversion: 1\ntitle: b\nstages: []\n")
    os.mkfifo(tmp_path / "fifo")
    for name, sentence in (
        (str(tmp_path / "none"), "cannot be read: No such file"),
        (str(tmp_path), "is not a file"),
        (str(tmp_path / "fifo"), "is not a file"),
        ("/dev/zero", "is not a file"),
        ("nul\x00", "cannot be read"),
        (str(tmp_path / "huge"), "which no ladder has"),
        (str(tmp_path / "binary"), "is not UTF-8"),
        (str(tmp_path / "wrong"), "line 4: stages"),
    ):
        assert sentence in fail(2, "load_ladder", name)
    assert not Ladder.objects.exists()


# create_model, grant_right


def test_a_model_is_created() -> None:
    board, ladder = make_board(), make_ladder()
    options = {"title": "Heron", "board": board.slug}
    out = run("create_model", "acme/heron", ladder="demo@1", **options)
    assert "Created acme/heron on the ladder The demo ladder (version 1)." in out
    model = Model.objects.get()
    assert (model.board, model.ladder, model.title) == (board, ladder, "Heron")
    for name, change, sentence in (
        ("acme/heron", {}, "exists already"),
        ("heron", {}, "as namespace/name"),
        ("a/b", {"board": "none"}, "no board 'none'"),
        ("a/b", {"board": "\udcff"}, "no board"),
        ("a/b", {"ladder": "demo@2"}, "no ladder 'demo@2'"),
        ("a/b", {"ladder": "demo@x"}, "no ladder"),
        ("a/b", {"ladder": "\x00@1"}, "no ladder"),
        ("a/b", {"title": ""}, "The title"),
        ("a/b", {"title": "x" * 121}, "The title"),
        ("a/b", {"title": "a\x00b"}, "The title"),
        ("a/b", {"summary": "x" * 401}, "The summary"),
    ):
        given = {**options, "ladder": "demo", **change}
        assert sentence in fail(2, "create_model", name, **given)
    assert Model.objects.count() == 1


def test_a_right_is_granted_and_withdrawn() -> None:
    user, model = make_user(), make_model(name="heron")
    assert "has manage_release on acme/heron" in run(
        "grant_right", user.email.upper(), "manage_release", "acme/heron"
    )
    assert has_right(user, "manage_release", model)
    assert "already has" in run("grant_right", user.email, "manage_release", "acme/heron")
    run("grant_right", user.email, "manage_release", "acme/heron", withdraw=True)
    assert not has_right(user, "manage_release", model)
    gone = make_user(is_active=False)
    for args, sentence in (
        (("nobody@example.org", "place_hold", "acme/heron"), "no account"),
        (("a\x00b", "place_hold", "acme/heron"), "no account"),
        (("\udcff", "place_hold", "acme/heron"), "no account"),
        ((user.email, "everything", "acme/heron"), "is not a right"),
        ((user.email, "place_hold", "acme/none"), "no model acme/none"),
        ((user.email, "place_hold", "acme"), "as namespace/name"),
        ((gone.email, "place_hold", "acme/heron"), "active account"),
    ):
        assert sentence in fail(2, "grant_right", *args)


# ingest_release


def test_ingest_with_wait_seals_or_says_why_not(own_store: Path) -> None:
    make_model(name="heron")
    out = run("ingest_release", "acme/heron", "v1", str(make_directory()), wait=True)
    release = Release.objects.get()
    assert out == f"Sealed acme/heron v1 with the digest {release.digest}.\n"
    bad = make_directory({**ordinary_files(), "z.safetensors": b"lies lies lies"})
    before = set((own_store / "objects").rglob("*"))
    sentence = fail(1, "ingest_release", "acme/heron", "v2", str(bad), wait=True)
    assert "acme/heron v2 was refused. 'z.safetensors' claims a header" in sentence
    assert set((own_store / "objects").rglob("*")) >= before
    assert len([p for p in (own_store / "objects").rglob("*") if p.is_file()]) == 3


def test_without_wait_a_worker_does_it(django_capture_on_commit_callbacks: Any) -> None:
    make_model(name="heron")
    with django_capture_on_commit_callbacks():
        out = run("ingest_release", "acme/heron", "v1", str(make_directory()))
    assert "has begun; a worker reads it" in out


def test_wrong_arguments_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    make_model(name="heron")
    good = str(make_directory())
    for args, sentence in (
        (("acme/none", "v1", good), "no model"),
        (("../heron", "v1", good), "namespace"),
        (("acme/heron", "main", good), "moving revision"),
        (("acme/heron", "a/b", good), "A version holds"),
        (("acme/heron", "v1", str(tmp_path / "none")), "does not exist"),
        (("acme/heron", "v1", "/dev/null"), "is not a directory"),
        (("acme/heron", "v1", str(make_directory({"a.pt": b""}))), "run code"),
    ):
        for wait in (True, False):
            assert sentence in fail(2, "ingest_release", *args, wait=wait)
    assert not Release.objects.exists()


def test_interrupted_it_says_who_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    make_model(name="heron")

    def interrupt(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "write", interrupt)
    sentence = fail(130, "ingest_release", "acme/heron", "v1", str(make_directory()), wait=True)
    assert "A worker goes on with acme/heron v1" in sentence
    assert Release.objects.get().state == "ingesting"
