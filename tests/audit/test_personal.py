"""Personal fields: readable while the person is known, gone when they are erased."""

import base64
import hashlib
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from audit import personal
from audit.models import Subject
from audit.selectors import labels, timeline
from audit.services import erase_subject, register_subject
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_sealed_field_opens_under_its_own_pseudonym_only() -> None:
    ada, bob = make_user(), make_user()
    token = personal.seal(ada.pseudonym, "192.0.2.7")
    assert b"192.0.2.7" not in token
    assert personal.unseal(ada.pseudonym, token) == "192.0.2.7"
    assert personal.unseal(bob.pseudonym, token) == personal.ERASED


def test_what_was_sealed_is_gone_with_the_key() -> None:
    ada = make_user(full_name="Ada")
    token = personal.seal(ada.pseudonym, "typed name")
    erase_subject(pseudonym=ada.pseudonym)
    assert personal.unseal(ada.pseudonym, token) == personal.ERASED
    assert labels([ada.pseudonym]) == {ada.pseudonym: "an erased person"}
    assert timeline(ada)
    with pytest.raises(Subject.DoesNotExist):
        personal.seal(ada.pseudonym, "again")


def test_a_returning_pseudonym_does_not_open_what_was_sealed_before() -> None:
    pseudonym = uuid4()
    register_subject(pseudonym=pseudonym, label="Ada")
    token = personal.seal(pseudonym, "secret")
    erase_subject(pseudonym=pseudonym)
    register_subject(pseudonym=pseudonym, label="Ada again")
    assert personal.unseal(pseudonym, token) == personal.ERASED


def test_a_new_label_keeps_the_key() -> None:
    pseudonym = uuid4()
    register_subject(pseudonym=pseudonym, label="Ada")
    token = personal.seal(pseudonym, "kept")
    register_subject(pseudonym=pseudonym, label="Ada King")
    assert labels([pseudonym, None]) == {pseudonym: "Ada King"}
    assert personal.unseal(pseudonym, token) == "kept"


@pytest.mark.parametrize("damaged", [b"", b"not a token", bytes(80)])
def test_a_damaged_field_is_shown_as_erased(damaged: bytes) -> None:
    assert personal.unseal(make_user().pseudonym, damaged) == personal.ERASED


def test_many_fields_cost_one_query(django_assert_num_queries: object) -> None:
    users = [make_user() for _ in range(3)]
    pairs = [(user.pseudonym, personal.seal(user.pseudonym, user.email)) for user in users]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert personal.unseal_many(pairs) == [user.email for user in users]


def test_the_database_alone_opens_nothing() -> None:
    ada = make_user(full_name="Ada Lovelace")
    subject = Subject.objects.get(pk=ada.pseudonym)
    stored = bytes(subject.wrapped_key) + bytes(subject.sealed_label)
    assert b"Ada" not in stored
    with pytest.raises(ValueError, match="32 url-safe"):
        Fernet(bytes(subject.wrapped_key))


def test_the_instance_key_can_be_rotated(settings: Settings) -> None:
    ada = make_user(full_name="Ada")
    fresh = base64.urlsafe_b64encode(hashlib.sha256(b"fresh").digest())
    settings.PERSONAL_DATA_KEYS = [fresh, *settings.PERSONAL_DATA_KEYS]
    bob = make_user(full_name="Bob")
    assert labels([ada.pseudonym, bob.pseudonym]) == {ada.pseudonym: "Ada", bob.pseudonym: "Bob"}
    settings.PERSONAL_DATA_KEYS = [fresh]
    assert labels([bob.pseudonym]) == {bob.pseudonym: "Bob"}
