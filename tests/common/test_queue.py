"""Work is handed over on commit, and a broker that is down only delays."""

import logging
import time
from collections.abc import Iterator

import pytest
from celery import shared_task
from django.db import transaction
from pytest_django import Settings

from common.queue import enqueue
from portal.celery import app

done: list[int] = []


@shared_task(name="tests.note")
def note(number: int) -> None:
    done.append(number)


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


@pytest.mark.django_db(transaction=True)
def test_a_task_runs_once_its_transaction_commits() -> None:
    with transaction.atomic():
        enqueue("tests.note", 1)
        assert done == []
    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_for_a_transaction_that_failed() -> None:
    def fail() -> None:
        with transaction.atomic():
            enqueue("tests.note", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert done == []


@pytest.fixture
def dead_broker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A broker at a port where nothing listens."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0", raising=False)
    _forget_connections()
    yield
    _forget_connections()


def _forget_connections() -> None:
    app.pool.force_close_all()  # type: ignore[attr-defined]
    app.__dict__.pop("_pool", None)
    app.amqp.__dict__.pop("_producer_pool", None)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_is_logged_and_breaks_nothing(
    dead_broker: None, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    with caplog.at_level(logging.WARNING), transaction.atomic():
        enqueue("tests.note", 1)
    assert done == []
    assert "the sweep will do it" in caplog.text
    assert time.monotonic() - began < 10
