"""Pages that end in an upload say beforehand what is taken, and what was wrong at the field."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from releases.models import Document
from tests.releases.test_exhibits import Scene, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_limits_are_said_before_anything_is_sent(scene: Scene, settings: Settings) -> None:
    settings.ATTACHMENT_MOST_BYTES, settings.EVIDENCE_MOST_BYTES = 3_000_000, 40_000_000
    release = ["acme", "heron", "v1"]
    pages = {
        reverse("transition_propose", args=release): (
            "At most 20 files of 3 MB each, 60 MB together.",
            3_000_000,
        ),
        reverse("evidence_add", args=[*release, "red_team_report"]): ("At most 3 MB.", 3_000_000),
        reverse("evidence_import", args=release): ("At most 40 MB.", 40_000_000),
        reverse("comparable_import"): ("At most 1 MB.", 1_000_000),
    }
    client = signed_in(scene.manager)
    for url, (sentence, most) in pages.items():
        page = text(client.get(url))
        assert sentence in page, url
        assert f'data-most-bytes="{most}"' in page, url


def test_a_file_with_wrong_lines_is_an_error_at_its_field(scene: Scene) -> None:
    file = SimpleUploadedFile("models.csv", b"name,developer\nheron,acme\n")
    page = text(signed_in(scene.manager).post(reverse("comparable_import"), {"file": file}))
    assert "Nothing was imported" in page
    assert 'id="id_file_error"' in page
    assert "choose it again" in page


def test_a_document_that_is_too_large_is_an_error_at_its_field(
    scene: Scene, settings: Settings
) -> None:
    settings.UPLOADS = {**settings.UPLOADS, "transition_propose": 1_000_000}
    file = SimpleUploadedFile("plan.txt", b"x" * 1_000_001)
    page = text(signed_in(scene.manager).post(scene.propose_url, {"attachments": file}))
    assert 'id="id_attachments_error"' in page
    assert "plan.txt is larger than the 1 MB that are taken." in page


def test_files_that_are_too_large_together_are_named_and_the_others_have_arrived(
    scene: Scene, settings: Settings
) -> None:
    settings.UPLOADS_MOST_BYTES = 2_000_000
    files = [SimpleUploadedFile(f"plan-{each}.txt", b"x" * 800_000) for each in "abc"]
    page = text(signed_in(scene.manager).post(scene.propose_url, {"attachments": files}))
    assert "plan-c.txt was not taken, because at most 2 MB are taken at once." in page
    assert "plan-a.txt was not taken" not in page
    assert sorted(Document.objects.values_list("name", flat=True)) == ["plan-a.txt", "plan-b.txt"]
    for name in ("plan-a.txt", "plan-b.txt"):
        assert re.search(rf'name="kept"[^>]*checked[^>]*>\s*<label[^>]*>{name}', page)


def test_the_shipped_proxy_lets_through_what_the_portal_takes(settings: Settings) -> None:
    """What nginx refuses never reaches the page that says why."""
    found = re.search(
        r"client_max_body_size (\d+)m;", (settings.BASE_DIR / "deploy/nginx.conf").read_text()
    )
    assert found
    # The texts of the form and the boundaries between its parts come on top.
    rest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 100_000
    assert settings.UPLOADS_MOST_BYTES + rest <= int(found[1]) * 2**20
