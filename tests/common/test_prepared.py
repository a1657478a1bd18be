"""Prepared statements give what the queryset they were written as gives."""

import threading

import pytest
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import PersonalToken, User
from common.prepared import Parameter, Prepared
from tests.factories import make_token, make_user

pytestmark = pytest.mark.django_db


def by_email() -> QuerySet[User]:
    return User.objects.filter(email=Parameter("email", "text")).annotate(
        shown=Concat(F("email"), Value(" 100% o'clock"))
    )


def test_it_returns_instances_with_their_annotations() -> None:
    user = make_user()
    found = Prepared(by_email).fetch(email=user.email)
    assert found == [user]
    assert found[0].shown == f"{user.email} 100% o'clock"
    assert found[0].date_joined == user.date_joined


def test_related_instances_come_along(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = make_user()
    token, _ = make_token(user)
    statement = Prepared(
        lambda: PersonalToken.objects.select_related("user").filter(
            user=Parameter("user", "bigint")
        )
    )
    with django_assert_num_queries(1):
        assert [found.user for found in statement.fetch(user=user.pk)] == [user]
    assert statement.fetch(user=user.pk) == [token]


@pytest.mark.parametrize("value", ["", "%s", "'; DROP TABLE accounts_user; --", "nobody"])
def test_a_value_is_only_a_value(value: str) -> None:
    make_user()
    assert Prepared(by_email).fetch(email=value) == []


def test_it_is_compiled_once_and_planned_once() -> None:
    builds = []

    def build() -> QuerySet[User]:
        builds.append(1)
        return User.objects.filter(pk=Parameter("id", "bigint"))

    statement = Prepared(build)
    # Numbers that psycopg alone would send as types of their own.
    for number in (1, 1 << 20, 1 << 40):
        assert statement.fetch(id=number) == []
    assert len(builds) == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements "
            'WHERE statement LIKE \'%%FROM "accounts_user" WHERE "accounts_user"."id"%%\''
        )
        assert cursor.fetchall() == [(3, 0)]


def test_every_thread_compiles_its_own() -> None:
    builds = []

    def build() -> QuerySet[User]:
        builds.append(threading.get_ident())
        return User.objects.filter(pk=Parameter("id", "bigint"))

    statement = Prepared(build)
    statement.fetch(id=1)

    def elsewhere() -> None:
        try:
            statement.fetch(id=1)
        finally:
            connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(set(builds)) == 2


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Prepared(by_email).fetch()


def test_the_log_of_queries_has_its_text_also_once_it_is_prepared() -> None:
    statement = Prepared(by_email)
    with CaptureQueriesContext(connection) as queries:
        for _time in range(2):
            statement.fetch(email="nobody@example.org")
    assert [each["sql"].startswith("SELECT ") for each in queries] == [True, True]
