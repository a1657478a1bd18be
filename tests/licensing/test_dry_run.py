"""What a hold, a demotion or a ban says beforehand, against what it then does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from licensing.ban_dry_run import count_banned
from licensing.dry_run import losses
from licensing.facts import VerdictAction
from licensing.models import Grant
from licensing.verdict import decide
from releases.choices import Right
from releases.dry_run import Effect, Way, dry_run
from releases.models import Release
from tests.factories import make_organization, make_token, make_user
from tests.licensing.factories import (
    give_right,
    make_all_terms,
    make_application,
    make_ban,
    make_grant,
    make_hold,
    make_model,
    make_release,
    put_at,
    stage_of,
)

pytestmark = pytest.mark.django_db

DOWNLOAD, API = VerdictAction.DOWNLOAD, VerdictAction.USE_API
ALL, ADMISSIONS = Way("All", hold="all"), Way("Admissions", hold="admissions")


class World:
    """A release at gated weights with one place, taken; somebody waits, somebody has the API."""

    def __init__(self) -> None:
        make_all_terms()
        self.model = make_model(caps={"gated": 1})
        self.release = make_release(self.model, "gated")
        self.users = [make_user() for _each in range(3)]
        self.grants = [
            make_grant(self.model, self.users[0], make_organization(self.users[0], name="First")),
            make_grant(self.model, self.users[1]),
            make_grant(self.model, self.users[2], modes=["api"]),
        ]

    def uses(self, user: User) -> set[VerdictAction]:
        release = Release.objects.get(pk=self.release.pk)
        return {action for action in (DOWNLOAD, API) if decide(user, release, action).allowed}


@pytest.fixture
def world() -> World:
    return World()


def cells(effects: list[Effect]) -> dict[str, tuple[int, int]]:
    return {effect.label: (effect.stops, effect.stays) for effect in effects}


def table(world: World, way: Way) -> dict[str, tuple[int, int]]:
    run = dry_run([world.release], [way])
    return {row.label: (row.cells[0].stops, row.cells[0].stays) for row in run.rows}


def test_a_hold_on_all_stops_every_grant_and_one_on_admissions_none(world: World) -> None:
    assert table(world, ALL) == {
        "Grants that can download": (1, 0),
        "Grants that can use the hosted API": (3, 0),
        "Holders": (3, 0),
        "People named on the grants": (3, 0),
        "Places in a cohort": (1, 0),
        "Waiting for a place": (1, 0),
        "Applications under way": (0, 0),
        "Downloads in the last 24 hours": (0, 0),
        "Links to files that work now": (0, 0),
    }
    milder = table(world, ADMISSIONS)
    assert milder["Grants that can download"] == (0, 1)
    assert milder["Holders"] == (0, 3)
    assert milder["Places in a cohort"] == (0, 1)
    assert milder["Waiting for a place"] == (1, 0)


@pytest.mark.parametrize("slug", ["public", "trusted", "internal"])
def test_a_demotion_is_foretold_as_the_verdict_then_judges(world: World, slug: str) -> None:
    (foretold,) = losses([world.release], [Way(slug, stage=stage_of(world.model, slug))])
    before = [world.uses(user) for user in world.users]
    put_at(world.release, slug)
    for user, grant, had in zip(world.users, world.grants, before, strict=True):
        loss = next(each for each in foretold if each.grant.pk == grant.pk)
        assert loss.stops == had - world.uses(user)
        assert loss.stays == had & world.uses(user)


@pytest.mark.parametrize("way", [ALL, ADMISSIONS])
def test_a_hold_is_foretold_as_the_verdict_then_judges(world: World, way: Way) -> None:
    (foretold,) = losses([world.release], [way])
    before = [world.uses(user) for user in world.users]
    make_hold(world.release, way.hold)
    for user, grant, had in zip(world.users, world.grants, before, strict=True):
        loss = next(each for each in foretold if each.grant.pk == grant.pk)
        assert loss.stops == had - world.uses(user)


def test_what_does_not_work_now_is_not_said_to_stop(world: World) -> None:
    make_ban(world.users[1])
    Grant.objects.filter(pk=world.grants[2].pk).update(ends_at=timezone.now() - timedelta(days=1))
    assert table(world, ALL)["Holders"] == (1, 0)
    make_hold(world.release, "all")
    assert table(world, ALL)["Holders"] == (0, 0)


def test_a_use_that_another_release_leaves_is_not_lost(world: World) -> None:
    newer = make_release(world.model, "open")
    both, one = (losses(each, [ALL])[0] for each in ([world.release, newer], [newer]))
    assert all(loss.stops for loss in both)
    assert {loss.grant.pk for loss in one} <= {loss.grant.pk for loss in both}


def test_those_who_lose_something_are_named(world: World) -> None:
    run = dry_run([world.release], [ALL, ADMISSIONS])
    (named,) = run.named
    assert named[0] == "All"
    assert named[1][0] == "First (1 person)"


def test_applications_stop_where_nobody_can_apply_any_more(world: World) -> None:
    make_application(world.model)
    label = "Applications under way"
    assert table(world, ADMISSIONS)[label] == (0, 1)
    assert table(world, Way("Down", stage=stage_of(world.model, "trusted")))[label] == (0, 1)
    assert table(world, Way("Down", stage=stage_of(world.model, "public")))[label] == (1, 0)


def test_the_queries_do_not_grow_with_the_grants(world: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            dry_run([world.release], [ALL, ADMISSIONS])
        return len(found)

    before = count()
    for _each in range(3):
        make_grant(world.model)
    assert count() == before


def test_a_ban_of_a_person_counts_what_is_theirs(world: World) -> None:
    person = world.users[1]
    make_token(person)
    make_release(other := make_model())
    make_application(other, person)
    assert cells(count_banned(person)) == {
        "Grants held": (1, 0),
        "Grants of organisations that name them": (0, 0),
        "Places in a cohort": (0, 0),
        "Waiting for a place": (1, 0),
        "Applications under way": (1, 0),
        "Personal tokens and signed-in devices": (1, 0),
        "Downloads in the last 24 hours": (0, 0),
        "Links to files that work now": (0, 0),
    }
    assert cells(count_banned(world.users[0]))["Grants of organisations that name them"] == (1, 0)


def test_a_ban_of_an_organisation_leaves_its_members_their_own(world: World) -> None:
    organization = world.grants[0].organization
    assert organization is not None
    make_token(world.users[0])
    counted = cells(count_banned(organization))
    assert counted["Grants held"] == (1, 0)
    assert counted["Places in a cohort"] == (1, 0)
    assert counted["Members"] == (0, 1)
    assert counted["Tokens of members"] == (0, 1)


def lead(world: World, client: Client) -> User:
    user = make_user()
    give_right(user, Right.PLACE_HOLD, world.model)
    client.force_login(user)
    return user


def test_the_hold_s_page_shows_it_before_anything_is_placed(world: World, client: Client) -> None:
    lead(world, client)
    for scope in ("", f"{world.release.version}/"):
        page = client.get(f"/releases/models/{world.model}/{scope}hold/").content.decode()
        assert "Grants that can download" in page
        assert "First (1 person)" in page
        # On a phone the columns become lines, which nobody could tell apart without their names.
        assert 'data-label="No new grants"' in page
        assert "Downloads in the last 24 hours" in page
        assert "A review is called for after 14 days" in page


def test_the_demotion_s_page_shows_it_for_each_lower_stage(world: World, client: Client) -> None:
    lead(world, client)
    page = client.get(f"/releases/models/{world.release.model}/{world.release.version}/demote/")
    assert page.context["run"].ways == ["Public", "Trusted", "Internal"]
    assert "Grants that can use the hosted API" in page.content.decode()
