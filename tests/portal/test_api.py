"""The JSON API before a body that it cannot read: a sentence, told as all its errors are."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from portal.api import api
from releases import services
from releases.models import Release
from tests.factories import make_token, make_user
from tests.releases.factories import make_model

pytestmark = pytest.mark.django_db

SENTENCE = "The body could not be read. It must be JSON, in UTF-8."
WITH_BODY = [
    (method, path)
    for path, operations in api.get_openapi_schema(path_prefix="/")["paths"].items()
    for method, operation in operations.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]


def send(client: Client, method: str, path: str, body: bytes) -> Any:
    """Send a body as somebody who may do everything that takes one."""
    user, model = make_user(), make_model(name="heron")
    services.grant_right(actor=None, user=user, right="manage_release", model=model)
    _token, secret = make_token(user, rights=("ingest", "weights", "api", "review"))
    address = "/" + path.lstrip("/").format(
        namespace="acme", name="heron", version="v1", public_id=uuid4()
    )
    headers = {"Authorization": f"Bearer {secret}"}
    return client.generic(method.upper(), address, body, "application/json", headers=headers)


def test_there_are_operations_with_a_body() -> None:
    assert WITH_BODY


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    "body", [b"{", b"version=v1", b'{"version": "v1",}', b"\xff\xfe", b"[" * 100_000]
)
@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_that_is_not_json_is_told_so(
    client: Client, settings: Any, method: str, path: str, body: bytes, debug: bool
) -> None:
    settings.DEBUG = debug
    response = send(client, method, path, body)
    assert response.status_code == 400
    assert response.json() == {"error": SENTENCE}
    assert not Release.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"v1"', b'{"version": "\\ud800"}'])
@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_json_of_another_shape_is_told_what_is_wrong_with_it(
    client: Client, method: str, path: str, body: bytes
) -> None:
    response = send(client, method, path, body)
    assert response.status_code == 422
    assert response.json()["error"] == "The request was malformed."
    assert response.json()["problems"]


def test_who_shows_no_token_learns_that_before_the_body_is_read(client: Client) -> None:
    for method, path in WITH_BODY:
        address = "/" + path.lstrip("/").format(
            namespace="acme", name="heron", version="v1", public_id=uuid4()
        )
        response = client.generic(method.upper(), address, b"{", "application/json")
        assert response.status_code == 401
        assert set(response.json()) == {"error"}
