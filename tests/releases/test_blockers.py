"""Blockers: one person opens one, another closes it, and meanwhile nothing moves on."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from common.errors import Refused
from releases import services
from releases.choices import Right
from releases.models import Blocker, Release
from releases.selectors.gates import open_blockers
from tests.factories import make_user
from tests.releases.factories import (
    end_cool_off,
    make_approved,
    make_model,
    make_release,
    make_transition,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def holder() -> User:
    return make_user()


@pytest.fixture
def release(manager: User, holder: User) -> Release:
    return make_release(make_model(manager=manager, holder=holder), version="v1")


def block(actor: User | None, release: Release, **also: str) -> Blocker:
    told = {"title": "A leak", "reason": "Weights were seen elsewhere."} | also
    return services.open_blocker(actor=actor, release=release, **told)


def close(actor: User, blocker: Blocker, reason: str = "It was an old copy.") -> Blocker:
    return services.close_blocker(actor=actor, blocker=blocker, reason=reason)


def test_an_open_blocker_keeps_a_vote_from_opening(release: Release, holder: User) -> None:
    block(holder, release)
    transition = make_transition(release)
    with pytest.raises(Refused, match="Open: A leak"):
        services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    assert make_release(release.model) is not None
    assert [each.title for each in open_blockers(release)] == ["A leak"]


def test_it_keeps_an_approved_move_waiting_until_it_is_closed(
    release: Release, holder: User, manager: User
) -> None:
    transition = make_approved(release)
    services.apply_decided_motions()
    end_cool_off(transition)
    blocker = block(holder, release)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "approved"
    assert "A leak" in transition.waiting_for
    close(manager, blocker)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "effective"


def test_it_is_on_one_release_only(release: Release, holder: User) -> None:
    block(holder, release)
    assert open_blockers(make_release(release.model)) == ()


@pytest.mark.parametrize("right", [Right.MANAGE_RELEASE, Right.PLACE_HOLD])
def test_whoever_manages_or_may_hold_opens_and_closes(release: Release, right: Right) -> None:
    opener, closer = make_user(), make_user()
    for person in (opener, closer):
        services.grant_right(actor=None, user=person, right=right, model=release.model)
    blocker = close(closer, block(opener, release))
    assert (blocker.state, blocker.closed_by, blocker.closing_reason) == (
        "closed", closer, "It was an old copy.",
    )  # fmt: skip
    assert open_blockers(release) == ()
    opened, closed = Event.objects.filter(action__startswith="blocker.").order_by("id")
    assert (opened.action, closed.action) == ("blocker.opened", "blocker.closed")
    assert opened.data["reason"] == "Weights were seen elsewhere."
    assert (opened.actor, closed.actor) == (opener.pseudonym, closer.pseudonym)
    assert closer.notifications.filter(kind="blocker_opened").exists()
    assert opener.notifications.filter(kind="blocker_closed").exists()


def test_others_open_none(release: Release) -> None:
    reviewer = make_user()
    services.grant_right(
        actor=None, user=reviewer, right=Right.REVIEW_APPLICATION, model=release.model
    )
    for actor in (reviewer, make_user(is_superuser=True), None):
        with pytest.raises(Refused, match="opened by whoever"):
            block(actor, release)
    assert not Blocker.objects.exists()


def test_nobody_closes_what_they_opened_nor_twice_nor_without_a_right(
    release: Release, holder: User, manager: User
) -> None:
    blocker = block(holder, release)
    with pytest.raises(Refused, match="You opened it yourself"):
        close(holder, blocker)
    with pytest.raises(Refused, match="closed by whoever"):
        close(make_user(is_superuser=True), blocker)
    with pytest.raises(Refused, match="The reason"):
        close(manager, blocker, reason=" ")
    close(manager, blocker)
    with pytest.raises(Refused, match="closed already"):
        close(manager, blocker)
    assert Event.objects.filter(action="blocker.closed").count() == 1


def test_an_upper_room_opens_one_for_itself_or_for_a_person(release: Release, holder: User) -> None:
    blocker = block(None, release, cause="incident", url="/incidents/7/")
    assert (blocker.opened_by, blocker.cause, blocker.url) == (None, "incident", "/incidents/7/")
    assert Event.objects.get(action="blocker.opened").actor is None
    close(holder, blocker)
    by_reporter = block(make_user(), release, cause="incident")
    assert open_blockers(release)[0].url == by_reporter.get_absolute_url()


@pytest.mark.parametrize(
    ("title", "reason", "words"), [(" ", "x", "The title"), ("x", "\n", "The reason")]
)
def test_it_says_what_and_why(
    release: Release, holder: User, title: str, reason: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        block(holder, release, title=title, reason=reason)


def test_what_moves_nowhere_is_not_blocked(release: Release, holder: User) -> None:
    Release.objects.filter(pk=release.pk).update(state="withdrawn")
    with pytest.raises(Refused, match="moves nowhere"):
        block(holder, release)


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"opened_by": None},
        {"closed_at": "2026-01-01T00:00Z"},
        {"closing_reason": "So."},
    ],
)
def test_the_database_refuses_what_no_service_writes(
    release: Release, holder: User, change: dict[str, str]
) -> None:
    blocker = block(holder, release)
    with pytest.raises(DatabaseError), transaction.atomic():
        Blocker.objects.filter(pk=blocker.pk).update(**change)


def test_the_database_refuses_that_the_opener_closes(release: Release, holder: User) -> None:
    blocker = block(holder, release)
    with pytest.raises(DatabaseError, match="closed_by_another"), transaction.atomic():
        Blocker.objects.filter(pk=blocker.pk).update(
            closed_by=holder, closed_at=blocker.opened_at, closing_reason="Mine."
        )


# Pages


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_blocker_is_opened_and_closed_on_pages_of_its_own(
    release: Release, holder: User, manager: User
) -> None:
    args = [release.model.namespace, release.model.name, "v1"]
    opening = reverse("blocker_open", args=args)
    client = signed_in(holder)
    page = client.get(opening).content.decode()
    assert "you cannot close what you opened" in page
    assert "Give a reason" in client.post(opening, {"title": "A leak"}).content.decode()
    response = client.post(opening, {"title": "A leak", "reason": "Seen elsewhere."})
    blocker = Blocker.objects.get()
    assert response.headers["Location"] == blocker.get_absolute_url()
    page = client.get(release.get_absolute_url()).content.decode()
    assert page.count(blocker.get_absolute_url()) == 2
    page = client.get(blocker.get_absolute_url()).content.decode()
    assert "Seen elsewhere." in page
    assert "You opened it yourself." in page
    closing = reverse("blocker_close", args=[blocker.public_id])
    assert client.get(closing).status_code == 409
    client = signed_in(manager)
    assert closing in client.get(blocker.get_absolute_url()).content.decode()
    page = client.post(closing, {"reason": "Old.", "typed": "no"}).content.decode()
    assert "Type the word v1 to confirm." in page
    assert client.post(closing, {"reason": "Old.", "typed": "v1"}).status_code == 302
    page = client.get(blocker.get_absolute_url()).content.decode()
    assert "Why it was closed" in page
    assert closing not in page


def test_pages_of_blockers_are_for_the_models_staff(release: Release, holder: User) -> None:
    blocker = block(holder, release)
    args = [release.model.namespace, release.model.name, "v1"]
    reviewer = make_user()
    services.grant_right(
        actor=None, user=reviewer, right=Right.REVIEW_APPLICATION, model=release.model
    )
    closing = reverse("blocker_close", args=[blocker.public_id])
    pages = [reverse("blocker_open", args=args), blocker.get_absolute_url(), closing]
    assert [signed_in(make_user()).get(url).status_code for url in pages] == [404, 404, 404]
    assert [signed_in(reviewer).get(url).status_code for url in pages] == [403, 200, 403]
    assert Client().get(pages[1]).status_code == 302
