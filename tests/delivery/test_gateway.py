"""The check that a forwarding proxy makes."""

import pytest
from django.test import Client

from releases import services as releases
from tests.factories import make_token
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

CHECK = "/gateway/check"
V10 = {"model": "demo/heron", "release": "v1.0"}
V11 = {"model": "demo/heron", "release": "v1.1"}


def bearer(name: str, *rights: str) -> dict[str, str]:
    _token, secret = make_token(person(name), rights=rights or ("api",))
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("question", [V10, V11])
def test_a_grantee_with_an_api_token_may_pass(client: Client, question: dict[str, str]) -> None:
    response = client.get(CHECK, question, headers=bearer("deployer"))
    assert response.status_code == 200
    assert response.json() == {
        "allowed": True,
        "model": "demo/heron",
        "release": question["release"],
        "denials": [],
    }


def test_an_applicant_learns_every_reason(client: Client) -> None:
    response = client.get(CHECK, V11, headers=bearer("applicant"))
    body = response.json()
    assert (response.status_code, body["allowed"]) == (403, False)
    assert {"grant", "terms", "person_tier"} <= {denial["rule"] for denial in body["denials"]}
    for denial in body["denials"]:
        assert denial["sentence"]
        assert not denial["url"] or denial["url"].startswith("http://localhost/")


def test_a_token_for_weights_calls_nothing(client: Client) -> None:
    response = client.get(CHECK, V11, headers=bearer("deployer", "weights"))
    assert [denial["rule"] for denial in response.json()["denials"]] == ["token_right"]


def test_a_hold_stops_the_next_call(client: Client) -> None:
    headers = bearer("deployer")
    model = demo_release("heron v1.1").model
    releases.place_hold(
        actor=person("lead3"), model=model, release=None, kind="all", reason="An incident."
    )
    response = client.get(CHECK, V11, headers=headers)
    assert [denial["rule"] for denial in response.json()["denials"]] == ["hold"]


@pytest.mark.parametrize(
    "question",
    [
        {"model": "demo/kestrel", "release": "v0.9"},
        {"model": "demo/heron", "release": "v9"},
        {"model": "heron", "release": "v1.0"},
        {"model": "demo/heron/extra", "release": "v1.0"},
        {"model": "demo/\x00", "release": "v1.0"},
        {"model": "", "release": ""},
    ],
)
def test_what_one_may_not_know_of_is_404(client: Client, question: dict[str, str]) -> None:
    response = client.get(CHECK, question, headers=bearer("deployer"))
    assert response.status_code == 404
    assert set(response.json()) == {"error"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer slu_x"}, {"Authorization": "x"}])
def test_without_a_valid_token_it_is_401(client: Client, headers: dict[str, str]) -> None:
    client.force_login(person("deployer"))
    response = client.get(CHECK, V10, headers=headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["error"]


@pytest.mark.parametrize(
    "question", [{}, {"model": "demo/heron"}, {"model": "a" * 500, "release": "v"}]
)
def test_a_malformed_question_is_told_what_is_wrong(
    client: Client, question: dict[str, str]
) -> None:
    response = client.get(CHECK, question, headers=bearer("deployer"))
    assert response.status_code == 422
    assert response.json()["problems"][0]["parameter"] in {"model", "release"}


def test_the_description_of_the_api_is_published(client: Client) -> None:
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    assert "/gateway/check" in response.json()["paths"]
