"""Coming back from an application to where one was in the queue."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from licensing.models import Application
from tests.licensing.factories import (
    make_application,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
)

pytestmark = pytest.mark.django_db
QUEUE = "/licensing/reviews/"


@pytest.fixture
def queue() -> tuple[Client, list[Application]]:
    """A reviewer who has all of a short queue in hand, and has not looked at it yet."""
    model = make_model()
    make_release(model, "trusted")
    reviewer = make_reviewer(model)
    client = Client()
    client.force_login(reviewer)
    return client, [make_in_review(make_application(model), reviewer) for _number in range(2)]


def decline(client: Client, application: Application) -> str:
    address = reverse("review_decline", args=[application.public_id])
    return str(client.post(address, {"reason": "No plan."}).headers["Location"])


def test_a_decision_leads_to_what_stood_behind_it_and_from_the_last_to_the_rest(
    queue: tuple[Client, list[Application]],
) -> None:
    client, (first, second) = queue
    shown = client.get(QUEUE, {"show": "mine"}).content.decode()
    assert f'id="application-{first.public_id}"' in shown
    assert decline(client, first) == f"{QUEUE}?show=mine#application-{second.public_id}"
    assert decline(client, second) == f"{QUEUE}?show=mine#queue"


def test_whoever_came_from_elsewhere_goes_to_the_queue_or_stays_with_the_application(
    queue: tuple[Client, list[Application]],
) -> None:
    client, (first, second) = queue
    assert decline(client, first) == QUEUE
    released: Any = client.post(reverse("review_release", args=[second.public_id]))
    assert released.headers["Location"] == QUEUE


def test_the_way_up_from_an_application_leads_to_its_row(
    queue: tuple[Client, list[Application]],
) -> None:
    client, (first, _second) = queue
    client.get(QUEUE)
    page = client.get(reverse("review_detail", args=[first.public_id])).content.decode()
    assert f'href="{QUEUE}#application-{first.public_id}"' in page
