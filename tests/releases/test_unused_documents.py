"""What was uploaded and came to nothing is removed after a week; what is used never is."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from audit.models import Event
from boards import services as boards
from common import document_store
from common.document_store import DocumentStoreError
from common.errors import Refused
from releases import services
from releases.models import Document
from releases.services.unused_documents import _remove_unused
from releases.tasks import sweep_documents
from tests.racing import ROUNDS
from tests.releases.evidence_files import PDF, entry
from tests.releases.factories import DOSSIER
from tests.releases.test_exhibits import Scene, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def upload(scene: Scene, content: bytes = PDF, *, days: int = 8) -> Document:
    """Upload a document so many days ago."""
    then = timezone.now() - timedelta(days=days)
    kept = services.keep_attachment(
        actor=scene.manager, release=scene.release, file=io.BytesIO(content), name="plan.pdf"
    )
    with connection.cursor() as cursor:
        # The table's own guard refuses this to anybody else.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE releases_document SET uploaded_at = %s WHERE id = %s", [then, kept.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    kept.refresh_from_db()
    return kept


def is_kept(document: Document) -> bool:
    """Tell whether the bytes are in the store."""
    try:
        document_store.fetch(document.sha256).close()
    except DocumentStoreError:
        return False
    return True


def test_what_nothing_used_for_a_week_goes_with_its_bytes(scene: Scene) -> None:
    old, young = upload(scene), upload(scene, b"Notes.", days=6)
    sweep_documents()
    assert list(Document.objects.all()) == [young]
    assert not is_kept(old)
    assert is_kept(young)
    event = Event.objects.get(action="document.removed")
    assert event.data == {"sha256": old.sha256, "size": old.size}
    sweep_documents()
    assert Event.objects.filter(action="document.removed").count() == 1


def test_what_a_dossier_names_stays_also_when_a_later_dossier_does_not(scene: Scene) -> None:
    document = upload(scene)
    transition = scene.propose(attachments=[document])
    services.revise_transition(
        actor=scene.manager, transition=transition, dossier=DOSSIER, attachments=[]
    )
    assert services.sweep_unused_documents() == 0
    assert is_kept(document)


def test_the_file_of_evidence_stays_also_when_that_is_withdrawn(scene: Scene) -> None:
    document = upload(scene)
    evidence = services.add_evidence(
        actor=scene.manager,
        release=scene.release,
        entry=entry(),
        bound_to=scene.release.digest or "",
        document=document,
    )
    services.withdraw_evidence(actor=scene.manager, evidence=evidence, reason="Wrong.")
    assert services.sweep_unused_documents() == 0
    assert is_kept(document)


def test_bytes_that_another_row_names_stay(scene: Scene) -> None:
    first, again = upload(scene), upload(scene)
    scene.propose(attachments=[again])
    assert services.sweep_unused_documents() == 1
    assert not Document.objects.filter(pk=first.pk).exists()
    assert is_kept(again)


def test_a_store_that_fails_leaves_the_row_for_the_next_sweep(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, other = upload(scene), upload(scene, b"Notes.")
    remove = document_store.remove

    def fail_once(sha256: str) -> None:
        if sha256 == document.sha256:
            raise DocumentStoreError("The store of documents does not answer.")
        remove(sha256)

    with monkeypatch.context() as patch:
        patch.setattr(document_store, "remove", fail_once)
        assert services.sweep_unused_documents() == 1
    assert list(Document.objects.all()) == [document]
    assert not is_kept(other)
    assert services.sweep_unused_documents() == 1
    assert not Document.objects.exists()


def test_the_database_lets_go_of_nothing_that_is_used(scene: Scene) -> None:
    document = upload(scene)
    scene.propose(attachments=[document])
    for act in (
        lambda: Document.objects.filter(pk=document.pk).delete(),
        lambda: Document.objects.filter(pk=document.pk).update(name="other.pdf"),
    ):
        with pytest.raises(DatabaseError, match="is used is kept"), transaction.atomic():
            act()


def test_what_is_gone_cannot_be_attached_and_the_form_says_so(scene: Scene) -> None:
    document = upload(scene)
    services.sweep_unused_documents()
    with pytest.raises(Refused, match="Attach it again"):
        scene.propose(attachments=[document])
    with pytest.raises(Refused, match="Attach it again"):
        services.add_evidence(
            actor=scene.manager,
            release=scene.release,
            entry=entry(),
            bound_to=scene.release.digest or "",
            document=document,
        )
    client: Client = signed_in(scene.manager)
    page = text(client.post(scene.propose_url, {**DOSSIER, "kept": [str(document.public_id)]}))
    assert "is not there any more" in page
    assert DOSSIER["rationale"] in page
    add = reverse("evidence_add", args=["acme", "heron", "v1", "red_team_report"])
    page = text(client.post(add, {"title": "Red team", "kept": str(document.public_id)}))
    assert "is not there any more" in page
    assert str(document.public_id) not in page


@pytest.mark.django_db(transaction=True)
def test_attaching_and_sweeping_at_once_never_leaves_a_dossier_without_its_document(
    settings: Settings, tmp_path: Path
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = False
    scene = Scene()
    ends: set[str] = set()
    for number in range(min(ROUNDS, 20)):
        notes = io.BytesIO(f"Notes of round {number}.".encode())
        document = services.keep_attachment(
            actor=scene.manager, release=scene.release, file=notes, name="notes.txt"
        )
        start = threading.Barrier(2, timeout=30)

        def attach(document: Document = document, start: threading.Barrier = start) -> str:
            start.wait()
            try:
                transition = scene.propose(attachments=[document])
            except Refused as refused:
                return refused.sentence
            finally:
                connection.close()
            return str(transition.motion.public_id)

        def sweep(document: Document = document, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                return _remove_unused(document.pk)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            attached, swept = pool.submit(attach), pool.submit(sweep)
            said, removed = attached.result(30), swept.result(30)
        assert removed == ("Attach it again" in said)
        assert Document.objects.filter(pk=document.pk).exists() != removed
        assert is_kept(document) != removed
        ends.add("removed" if removed else "attached")
        if not removed:
            motion = scene.release.transitions.select_related("motion").latest("pk").motion
            boards.withdraw_motion(actor=scene.manager, motion=motion, reason="Next round.")
            services.apply_decided_motions()
    assert ends
