"""Formats that can run code: refused, unless a release manager admits them by name and reason."""

import pickle
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from audit.models import Event
from common.errors import Refused
from releases import services
from releases.models import FormatOverride, Model, Release
from tests.factories import make_user
from tests.releases.factories import make_directory, make_model, ordinary_files
from tests.releases.test_pickle_scan import SYSTEM, torch_archive

pytestmark = pytest.mark.django_db
BIN = torch_archive(pickle.dumps(OrderedDict(a=1)))


def override(model: Model, version: str = "v1", *extensions: str, **change: Any) -> FormatOverride:
    given = {
        "actor": change.get("actor") or make_manager(model),
        "model": model,
        "version": version,
        "extensions": extensions or (".bin",),
        "reason": "The optimiser's state has no other format.",
    }
    return services.override_formats(**{**given, **change})


def make_manager(model: Model) -> Any:
    user = make_user()
    services.grant_right(actor=None, user=user, right="manage_release", model=model)
    return user


def ingest(model: Model, files: dict[str, bytes], version: str = "v1") -> Release:
    return read(start(model, files, version))


def start(model: Model, files: dict[str, bytes], version: str = "v1") -> Release:
    return services.start_ingest(
        actor=None,
        model=model,
        version=version,
        directory=make_directory({**ordinary_files(), **files}),
        hand_over=False,
    )


def read(release: Release) -> Release:
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    return release


def test_a_pickle_is_taken_in_by_leave_and_the_leave_stands_on_the_release() -> None:
    model = make_model()
    with pytest.raises(Refused, match="have a release manager admit the format"):
        ingest(model, {"optimizer.bin": BIN})
    given = override(model)
    release = ingest(model, {"optimizer.bin": BIN})
    assert (release.state, release.override) == ("sealed", given)
    assert release.artifacts.get(path="optimizer.bin").format == "pickle"
    event = Event.objects.get(action="release.format_overridden")
    assert event.actor == given.given_by.pseudonym
    assert event.data == {"version": "v1", "formats": [".bin"], "reason": given.reason}


def test_it_is_for_one_version_and_the_formats_that_it_names() -> None:
    model = make_model()
    override(model, "v1", ".bin")
    with pytest.raises(Refused, match=r"\(\.pt\)"):
        ingest(model, {"model.pt": BIN})
    with pytest.raises(Refused, match=r"\(\.bin\)"):
        ingest(model, {"model.bin": BIN}, "v2")
    with pytest.raises(Refused, match=r"\(\.bin\)"):
        ingest(make_model(), {"model.bin": BIN})
    assert ingest(model, {}).override is None


def test_what_is_dangerous_is_refused_all_the_same(own_store: Path) -> None:
    model = make_model()
    override(model)
    release = ingest(model, {"model.bin": torch_archive(SYSTEM)})
    assert release.state == "refused"
    assert "imports posix.system, which can run code; it is never taken in" in release.refusal
    assert not [path for path in own_store.rglob("*") if path.is_file()]


def test_what_nobody_vouches_for_is_a_finding() -> None:
    model = make_model()
    override(model)
    release = ingest(model, {"model.bin": torch_archive(b"\x80\x02cacme.nets\nBlock\n)R.")})
    assert release.state == "sealed"
    assert any("acme.nets.Block" in each["sentence"] for each in release.findings)


def test_no_room_to_inspect_it_ends_the_ingest_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = make_model()
    override(model)
    release = start(model, {"model.bin": BIN})
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        read(release)
    assert release.state == "refused"
    assert release.refusal.startswith("'model.bin' could not be inspected, because the worker's")
    assert "(TMPDIR) cannot be used" in release.refusal

    def full(buffering: int) -> Any:
        return open("/dev/full", "wb", buffering)  # noqa: PTH123

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    release = ingest(model, {"model.bin": BIN})
    assert "(TMPDIR) is full" in release.refusal
    assert "weights store" not in release.refusal


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"extensions": ()}, "Choose at least one"),
        ({"extensions": (".dill",)}, "Choose at least one"),
        ({"extensions": (".bin", ".safetensors")}, "Choose at least one"),
        ({"reason": " "}, "The reason"),
        ({"version": "main"}, "moving revision"),
        ({"version": "v\x00"}, "version"),
    ],
)
def test_a_leave_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        override(make_model(), **change)
    assert not FormatOverride.objects.exists()


def test_it_takes_the_right_and_a_version_that_is_not_there_yet() -> None:
    model = make_model()
    for stranger in (make_user(), make_user(is_superuser=True)):
        with pytest.raises(Refused, match="You need the right"):
            override(model, actor=stranger)
    ingest(model, {})
    with pytest.raises(Refused, match="ingested already"):
        override(model)


def test_it_is_added_to_and_never_edited() -> None:
    given = override(make_model())
    for change in (
        lambda: FormatOverride.objects.filter(pk=given.pk).update(reason="Another."),
        given.delete,
    ):
        with pytest.raises(DatabaseError, match="History is added to"), transaction.atomic():
            change()


def test_by_page(client: Client) -> None:
    model = make_model()
    manager = make_manager(model)
    client.force_login(manager)
    address = f"/releases/models/{model}/formats/"
    assert "What will happen" in client.get(address).content.decode()
    sent = {"version": "v1", "formats": [".bin", ".pt"], "reason": "No other <b>format</b>."}
    for change, sentence in (
        ({"version": "main"}, "moving revision"),
        ({"formats": [".exe"]}, "valid choice"),
        ({"formats": []}, "Choose at least one format."),
        ({"reason": ""}, "reason"),
    ):
        response = client.post(address, {**sent, **change})
        assert response.status_code == 200
        assert sentence in response.content.decode()
    assert client.post(address, sent).status_code == 302
    release = ingest(model, {"model.bin": BIN})
    page = client.get(release.get_absolute_url()).content.decode()
    # What it holds, not what was admitted.
    assert "Holds files that can run code: .bin<" in page
    assert "No other &lt;b&gt;format&lt;/b&gt;." in page
    assert "admitted formats that can run code" in page
    assert client.post(address, sent).status_code == 409
