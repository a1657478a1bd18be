"""The reviewers' queue by program: the acts of the pages, under a token that may review."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from licensing import review_api
from licensing.models import Application, Grant, Look
from licensing.selectors.reviews import checklist_of
from releases.models import Model
from tests.factories import make_token
from tests.licensing.factories import (
    SCOPE,
    make_application,
    make_draft,
    make_model,
    make_release,
    make_reviewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Model:
    model = make_model()
    make_release(model)
    return model


def call(user: User, path: str = "", told: Any = None, *, rights: Any = ("review",)) -> Any:
    _token, secret = make_token(user, rights=rights)
    headers = {"Authorization": f"Bearer {secret}"}
    address = f"/api/reviews{path}"
    if told is None:
        return Client().get(address, headers=headers)
    return Client().post(address, told, content_type="application/json", headers=headers)


def test_the_queue_is_listed_by_pages_and_filtered(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_api, "PAGE_LENGTH", 2)
    reviewer = make_reviewer(model)
    sent = [str(make_application(model).public_id) for _number in range(3)]
    make_draft(model)
    first = call(reviewer).json()
    second = call(reviewer, f"?after={first['next']}").json()
    assert [each["id"] for each in first["applications"] + second["applications"]] == sent
    assert second["next"] == ""
    assert len(call(reviewer, f"?model={model}&country=DE").json()["applications"]) == 2
    assert call(reviewer, "?country=KE").json()["applications"] == []


def test_an_application_is_read_claimed_ticked_and_approved(model: Model) -> None:
    reviewer, application = make_reviewer(model), make_application(model)
    path = f"/{application.public_id}"
    read = call(reviewer, path).json()
    assert read["answers"]["legal_name"] == "Ada Lovelace"
    assert Look.objects.get().person == reviewer
    assert call(reviewer, f"{path}/claim", {}).json()["state"] == "in_review"
    given = {
        "modes": ["api"],
        "scope": SCOPE,
        "ends_at": (timezone.now() + timedelta(days=30)).isoformat(),
    }
    refused = call(reviewer, f"{path}/approve", given)
    assert (refused.status_code, "Tick the checklist" in refused.json()["error"]) == (409, True)
    items = [item.key for item in checklist_of(application).items]
    assert all(call(reviewer, f"{path}/checklist", {"done": items}).json()["checklist"].values())
    second = call(reviewer, f"{path}/approve", given | {"tier": 3})
    assert (second.status_code, "second reviewer" in second.json()["error"]) == (409, True)
    assert call(reviewer, f"{path}/approve", given).json()["state"] == "approved"
    assert Grant.objects.get().modes == ["api"]


def test_tier_3_is_proposed_with_grounds(model: Model) -> None:
    reviewer, application = make_reviewer(model), make_application(model)
    path = f"/{application.public_id}"
    call(reviewer, f"{path}/claim", {})
    items = [item.key for item in checklist_of(application).items]
    call(reviewer, f"{path}/checklist", {"done": items})
    given = {
        "modes": ["api"],
        "scope": SCOPE,
        "ends_at": (timezone.now() + timedelta(days=30)).isoformat(),
        "tier": 3,
        "grounds": "Known.",
    }
    assert call(reviewer, f"{path}/approve", given).json()["state"] == "awaiting_second"


def test_it_is_returned_declined_and_put_back(model: Model) -> None:
    reviewer = make_reviewer(model)
    for act, told, state in (
        ("return", {"message": "Which rack?", "answer_days": 5}, "returned"),
        ("decline", {"reason": "No plan."}, "declined"),
        ("release", {}, "submitted"),
    ):
        path = f"/{make_application(model).public_id}"
        call(reviewer, f"{path}/claim", {})
        assert call(reviewer, f"{path}/{act}", told).json()["state"] == state


def test_who_may_not_review_learns_nothing(model: Model) -> None:
    application = make_application(model)
    path = f"/{application.public_id}"
    stranger = make_reviewer(make_model())
    for address, told in (("", None), ("/claim", {}), ("/decline", {"reason": "No."})):
        assert call(stranger, path + address, told).status_code == 404
    assert call(stranger).json()["applications"] == []
    assert call(stranger, f"?model={model}").status_code == 404
    assert call(make_reviewer(model), path, rights=("weights",)).status_code == 403
    assert call(make_reviewer(model), rights=("weights",)).status_code == 403
    assert Client().get(f"/api/reviews{path}").status_code == 401
    assert call(make_reviewer(model), f"/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("path", "told", "status"),
    [
        ("?after=nonsense", None, 409),
        ("?tier=x", None, 422),
        ("/not-an-id", None, 422),
        ("/{id}/decline", {}, 422),
        ("/{id}/decline", {"reason": " "}, 409),
        ("/{id}/return", {"message": "Which?", "answer_days": 0}, 409),
        ("/{id}/approve", {"modes": ["api"], "scope": {"uses": 7}, "ends_at": "2030-01-01"}, 409),
        ("/{id}/approve", {"modes": ["x"], "scope": [], "ends_at": "2030-01-01"}, 422),
        ("/{id}/checklist", {"done": ["nonsense"]}, 409),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    model: Model, path: str, told: Any, status: int
) -> None:
    reviewer, application = make_reviewer(model), make_application(model)
    call(reviewer, f"/{application.public_id}/claim", {})
    response = call(reviewer, path.format(id=application.public_id), told)
    assert response.status_code == status, response.content
    assert Application.objects.get(pk=application.pk).state == "in_review"
