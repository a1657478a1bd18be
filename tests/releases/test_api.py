"""Ingest by program: with a token that carries the right, of a person who has it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from releases import services
from releases.models import Model, Release
from tests.factories import make_token, make_user
from tests.releases.factories import make_directory, make_model, make_release, ordinary_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Model:
    return make_model(name="heron")


def bearer(model: Model, *rights: str, manages: bool = True) -> dict[str, str]:
    user = make_user()
    right = "manage_release" if manages else "review_application"
    services.grant_right(actor=None, user=user, right=right, model=model)
    _token, secret = make_token(user, rights=rights or ("ingest",))
    return {"Authorization": f"Bearer {secret}"}


def begin(client: Client, headers: dict[str, str], **change: Any) -> Any:
    body = {"version": "v1", "source": "/etc", **change}
    return client.post(
        "/api/models/acme/heron/releases", body, content_type="application/json", headers=headers
    )


STATUS = "/api/models/acme/heron/releases/v1/ingest"


def test_it_begins_and_tells_how_far_it_has_come(
    client: Client, model: Model, incoming: Path, django_capture_on_commit_callbacks: Any
) -> None:
    headers = bearer(model)
    directory = make_directory({**ordinary_files(), "config.json": b"{}"}, below=incoming)
    with django_capture_on_commit_callbacks(execute=False):
        response = begin(client, headers, source=str(directory))
    assert response.status_code == 202, response.content
    assert response.json()["state"] == "ingesting"
    assert response.json()["files"] == 3
    assert response.json()["bytes_read"] == 0
    release = Release.objects.get()
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    status = client.get(STATUS, headers=headers).json()
    assert (status["state"], status["files_read"], status["files_verified"]) == ("verifying", 3, 0)
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    status = client.get(STATUS, headers=headers).json()
    assert status["state"] == "sealed"
    assert len(status["digest"]) == 64


def test_what_is_refused_comes_back_as_a_sentence(
    client: Client, model: Model, incoming: Path
) -> None:
    headers = bearer(model)
    pickled = make_directory({"a.pkl": b""}, below=incoming)
    for change, status, sentence in (
        ({}, 409, "not below a directory that the operator allowed"),
        ({"source": str(pickled)}, 409, "can run code"),
        ({"source": "s3://bucket/prefix"}, 409, "not below a bucket"),
        ({"source": "x\x00"}, 409, "cannot be opened"),
        ({"version": "main"}, 409, "moving revision"),
        ({"version": "v" * 65}, 422, "version"),
        ({"source": None}, 422, "source"),
    ):
        response = begin(client, headers, **change)
        assert response.status_code == status, change
        assert sentence in response.content.decode()
    assert not Release.objects.exists()


def test_a_refused_ingest_says_why(client: Client, model: Model) -> None:
    make_release(model, version="v1", files={"a.safetensors": b"broken!!!"})
    status = client.get(STATUS, headers=bearer(model)).json()
    assert status["state"] == "refused"
    assert "claims a header" in status["refusal"]


def test_it_takes_the_tokens_right_and_the_persons(client: Client, model: Model) -> None:
    make_release(model, version="v1")
    for rights in (("weights",), ("api", "review")):
        headers = bearer(model, *rights)
        assert begin(client, headers).status_code == 403
        assert client.get(STATUS, headers=headers).status_code == 403
    reviewer = bearer(model, manages=False)
    assert begin(client, reviewer).status_code == 403
    assert client.get(STATUS, headers=reviewer).status_code == 200
    stranger = bearer(make_model())
    assert begin(client, stranger).status_code == 404
    assert client.get(STATUS, headers=stranger).status_code == 404
    assert client.get(STATUS.replace("v1", "%00"), headers=bearer(model)).status_code == 404
    assert begin(client, {"Authorization": "Bearer wrong"}).status_code == 401
    assert begin(client, {}).status_code == 401
