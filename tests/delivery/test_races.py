"""A download that starts while somebody tightens: either before, or not at all."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db.models import TextChoices
from pytest_django import Settings

from audit.models import Event
from common.errors import Refused
from delivery.actions import Action
from delivery.origins import Origin
from delivery.services import authorise_download
from licensing import services as licensing
from licensing.actions import Action as Licensing
from licensing.models import Grant
from licensing.verdict import Context
from releases import services as releases
from releases.actions import Action as Releases
from releases.models import Artifact, Hold
from tests.racing import ROUNDS, race
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]


def revoke(grant: Grant) -> None:
    licensing.revoke_grant(actor=person("reviewer"), grant=grant, reason="The weights leaked.")


def hold(grant: Grant) -> None:
    releases.place_hold(
        actor=person("lead2"), model=grant.model, release=None, kind="all", reason="An incident."
    )


def reset(grant: Grant) -> None:
    Hold.objects.all().delete()
    Grant.objects.filter(pk=grant.pk).update(state="active", state_reason="", ended_at=None)


def test_no_download_is_authorised_after_a_revocation_or_a_hold(settings: Settings) -> None:
    # One test, since the database is emptied after each that commits. Mail stays owed.
    settings.CELERY_TASK_ALWAYS_EAGER = False
    deployer = person("deployer")
    grant = Grant.objects.select_related("model").get(named_users__user=deployer)
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")
    artifact.release = demo_release("heron v1.0")

    def download() -> bool:
        return (
            authorise_download(
                actor=deployer,
                artifact=artifact,
                wanted=None,
                context=Context(),
                origin=Origin(),
            ).download
            is not None
        )

    tightenings = (
        (revoke, Licensing.GRANT_REVOKED, ROUNDS),
        (hold, Releases.HOLD_PLACED, ROUNDS // 10),
    )
    for tighten, action, rounds in tightenings:
        for _round in range(rounds):
            race_once(download, partial(tighten, grant), action)
            assert download() is False
            reset(grant)


def race_once(
    download: Callable[[], bool], tighten: Callable[[], None], action: TextChoices
) -> None:
    before = Event.objects.latest("id").pk
    allowed, outcome = race(download, tighten)
    assert not isinstance(outcome, Refused)
    new = Event.objects.filter(pk__gt=before)
    authorised = list(new.filter(action=Action.DOWNLOAD_AUTHORISED))
    tightened = new.get(action=action)
    assert len(authorised) == int(allowed)
    # Numbers are given under the locks, so their order is the order of the acts.
    assert all(event.pk < tightened.pk for event in authorised)
