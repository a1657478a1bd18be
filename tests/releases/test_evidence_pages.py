"""Pages of evidence: who gets them, what they show, what becomes of bad input and of files."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from common import document_store
from releases import services
from releases.models import Document, Evidence, Release
from tests.factories import make_user
from tests.releases.evidence_files import (
    PDF,
    import_log,
    lm_eval,
    log_file,
    make_evidence,
    manager_of,
)
from tests.releases.factories import make_model, make_release

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


class Scene:
    """A release with its manager, a reviewer of its model, and a stranger."""

    def __init__(self) -> None:
        self.manager, self.reviewer, self.stranger = make_user(), make_user(), make_user()
        model = make_model(manager=self.manager, name="heron")
        services.grant_right(
            actor=None, user=self.reviewer, right="review_application", model=model
        )
        self.release: Release = make_release(model, version="v1")

    def url(self, name: str, *more: str) -> str:
        return reverse(name, args=["acme", "heron", "v1", *more])


@pytest.fixture
def scene() -> Scene:
    return Scene()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def told(**changed: Any) -> dict[str, Any]:
    """Return a form as a person fills it in."""
    return {
        "title": "Red team, autumn",
        "summary": "Nothing above the bound.",
        "elicitation": "fully_elicited",
        "run_by": "Northern Institute",
        "ran_at": (timezone.now() - timedelta(days=3)).date().isoformat(),
        "expires_at": "",
        "bound": "on",
        **changed,
    }


def upload(name: str = "results.json", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, log_file().read_bytes() if content is None else content)


# Importing


def test_a_log_is_imported_and_shown_with_its_errors_and_its_doubts(scene: Scene) -> None:
    client = signed_in(scene.manager)
    response = client.post(
        scene.url("evidence_import"), {**told(title="", ran_at=""), "file": upload()}
    )
    evidence = Evidence.objects.get()
    assert response.status_code == 302
    assert response["Location"] == evidence.get_absolute_url()
    page = text(signed_in(scene.reviewer).get(evidence.get_absolute_url()))
    for shown in ("0.25", "0.125", "not_bound", "arc", evidence.digest[:16], "Northern Institute"):
        assert shown in page
    assert str(evidence.seed) in page
    assert "Withdraw" not in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"file": None}, "Choose the file"),
        ({"bound": ""}, "Confirm that it is about"),
        ({"run_by": ""}, "Say who did it"),
        ({"independent": "on"}, "Say why whoever did it"),
        ({"expires_at": "2020-01-01"}, "must expire in the future"),
        ({"file": b"not json"}, "id_file"),
        ({"file": b""}, "file"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    scene: Scene, change: dict[str, Any], sentence: str
) -> None:
    given = change.get("file", log_file().read_bytes())
    data = {**told(title="Kept title"), **change, "file": given and upload(content=given)}
    data = {key: value for key, value in data.items() if value is not None}
    if not given:
        data.pop("file", None)
    response = signed_in(scene.manager).post(scene.url("evidence_import"), data)
    assert response.status_code == 200
    assert sentence in text(response)
    assert "Kept title" in text(response)
    assert not Evidence.objects.exists()


def test_a_file_that_is_too_large_never_arrives(scene: Scene, settings: Settings) -> None:
    settings.UPLOADS = {"evidence_import": 1_000_000}
    data = {**told(), "file": upload(content=b"{" + b" " * 1_100_000)}
    response = signed_in(scene.manager).post(scene.url("evidence_import"), data)
    assert "larger than the 1 MB" in text(response)
    assert "Northern Institute" in text(response)


def test_no_page_that_asks_for_no_file_takes_one(scene: Scene) -> None:
    url = scene.url("hold_place")
    request = signed_in(scene.manager).post(url, {"a": upload()}).wsgi_request
    assert not request.FILES
    request = Client().post(scene.url("evidence_import"), {"file": upload()}).wsgi_request
    assert not request.FILES


# Telling


def test_a_report_is_told_of_with_its_document(scene: Scene) -> None:
    client = signed_in(scene.manager)
    data = {**told(), "file": upload("report.pdf", PDF)}
    assert client.post(scene.url("evidence_add", "red_team_report"), data).status_code == 302
    evidence = Evidence.objects.get()
    assert evidence.file is not None
    assert evidence.file.media_type == "application/pdf"
    assert evidence.file.name == "report.pdf"


def test_a_document_survives_an_error_elsewhere(scene: Scene) -> None:
    client = signed_in(scene.manager)
    url = scene.url("evidence_add", "external_review")
    response = client.post(url, {**told(run_by=""), "file": upload("report.pdf", PDF)})
    document = Document.objects.get()
    assert "report.pdf is kept" in text(response)
    assert str(document.public_id) in text(response)
    assert client.post(url, {**told(), "kept": str(document.public_id)}).status_code == 302
    assert Evidence.objects.get().file == document


def test_a_bad_document_is_refused_at_its_field(scene: Scene) -> None:
    client = signed_in(scene.manager)
    url = scene.url("evidence_add", "other")
    for content, why in ((b"<svg onload=x>", "SVG"), (b"\x00\x01", "none of what is taken")):
        response = client.post(url, {**told(), "file": upload("report.pdf", content)})
        assert why in text(response)
    assert not Evidence.objects.exists()
    for kept in ("x", str(scene.manager.pseudonym)):
        assert "is not there any more" in text(client.post(url, {**told(), "kept": kept}))
    assert not Evidence.objects.exists()


def test_a_measurement_and_a_search_have_entries_of_their_own(scene: Scene) -> None:
    client = signed_in(scene.manager)
    measured = {
        "task": "uplift",
        "metric": "success",
        "value": "0.1",
        "low": "0.05",
        "high": "0.2",
        "level": "95",
        "samples": "",
        "higher_is_better": "lower",
    }
    url = scene.url("evidence_add", "measurement")
    assert client.post(url, {**told(), **measured}).status_code == 302
    page = text(client.get(Evidence.objects.latest("id").get_absolute_url()))
    assert "0.05 to 0.2 at 95 %" in page
    wrong = client.post(url, {**told(), **measured, "low": "0.15"})
    assert "between the two ends" in text(wrong)
    url = scene.url("evidence_add", "external_search")
    today = timezone.now().date()
    searched = {
        "called_at": "The lab's page.",
        "since": (today - timedelta(days=40)).isoformat(),
        "until": (today - timedelta(days=1)).isoformat(),
    }
    assert client.post(url, {**told(), **searched}).status_code == 302
    assert Evidence.objects.latest("id").elicitation == "not_applicable"
    short = {**searched, "since": (today - timedelta(days=5)).isoformat()}
    assert "business days" in text(client.post(url, {**told(), **short}))


def test_a_type_that_is_none_is_not_there(scene: Scene) -> None:
    client = signed_in(scene.manager)
    for evidence_type in ("evaluation", "hearsay"):
        assert client.get(scene.url("evidence_add", evidence_type)).status_code == 404


# Handing out


def test_a_file_is_handed_out_to_be_saved_and_not_to_be_shown(scene: Scene) -> None:
    evidence = import_log(scene.release, scene.manager)
    assert evidence.file is not None
    response: Any = signed_in(scene.reviewer).get(evidence.file.get_absolute_url())
    content = b"".join(response.streaming_content)
    assert hashlib.sha256(content).hexdigest() == evidence.file.sha256
    assert response["Content-Disposition"] == 'attachment; filename="results.json"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert int(response["Content-Length"]) == len(content)


def test_the_record_is_what_the_digest_is_over(scene: Scene) -> None:
    evidence = make_evidence(scene.release, scene.manager)
    url = reverse("evidence_record", args=[evidence.public_id])
    response = signed_in(scene.reviewer).get(url)
    assert hashlib.sha256(response.content).hexdigest() == evidence.digest


def test_a_damaged_file_is_not_handed_out(scene: Scene, settings: Settings) -> None:
    document = services.keep_attachment(
        actor=scene.manager, release=scene.release, file=io.BytesIO(b"Found."), name="a.txt"
    )
    stored = settings.DOCUMENTS_STORAGE / "objects" / document.sha256[:2] / document.sha256
    stored.chmod(0o600)
    stored.write_bytes(b"Forged")
    client = signed_in(scene.manager)
    assert client.get(document.get_absolute_url()).status_code == 503
    stored.unlink()
    assert client.get(document.get_absolute_url()).status_code == 503
    document_store.keep(io.BytesIO(b"Found."))
    response: Any = client.get(document.get_absolute_url())
    assert response.getvalue() == b"Found."


def test_strangers_and_visitors_learn_nothing(scene: Scene) -> None:
    evidence = import_log(scene.release, scene.manager)
    assert evidence.file is not None
    places = [
        evidence.get_absolute_url(),
        evidence.file.get_absolute_url(),
        reverse("evidence_record", args=[evidence.public_id]),
        reverse("evidence_withdraw", args=[evidence.public_id]),
        scene.url("evidence_list"),
        scene.url("evidence_import"),
    ]
    for url in places:
        assert signed_in(scene.stranger).get(url).status_code == 404
        assert signed_in(make_user(is_superuser=True)).get(url).status_code == 404
        assert Client().get(url).status_code == 302


# How it ends


def test_evidence_is_withdrawn_by_a_typed_word_and_a_reason(scene: Scene) -> None:
    evidence = make_evidence(scene.release, scene.manager)
    client = signed_in(scene.manager)
    url = reverse("evidence_withdraw", args=[evidence.public_id])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "Wrong.", "typed": "no"}).status_code == 200
    assert client.post(url, {"reason": "Wrong.", "typed": "withdraw"}).status_code == 302
    page = text(client.get(evidence.get_absolute_url()))
    assert "Withdrawn" in page
    assert "Wrong." in page
    assert client.get(url).status_code == 409


def test_evidence_is_replaced_by_what_stands(scene: Scene) -> None:
    old = make_evidence(scene.release, scene.manager, title="Old")
    client = signed_in(scene.manager)
    url = reverse("evidence_supersede", args=[old.public_id])
    assert client.get(url).status_code == 409
    new = make_evidence(scene.release, scene.manager, title="New")
    data = {"by": str(new.public_id), "reason": "Ran again.", "typed": "replace"}
    assert client.post(url, {**data, "by": str(old.public_id)}).status_code == 200
    assert client.post(url, data).status_code == 302
    page = text(client.get(old.get_absolute_url()))
    assert "Superseded" in page
    assert new.get_absolute_url() in page


def test_expired_evidence_is_shown_as_expired(scene: Scene, settings: Settings) -> None:
    evidence = make_evidence(scene.release, scene.manager)
    row = Evidence.objects.get(pk=evidence.pk)
    row.pk, row.public_id = None, make_user().pseudonym
    row.ran_at = timezone.now() - timedelta(days=300)
    row.expires_at = timezone.now() - timedelta(days=1)
    row.save(force_insert=True)
    client = signed_in(scene.manager)
    assert "This evidence has expired" in text(client.get(row.get_absolute_url()))
    assert "Expired" in text(client.get(scene.url("evidence_list")))
    page = text(client.get(scene.release.get_absolute_url()))
    assert "1 current, 1 expired, 2 in all." in page


def test_pages_take_few_queries_whatever_there_is(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        evidence = import_log(
            scene.release, scene.manager, path=log_file(lm_eval()), title=f"Run {number}"
        )
    pages = [
        scene.release.get_absolute_url(),
        scene.url("evidence_list"),
        scene.url("evidence_import"),
        scene.url("evidence_add", "measurement"),
        evidence.get_absolute_url(),
        reverse("evidence_supersede", args=[evidence.public_id]),
        scene.url("transition_propose"),
    ]
    client = signed_in(scene.manager)
    for url in pages:
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(url).status_code == 200


def test_pages_carry_nothing_that_the_policy_forbids(scene: Scene) -> None:
    evidence = import_log(scene.release, manager_of(scene.release), title="<script>x</script>")
    for url in (evidence.get_absolute_url(), scene.url("evidence_list")):
        page = text(signed_in(scene.manager).get(url))
        for forbidden in ("<style", " style=", " onclick=", "<script>"):
            assert forbidden not in page
