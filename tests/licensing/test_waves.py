"""Waves: who gets in when the cap of a release is raised or lowered, also at the same moment."""

from functools import partial

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import Event
from audit.selectors import ref
from boards.models import Motion
from licensing import services
from licensing.models import Admission, Grant
from licensing.selectors import cohorts
from releases.choices import Right
from releases.models import CohortCap, Ladder, Release, Stage
from releases.services import apply_raise, lower_cap
from tests.factories import make_user
from tests.licensing.factories import (
    give_right,
    make_all_terms,
    make_grant,
    make_model,
    make_release,
)
from tests.licensing.test_races import pending_grants, people
from tests.racing import ROUNDS, race


def may_hold(release: Release) -> User:
    user = make_user()
    give_right(user, Right.PLACE_HOLD, release.model)
    return user


def approved_raise(release: Release, present: int, cap: int, number: int = 0) -> Motion:
    """Make a motion to raise the cap that the board has approved."""
    return Motion.objects.create(
        board=release.model.board,
        kind="raise_cap",
        title="More places",
        subject_ref=ref(release),
        subject_label="a release",
        subject_url="/",
        params={"stage": "gated", "from": present, "to": cap},
        dossier={"rationale": "More wait."},
        dossier_digest=f"{number:064x}",
        rule={},
        voting_seconds=3600,
        proposer=make_user(),
        state="approved",
        decided_at=timezone.now(),
    )


def states(release: Release) -> list[str]:
    rows = Admission.objects.filter(release=release).order_by("pk")
    return list(rows.values_list("state", flat=True))


@pytest.mark.django_db
def test_a_raised_cap_lets_in_the_next_of_the_line() -> None:
    make_all_terms()
    model = make_model(caps={"gated": 1})
    release = make_release(model, "gated")
    for _number in range(3):
        make_grant(model, make_user(), modes=["weights"])
    assert states(release) == ["admitted", "queued", "queued"]
    apply_raise(motion_id=approved_raise(release, 1, 2).pk)
    services.sweep_admissions()
    assert states(release) == ["admitted", "admitted", "queued"]


@pytest.mark.django_db
def test_a_lowered_cap_turns_nobody_out_and_lets_nobody_in() -> None:
    make_all_terms()
    model = make_model(caps={"gated": 2})
    release = make_release(model, "gated")
    grants = [make_grant(model, make_user(), modes=["weights"]) for _number in range(2)]
    lower_cap(actor=may_hold(release), release=release, cap=1, reason="Slower.")
    make_grant(model, make_user(), modes=["weights"])
    services.sweep_admissions()
    assert states(release) == ["admitted", "admitted", "queued"]
    Grant.objects.filter(pk=grants[0].pk).update(state="relinquished")
    services.sweep_admissions()
    assert states(release) == ["admitted", "admitted", "queued"]
    Grant.objects.filter(pk=grants[1].pk).update(state="relinquished")
    services.sweep_admissions()
    assert states(release) == ["admitted", "admitted", "admitted"]


@pytest.mark.django_db
def test_the_line_keeps_its_order_when_the_model_adopts_the_next_version_of_its_ladder() -> None:
    make_all_terms()
    model = make_model(caps={"gated": 1})
    release = make_release(model, "gated")
    for _number in range(3):
        make_grant(model, make_user(), modes=["weights"])
    former = Stage.objects.get(ladder=model.ladder, slug="gated")
    ladder = Ladder.objects.create(name="next", version=2, title="L", source="", digest="0" * 64)
    former.pk, former.ladder, former.cohort_cap = None, ladder, 2
    former.save(force_insert=True)
    Release.objects.filter(pk=release.pk).update(stage=former)
    release.refresh_from_db()
    assert cohorts.queue_length(release) == 2
    services.sweep_admissions()
    assert states(release) == ["admitted", "admitted", "queued"]
    assert Admission.objects.filter(release=release).count() == 3


@pytest.fixture
def quiet_mail(settings: Settings) -> None:
    """Leave mail to the queue, where it does not slow the race down."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


def admitted(release: Release) -> int:
    return Admission.objects.filter(release=release, state="admitted").count()


@pytest.mark.django_db(transaction=True)
def test_a_cap_raised_while_two_are_admitted_to_one_free_place_lets_in_both(
    quiet_mail: None,
) -> None:
    users = people(2 * ROUNDS)
    model = make_model(caps={"gated": 1}, terms={"gated": []})
    for number in range(ROUNDS):
        release = make_release(model, "gated")
        motion = approved_raise(release, 1, 2, number)
        first, second = pending_grants(model, users[2 * number : 2 * number + 2])
        results = race(
            partial(services.activate_grant, actor=None, grant=first),
            partial(services.activate_grant, actor=None, grant=second),
            partial(apply_raise, motion_id=motion.pk),
        )
        assert results[2] is True
        assert admitted(release) in (1, 2)
        services.sweep_admissions()
        assert admitted(release) == 2
        assert CohortCap.objects.filter(release=release).count() == 1
        events = Event.objects.filter(action="grant.admitted", target=ref(first))
        assert events.count() == 1
        close(model.pk, release)


@pytest.mark.django_db(transaction=True)
def test_a_cap_lowered_while_two_are_admitted_lets_nobody_in_beyond_it_afterwards(
    quiet_mail: None,
) -> None:
    users = people(2 * ROUNDS)
    model = make_model(caps={"gated": 2}, terms={"gated": []})
    for number in range(ROUNDS):
        release = make_release(model, "gated")
        actor = may_hold(release)
        first, second = pending_grants(model, users[2 * number : 2 * number + 2])
        race(
            partial(services.activate_grant, actor=None, grant=first),
            partial(services.activate_grant, actor=None, grant=second),
            partial(lower_cap, actor=actor, release=release, cap=1, reason="Slower."),
        )
        services.sweep_admissions()
        lowered = Event.objects.filter(action="release.cap_lowered", target=ref(release)).get()
        entered = Event.objects.filter(
            action="grant.admitted", target__in=[ref(first), ref(second)]
        )
        before = entered.filter(pk__lt=lowered.pk).count()
        assert admitted(release) == max(before, 1)
        close(model.pk, release)


def close(model_id: int, release: Release) -> None:
    """Let the next round begin with nobody on the model."""
    Grant.objects.filter(model=model_id).update(state="relinquished", ends_at=timezone.now())
    Release.objects.filter(pk=release.pk).update(state="withdrawn")
