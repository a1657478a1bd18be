"""Recording what happened."""

from functools import partial
from typing import cast

import pytest
from django.db import DatabaseError, connection, models, transaction

from accounts.actions import Action
from audit import actions
from audit.models import Event
from audit.selectors import timeline
from audit.services import record
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def choices(name: str, words: str) -> type[models.TextChoices]:
    """Declare an enumeration with one action."""
    return cast("type[models.TextChoices]", models.TextChoices("choices", {"ONE": (name, words)}))  # type: ignore[call-overload]


class Unknown(models.TextChoices):
    HAPPENED = "nobody.declared_this", "did what nobody declared"


def test_an_event_holds_the_pseudonym_and_not_the_name() -> None:
    user = make_user(email="ada@example.org", full_name="Ada Lovelace")
    event = record(actor=user, action=Action.USER_PROFILE_CHANGED, target=user)
    assert event.actor == user.pseudonym
    assert event.target == f"accounts.user:{user.pk}"
    row = str(Event.objects.filter(pk=event.pk).values().get())
    assert "Ada" not in row
    assert "example.org" not in row


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    user = make_user()
    with pytest.raises(RuntimeError, match="transaction of its change"):
        record(actor=user, action=Action.USER_PROFILE_CHANGED, target=user)


@pytest.mark.django_db(transaction=True)
def test_an_event_shares_the_fate_of_its_change() -> None:
    user = make_user()
    before = Event.objects.count()

    def fail() -> None:
        with transaction.atomic():
            record(actor=user, action=Action.USER_PROFILE_CHANGED, target=user)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Event.objects.count() == before


def test_an_undeclared_action_is_refused() -> None:
    with pytest.raises(ValueError, match="not declared"):
        record(actor=None, action=Unknown.HAPPENED, target=make_user())


@pytest.mark.parametrize("name", ["Released", "release", "release.", "release.Sealed", "a b.c"])
def test_an_action_that_is_not_dotted_cannot_be_declared(name: str) -> None:
    with pytest.raises(ValueError, match="dotted"):
        actions.register(choices(name, "did something"))


def test_an_action_cannot_be_declared_with_two_meanings() -> None:
    with pytest.raises(ValueError, match="twice"):
        actions.register(choices("user.erased", "did otherwise"))


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_an_event(change: str) -> None:
    user = make_user()
    event = record(actor=user, action=Action.USER_PROFILE_CHANGED, target=user)
    rows = Event.objects.filter(pk=event.pk)
    act = partial(rows.update, actor=None) if change == "update" else rows.delete
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        act()
    assert Event.objects.get(pk=event.pk).actor == user.pseudonym


def test_the_database_refuses_to_empty_the_log_outside_tests() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL sluice.guard_truncate = 'on'")
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
            cursor.execute("TRUNCATE audit_event")


def test_a_timeline_shows_what_touches_an_object_newest_first() -> None:
    ada, bob = make_user(full_name="Ada"), make_user(full_name="Bob")
    record(actor=ada, action=Action.TOKEN_REVOKED, target=bob, also=(ada,))
    record(actor=bob, action=Action.MEMBERSHIP_ENDED, target=ada, data={"reason": "Left the lab."})
    record(actor=None, action=Action.USER_PROFILE_CHANGED, target=ada)
    newest, middle, older, *_ = timeline(ada)
    assert (newest.actor, newest.words) == ("The portal", "changed the profile")
    assert (middle.actor, middle.reason) == ("Bob", "Left the lab.")
    assert (older.actor, older.action) == ("Ada", "token.revoked")
    assert newest.action not in {entry.action for entry in timeline(bob)}


def test_a_timeline_is_paged_by_key() -> None:
    user = make_user()
    for _ in range(5):
        record(actor=user, action=Action.USER_PROFILE_CHANGED, target=user)
    first = timeline(user, limit=2)
    second = timeline(user, before=first[-1].id, limit=2)
    ids = [entry.id for entry in first + second]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4


def test_a_timeline_costs_one_query(django_assert_num_queries: object) -> None:
    users = [make_user() for _ in range(4)]
    for user in users:
        record(actor=user, action=Action.USER_PROFILE_CHANGED, target=users[0])
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(timeline(*users)) >= 8
