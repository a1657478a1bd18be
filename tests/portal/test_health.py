"""Health: each part says how it is, and no answer holds a secret."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from common import document_store
from portal import health, tasks
from releases.models import Document
from tests.factories import make_user
from tests.releases.factories import make_model, make_release

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Path:
    settings.WEIGHTS_DIR = tmp_path
    settings.DOCUMENTS_STORAGE = tmp_path / "documents"
    return tmp_path


@pytest.fixture
def broker_down() -> Iterator[None]:
    """Point Celery at a port where nobody listens."""
    names = ("broker_url", "broker_read_url", "broker_write_url")
    former = {name: current_app.conf[name] for name in names}
    nobody = "amqp://secretuser:secretword@127.0.0.1:1//"
    current_app.conf.update(dict.fromkeys(names, nobody))
    yield
    current_app.conf.update(former)


def test_live_asks_nothing_of_the_parts(client: Client) -> None:
    response = client.get("/health/live")
    assert response.json() == {"status": "ok"}


def test_ready_when_every_part_answers(client: Client) -> None:
    response = client.get("/health/ready")
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "ok")
    assert {body[part]["status"] for part in ("database", "broker", "storage", "documents")} == {
        "ok"
    }
    assert "no-store" in response["Cache-Control"]


def test_a_broker_that_is_down_is_named_without_its_secrets(
    client: Client, broker_down: None
) -> None:
    response = client.get("/health/ready")
    body = response.json()
    assert (response.status_code, body["status"]) == (503, "failed")
    assert body["broker"]["status"] == "failed"
    assert body["database"]["status"] == body["storage"]["status"] == "ok"
    assert "secret" not in response.content.decode()


def test_a_store_that_is_not_mounted_is_named(client: Client, settings: Settings) -> None:
    settings.WEIGHTS_DIR = Path("/nonexistent/weights")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert "Is its disk mounted?" in response.json()["storage"]["sentence"]


def test_documents_that_are_known_of_must_be_there(client: Client, store: Path) -> None:
    release = make_release(make_model())
    Document.objects.create(
        release=release,
        sha256="0" * 64,
        size=1,
        name="plan.pdf",
        media_type="application/pdf",
        uploaded_by=make_user(),
    )
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert "Is its disk mounted" in response.json()["documents"]["sentence"]
    document_store.keep(io.BytesIO(b"Found."))
    assert client.get("/health/ready").status_code == 200


def test_a_place_of_documents_that_cannot_be_used_is_named(client: Client, store: Path) -> None:
    (store / "documents").write_bytes(b"a file, not a directory")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert "directory of documents" in response.json()["documents"]["sentence"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_down_is_named(client: Client) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError("password=hunter2")

    with connection.execute_wrapper(refuse):
        response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["database"]["status"] == "failed"
    assert "hunter2" not in response.content.decode()


def test_a_heartbeat_that_stops_is_noticed() -> None:
    now = timezone.now()
    assert not health.check_worker(now).ok
    tasks.beat_heartbeat()
    assert health.check_worker(timezone.now()).ok
    assert not health.check_worker(timezone.now() + timedelta(minutes=5)).ok


def test_expired_sessions_are_cleared() -> None:
    Session.objects.create(
        session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1)
    )
    tasks.clear_sessions()
    assert not Session.objects.exists()
