"""Secrets in mailed links."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.mail_links import PLACES, Purpose, digest_of, new_link
from delivery.log_filter import LinkSecretFilter


def test_a_link_is_found_by_its_digest_and_only_for_its_purpose() -> None:
    secret, digest = new_link(Purpose.INVITATION)
    assert digest_of(Purpose.INVITATION, secret) == digest
    assert digest not in secret
    for other in set(Purpose) - {Purpose.INVITATION}:
        assert digest_of(other, secret) is None


def test_a_changed_link_opens_nothing() -> None:
    secret, _digest = new_link(Purpose.REFERENCE)
    for wrong in ("A" + secret[1:], secret[:-1], secret + "A", secret.replace(".", ":"), ""):
        if wrong != secret:
            assert digest_of(Purpose.REFERENCE, wrong) is None


@given(st.text(max_size=120))
def test_no_text_is_taken_for_a_link(text: str) -> None:
    assert digest_of(Purpose.MAILBOX, text) is None


@pytest.mark.parametrize("place", [*PLACES, "/d/"])
def test_the_log_shows_no_secret(place: str) -> None:
    secret, _digest = new_link(Purpose.MAILBOX)
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "%s: %s", ("Gone", f"{place}{secret}/?a=1"), None
    )
    LinkSecretFilter().filter(record)
    assert record.getMessage() == f"Gone: {place}-/?a=1"
