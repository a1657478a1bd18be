"""The queue: its order, its filters, its search, its pages, and what they cost."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.selectors import matching_organizations, matching_people
from licensing import exports, paging, services
from licensing.models import Application
from licensing.selectors import queue
from licensing.selectors.held import WantedGrants
from licensing.selectors.held import found as found_grants
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    make_application,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    propose,
)

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


@pytest.fixture
def model() -> Model:
    model = make_model()
    make_release(model)
    return model


def wait(model: Model, count: int, **more: Any) -> list[Application]:
    """Lay applications in the queue as rows, each due an hour after the one before."""
    now = timezone.now()
    users = User.objects.bulk_create(
        User(email=f"{model.name}-{number}@lab.example", full_name=f"Ada Byron{number}")
        for number in range(count)
    )
    return Application.objects.bulk_create(
        Application(
            **{
                "model": model,
                "applicant": user,
                "state": "submitted",
                "submitted_at": now,
                "due_at": now + timedelta(hours=number),
                **more,
            }
        )
        for number, user in enumerate(users)
    )


def found(model: Model, user: User | None = None, **wanted: Any) -> list[int]:
    rows = queue.found([model.pk], queue.Wanted(**wanted), user or make_user(), timezone.now())
    return [each.pk for each in rows]


def test_what_was_promised_first_comes_first(model: Model) -> None:
    rows = wait(model, 3)
    Application.objects.filter(pk=rows[2].pk).update(due_at=timezone.now() - timedelta(days=3))
    assert found(model) == [rows[2].pk, rows[0].pk, rows[1].pk]
    assert found(model, overdue=True)[0] == rows[2].pk


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"country": "KE"}, {"country": "KE"}),
        ({"tier_asked": 2}, {"tier": 2}),
        ({"flags": ["bans", "country"]}, {"flag": "country"}),
        ({"track": "safety"}, {"track": "safety"}),
        ({"submitted_at": timezone.now() - timedelta(days=40)}, {"sent_before": timezone.now()}),
    ],
)
def test_each_filter_finds_its_own(model: Model, change: Any, wanted: Any) -> None:
    if "sent_before" in wanted:
        wanted = {"sent_before": timezone.now() - timedelta(days=30)}
    rows = wait(model, 3)
    Application.objects.filter(pk=rows[1].pk).update(**change)
    assert found(model, **wanted) == [rows[1].pk]


def test_states_are_filtered_and_what_is_mine(model: Model) -> None:
    reviewer = make_reviewer(model)
    (free,) = wait(model, 1)
    mine = make_in_review(make_application(model), reviewer)
    other = propose(make_in_review(make_application(model)), tier=3)
    services.return_application(
        actor=reviewer,
        application=(back := make_in_review(make_application(model), reviewer)),
        message="Which rack?",
    )
    assert set(found(model)) == {free.pk, mine.pk, other.pk}
    assert found(model, show="unclaimed") == [free.pk]
    assert found(model, reviewer, show="mine") == [mine.pk]
    assert found(model, show="awaiting_second") == [other.pk]
    assert found(model, show="returned") == [back.pk]


def test_a_search_finds_people_organisations_and_ids(model: Model) -> None:
    wait(model, 3)
    organization = make_organization(make_user(), name="Institut für Wörter")
    owner = organization.memberships.get().user
    sent = make_application(model, owner, organization)
    named = Application.objects.get(applicant__full_name="Ada Byron2")
    for text in ("byron2", "ADA Byron2", str(named.public_id)):
        assert found(model, search=text) == [named.pk], text
    for text in ("wörter", "Institut f", owner.email):
        assert found(model, search=text) == [sent.pk], text
    assert found(model, search="nobody") == []
    assert found(model, search="&|!():*'\\") == []
    wait(make_model(), queue.MOST_MATCHES + 1)
    with pytest.raises(queue.TooMany):
        found(model, search="ada")


def test_the_page_of_an_application_takes_few_queries_also_when_it_is_first_read(
    model: Model, client: Client
) -> None:
    owner = make_user()
    plainly = make_in_review(make_application(model))
    sent = make_application(model, owner, make_organization(owner))
    proposed = propose(make_in_review(sent), tier=3)
    services.add_note(actor=make_reviewer(model), application=proposed, text="I know the lab.")
    client.force_login(make_reviewer(model))
    cost = {}
    for name, application in (("first", plainly), ("proposed", proposed), ("again", proposed)):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("review_detail", args=[application.public_id]))
        assert page.status_code == 200
        cost[name] = sum("SAVEPOINT" not in each["sql"] for each in queries)
    assert "I know the lab." in page.content.decode()
    # What keeps that somebody read it is two more, once a day.
    assert cost["first"] <= MOST_QUERIES
    assert cost["proposed"] - 2 <= MOST_QUERIES
    assert cost["again"] <= MOST_QUERIES


def test_words_are_found_by_their_beginnings_only() -> None:
    user = make_user("grace.hopper@navy.example", "Grace Brewster Hopper")
    for text in ("hop", "brew grac", "navy", "grace.hopper@navy"):
        assert list(matching_people(text)) == [user.pk]
    assert not matching_people("opper").exists()
    assert not matching_people(" ' ").exists()
    assert not matching_organizations("hop").exists()


def test_pages_go_on_behind_the_last_row_whatever_left_the_queue(model: Model) -> None:
    rows = wait(model, 5, due_at=timezone.now())
    everything = queue.waiting([model.pk])
    place = paging.place_of(paging.text_of(rows[1]))
    assert place is not None
    Application.objects.filter(pk=rows[1].pk).update(state="withdrawn", decided_at=timezone.now())
    assert [each.pk for each in queue.after(everything, place)] == [r.pk for r in rows[2:]]


@pytest.mark.parametrize(
    "text", ["", "7", "-", "x-1", "1-x", "9" * 30 + "-1", "1-" + "9" * 30, "٣-٣"]
)
def test_a_place_that_is_none_is_left_out(text: str) -> None:
    assert paging.place_of(text) is None


def test_the_queue_costs_the_same_however_long_it_is(model: Model, client: Client) -> None:
    client.force_login(make_reviewer(model))
    wait(model, 5)
    pages = ["", "?search=byron3", "?country=KE&flag=bans&overdue=on&track=safety", "?show=mine"]
    costs = []
    for _round in range(2):
        for query in pages:
            client.get(reverse("review_queue") + query)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse("review_queue") + query).status_code == 200
            costs.append(len(queries))
        wait(make_model(), 60)
        Application.objects.update(model=model)
    assert max(costs) <= MOST_QUERIES
    assert costs[: len(pages)] == costs[len(pages) :]


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        ("licensing_application_queue|licensing_queue_model", {}),
        ("licensing_queue_country", {"country": "KE"}),
        ("licensing_queue_", {"tier": 3}),
    ],
)
def test_a_page_of_a_long_queue_is_read_off_an_index(
    model: Model, index: str, wanted: dict[str, Any]
) -> None:
    import re

    rows = wait(model, 3000)
    Application.objects.filter(pk=rows[-1].pk).update(country="KE", tier_asked=3)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE licensing_application")
    asked = queue.found([model.pk], queue.Wanted(**wanted), make_user(), timezone.now())
    plan = asked[:26].explain()
    assert re.search(index, plan), plan
    assert "Seq Scan on licensing_application" not in plan, plan


def test_the_export_says_what_the_list_says_in_its_order(model: Model, client: Client) -> None:
    rows = wait(model, 7)
    Application.objects.filter(pk=rows[3].pk).update(country="KE")
    User.objects.filter(pk=rows[3].applicant_id).update(full_name="=HYPERLINK(1)")
    exports_piece, exports.PIECE = exports.PIECE, 2
    try:
        client.force_login(make_reviewer(model))
        body = b"".join(client.get(reverse("review_export"))).decode()
        some = b"".join(client.get(reverse("review_export") + "?country=KE")).decode()
    finally:
        exports.PIECE = exports_piece
    lines = list(csv.DictReader(io.StringIO(body)))
    assert [each["id"] for each in lines] == [str(row.public_id) for row in rows]
    assert lines[3]["applicant"] == "'=HYPERLINK(1)"
    assert [each["country"] for each in csv.DictReader(io.StringIO(some))] == ["KE"]


def test_a_stranger_exports_nothing(model: Model, client: Client) -> None:
    wait(model, 2)
    client.force_login(make_reviewer(make_model()))
    assert len(b"".join(client.get(reverse("review_export"))).splitlines()) == 1
    address = reverse("model_grants_export", args=[model.namespace, model.name])
    assert client.get(address).status_code == 404


def test_grants_are_found_by_state_access_and_holder(model: Model, client: Client) -> None:
    grants = [make_grant(model, accepted=False, modes=[mode]) for mode in ("api", "weights")]
    reviewer = make_reviewer(model)
    services.suspend_grant(actor=reviewer, grant=grants[0], reason="Because.")
    holder = grants[1].person
    assert holder is not None
    for wanted, expected in (
        (WantedGrants(), grants[::-1]),
        (WantedGrants(state="suspended"), grants[:1]),
        (WantedGrants(mode="weights"), grants[1:]),
        (WantedGrants(search=holder.full_name), grants[1:]),
        (WantedGrants(search=str(grants[0].public_id)), grants[:1]),
    ):
        assert list(found_grants(model, wanted)) == expected
    client.force_login(reviewer)
    page = reverse("model_grants", args=[model.namespace, model.name])
    for query in ("", "?state=suspended&mode=api&search=person", "?before=x&state=nonsense"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page + query).status_code == 200
        assert len(queries) <= MOST_QUERIES
    address = reverse("model_grants_export", args=[model.namespace, model.name])
    lines = b"".join(client.get(f"{address}?mode=weights")).decode().splitlines()
    assert len(lines) == 2
    assert holder.email in lines[1]
