"""Importing evidence by program: with a token that carries the right, of a person who has it."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from releases import services
from releases.models import Evidence, Release
from tests.factories import make_token, make_user
from tests.releases.evidence_files import lm_eval, log_file
from tests.releases.factories import make_model, make_release

pytestmark = pytest.mark.django_db

ADDRESS = "/api/models/acme/heron/releases/v1/evidence"


@pytest.fixture
def release() -> Release:
    return make_release(make_model(name="heron"), version="v1")


def bearer(release: Release, *rights: str, right: str = "manage_release") -> dict[str, str]:
    user = make_user()
    services.grant_right(actor=None, user=user, right=right, model=release.model)
    _token, secret = make_token(user, rights=rights or ("evidence",))
    return {"Authorization": f"Bearer {secret}"}


def send(
    headers: dict[str, str], release: Release, content: bytes | None = None, **change: Any
) -> Any:
    told = {"release_digest": release.digest, "run_by": "Northern Institute", **change}
    found = log_file().read_bytes() if content is None else content
    file = SimpleUploadedFile("results.json", found)
    data = {key: value for key, value in {**told, "file": file}.items() if value is not None}
    if change.get("file", file) is None:
        data.pop("file")
    return Client().post(ADDRESS, data, headers=headers)


def test_a_log_is_imported(release: Release) -> None:
    content = json.dumps(lm_eval(release.digest or "")).encode()
    response = send(bearer(release), release, content, elicitation="fine_tuned")
    assert response.status_code == 201, response.content
    evidence = Evidence.objects.get()
    answer = response.json()
    assert answer["digest"] == evidence.digest
    assert answer["scores"][0]["value"] == 0.25
    assert "not_bound" not in [flag["code"] for flag in answer["flags"]]
    assert evidence.elicitation == "fine_tuned"


def test_what_is_refused_comes_back_as_a_sentence(release: Release) -> None:
    headers = bearer(release)
    for change, sentence in (
        ({"release_digest": "0" * 64}, "the one with the digest"),
        ({"content": b"no log"}, ""),
        ({"elicitation": "a little"}, "how hard"),
        ({"independent": "true"}, "independent"),
        ({"expires_at": "2020-01-01T00:00:00"}, "future"),
        ({"run_by": " "}, "Write something"),
    ):
        response = send(headers, release, **change)
        assert response.status_code == 409, (change, response.content)
        assert response.json()["error"]
        assert sentence in response.json()["error"]
    assert send(headers, release, run_by=None).status_code == 422
    without = Client().post(
        ADDRESS, {"release_digest": release.digest, "run_by": "x"}, headers=headers
    )
    assert "as a file named" in without.json()["error"]
    assert not Evidence.objects.exists()


def test_a_file_that_is_too_large_is_refused(release: Release, settings: Settings) -> None:
    settings.UPLOADS = {"api:evidence_post": 1_000_000}
    response = send(bearer(release), release, b"{" + b" " * 1_100_000)
    assert response.status_code == 409
    assert "larger than the 1 MB" in response.json()["error"]


def test_the_token_needs_the_right_and_its_owner_too(release: Release) -> None:
    assert send(bearer(release, "ingest"), release).status_code == 403
    assert send(bearer(release, right="review_application"), release).status_code == 403
    _token, secret = make_token(make_user(), rights=("evidence",))
    stranger = {"Authorization": f"Bearer {secret}"}
    assert send(stranger, release).status_code == 404
    assert send({}, release).status_code == 401
    assert not Evidence.objects.exists()
