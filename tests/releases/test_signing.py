"""The signature of a release, and its making from the digests that are stored."""

import base64
import json

import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from audit.models import Event, SigningKey
from audit.selectors import current_fingerprint
from common import dsse
from releases import services, store, tasks
from releases.manifest import Entry
from releases.models import Release, ReleaseSignature
from releases.signature import statement
from tests.releases.factories import make_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings: Settings) -> str:
    settings.SIGNING_KEY = dsse.derived_private_key("first")
    return settings.SIGNING_KEY


def signed(release: Release) -> dict:
    """Return the statement of a release's signature, verified."""
    signature = ReleaseSignature.objects.get(release=release)
    bundle = json.loads(signature.bundle)
    return json.loads(dsse.verify(signature.key.public_pem, bundle["dsseEnvelope"]))


def test_a_release_is_signed_when_it_is_sealed(key: str) -> None:
    release = make_release()
    resources = signed(release)["predicate"]["resources"]
    assert {each["name"]: each["digest"] for each in resources} == dict(
        release.artifacts.values_list("path", "sha256")
    )
    event = Event.objects.get(action="release.signed")
    assert event.data == {"key": current_fingerprint()}


def test_without_a_key_nothing_is_signed_and_the_sweep_makes_up_for_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SIGNING_KEY = ""
    first, withdrawn = make_release(), make_release()
    Release.objects.filter(pk=withdrawn.pk).update(state="withdrawn")
    tasks.sweep_signatures()
    assert not ReleaseSignature.objects.exists()
    settings.SIGNING_KEY = dsse.derived_private_key("first")

    def no_second_read(*_args: object) -> None:
        raise AssertionError("The stored digests are enough.")

    monkeypatch.setattr(store, "read_object", no_second_read)
    tasks.sweep_signatures()
    assert signed(first)["subject"][0]["name"] == str(first)
    assert signed(withdrawn)
    assert services.sign_unsigned() == 0


def test_after_a_rotation_the_former_key_and_what_it_signed_stand(
    key: str, settings: Settings
) -> None:
    first = make_release()
    former = current_fingerprint()
    settings.SIGNING_KEY = dsse.derived_private_key("second")
    second = make_release()
    assert signed(first)
    assert signed(second)
    fingerprints = SigningKey.objects.order_by("id").values_list("fingerprint", flat=True)
    assert list(fingerprints) == [former, current_fingerprint()]


def test_a_signature_is_made_once_and_never_altered(key: str) -> None:
    release = make_release()
    signature = ReleaseSignature.objects.get()
    assert services.sign_release(release_id=release.pk) == signature
    for change in (
        lambda: ReleaseSignature.objects.update(bundle="{}"),
        lambda: SigningKey.objects.update(public_pem=""),
        signature.delete,
    ):
        with pytest.raises(DatabaseError, match="History is added to"), transaction.atomic():
            change()


def test_a_release_that_is_not_sealed_is_not_signed(key: str) -> None:
    release = make_release(files={"a.safetensors": b"broken!!!"})
    assert release.state == "refused"
    assert services.sign_release(release_id=release.pk) is None


def test_gits_own_files_are_left_out_as_the_public_tool_leaves_them_out() -> None:
    entries = [
        Entry(path, 1, "ab" * 32)
        for path in (".gitattributes", "b.txt", "a/b.txt", "a.txt", "sub/.gitattributes")
    ]
    content = json.loads(statement("name", entries))
    names = [each["name"] for each in content["predicate"]["resources"]]
    assert names == ["a/b.txt", "a.txt", "b.txt", "sub/.gitattributes"]
    assert base64.b64encode(statement("name", entries)) == base64.b64encode(
        statement("name", reversed(entries))
    )
