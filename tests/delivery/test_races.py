"""A download that starts while somebody tightens: either before, or not at all."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db.models import TextChoices
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, User
from audit.models import Event
from boards.models import Motion
from common.errors import Refused
from delivery.actions import Action
from delivery.origins import Origin
from delivery.services import authorise_download
from licensing import services as licensing
from licensing.actions import Action as Licensing
from licensing.models import Ban, Grant
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


def ban_person(grant: Grant) -> None:
    ban(grant, person("deployer"))


def ban_organization(grant: Grant) -> None:
    assert grant.organization is not None
    ban(grant, grant.organization)


def ban(grant: Grant, holder: User | Organization) -> None:
    licensing.place_ban(
        actor=person("lead2"), holder=holder, model=grant.model, reason="Weights were resold."
    )


def lift_bans(grant: Grant) -> None:
    """Lift them as their board does, without the vote."""
    for each in Ban.objects.filter(lifted_at__isnull=True):
        motion = Motion.objects.create(
            board=each.board,
            kind="lift_ban",
            title="Lift",
            subject_ref=f"licensing.ban:{each.pk}",
            subject_label="Ban",
            params={"ban": str(each.public_id)},
            dossier_digest="0" * 64,
            rule=each.board.rule,
            voting_seconds=1,
            proposer=person("lead2"),
            state="approved",
            decided_at=timezone.now(),
        )
        assert licensing.apply_lift_ban(motion_id=motion.pk)


def reset(grant: Grant) -> None:
    lift_bans(grant)
    Hold.objects.all().delete()
    Grant.objects.filter(pk=grant.pk).update(state="active", state_reason="", ended_at=None)


def test_no_download_is_authorised_after_a_revocation_a_hold_or_a_ban(settings: Settings) -> None:
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
        (ban_person, Licensing.BAN_PLACED, ROUNDS),
        (ban_organization, Licensing.BAN_PLACED, ROUNDS),
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
