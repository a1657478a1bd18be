"""Two hands at one release, over real connections: whatever the order, one right outcome."""

import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from audit.models import Event
from audit.selectors import ref
from boards.models import Motion
from common.errors import Refused
from releases import services, store
from releases.choices import ReleaseState
from releases.models import Artifact, Hold, Release, StageEntry, Transition
from releases.services import jobs, rehash
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.racing import PATIENCE, ROUNDS, Act, Race
from tests.releases.factories import make_directory, make_model, make_release, stage_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_mail(settings: Settings) -> None:
    """Leave mail to the queue, where it does not slow the race down."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


def late(act: Act) -> Act:
    """Return the act with the other one well ahead."""

    def wait_and_act() -> object:
        time.sleep(0.5)
        return act()

    return wait_and_act


class Course:
    """One release, put before its board again and again."""

    def __init__(self) -> None:
        self.holder = make_user()
        board = make_board(("chair", make_user()))
        self.release = make_release(make_model(board=board, holder=self.holder))
        self.model = self.release.model
        self.below = stage_of(self.model, "internal")
        self.above = stage_of(self.model, "trusted-api")

    def approved(self, number: int) -> Transition:
        """Make a transition whose cool-off is over, at a release that stands below."""
        Transition.objects.filter(state="approved").update(state="lapsed")
        Hold.objects.all().delete()
        now = timezone.now()
        Release.objects.filter(pk=self.release.pk).update(stage=self.below, staged_at=now)
        motion = Motion.objects.create(
            board=self.model.board,
            kind="transition",
            title="Move",
            subject_ref=ref(self.release),
            subject_label="a release",
            subject_url="/",
            dossier_digest=f"{number:064x}",
            rule=self.above.rule,
            voting_seconds=3600,
            proposer=self.holder,
            state="approved",
            decided_at=now,
        )
        return Transition.objects.create(
            release=self.release,
            from_stage=self.below,
            to_stage=self.above,
            motion=motion,
            state="approved",
            effective_after=now - timedelta(seconds=1),
            expires_at=now + timedelta(days=1),
        )

    def stage(self) -> str:
        return Release.objects.values_list("stage__slug", flat=True).get(pk=self.release.pk) or ""


def test_hold_against_take_effect(race: Race) -> None:
    course = Course()
    outcomes = set()
    for number in range(ROUNDS):
        transition = course.approved(number)
        entries = StageEntry.objects.count()
        take_effect = partial(services.take_effect, transition_id=transition.pk)
        place_hold = partial(
            services.place_hold,
            actor=course.holder,
            model=course.model,
            release=None if number % 2 else course.release,
            kind="all",
            reason="Stop.",
        )
        # Chance alone may not show both orders.
        results = race(
            late(take_effect) if number == 1 else take_effect,
            late(place_hold) if number == 0 else place_hold,
        )
        hold = Hold.objects.get()
        assert results[1] == hold
        transition.refresh_from_db()
        outcomes.add(transition.state)
        if transition.state == "effective":
            assert course.stage() == "trusted-api"
            assert StageEntry.objects.count() == entries + 1
            assert StageEntry.objects.latest("id").entered_at < hold.placed_at
        else:
            assert transition.state == "approved"
            assert transition.effective_after == hold.placed_at + course.above.cool_off
            assert course.stage() == "internal"
            assert StageEntry.objects.count() == entries
            assert Motion.objects.get(pk=transition.motion_id).applied_at is None
        assert not services.take_effect(transition_id=transition.pk)
    assert Event.objects.filter(action="hold.placed").count() == ROUNDS
    assert outcomes == {"effective", "approved"}


def test_two_workers_apply_the_same_decision(race: Race) -> None:
    course = Course()
    before = StageEntry.objects.count()
    for number in range(ROUNDS):
        transition = course.approved(number)
        results = race(
            lambda: services.take_effect(transition_id=transition.pk),  # noqa: B023
            services.apply_decided_motions,
        )
        assert sorted(int(bool(result)) for result in results) == [0, 1]
        assert course.stage() == "trusted-api"
    assert StageEntry.objects.count() == before + ROUNDS
    assert Event.objects.filter(action="transition.effective").count() == ROUNDS


def test_two_workers_lift_the_same_hold(race: Race) -> None:
    course = Course()
    for number in range(ROUNDS):
        transition = course.approved(number)
        hold = Hold.objects.create(
            model=course.model,
            kind="all",
            reason="Stop.",
            placed_by=course.holder,
            review_at=timezone.now(),
        )
        motion = transition.motion
        motion.kind, motion.params = "lift_hold", {"hold": str(hold.public_id)}
        motion.save()
        results = race(
            lambda: services.apply_lift(motion_id=motion.pk),  # noqa: B023
            services.apply_decided_motions,
        )
        assert sorted(int(bool(result)) for result in results) == [0, 1]
        hold.refresh_from_db()
        assert hold.state == "lifted"
    assert Event.objects.filter(action="hold.lifted").count() == ROUNDS


def test_two_ingests_of_the_same_version(race: Race) -> None:
    model = make_model()
    directory = make_directory()

    def begin(version: str) -> Release:
        return services.start_ingest(
            actor=None, model=model, version=version, directory=directory, hand_over=False
        )

    for number in range(ROUNDS):
        version = f"v{number}"
        results = race(lambda: begin(version), lambda: begin(version))  # noqa: B023
        assert sum(isinstance(result, Release) for result in results) == 1
        refused = next(result for result in results if isinstance(result, Refused))
        assert "already" in refused.sentence
    assert Release.objects.count() == ROUNDS
    assert Artifact.objects.count() == 3 * ROUNDS
    assert Event.objects.filter(action="release.ingest_started").count() == ROUNDS


def test_two_workers_claim_the_same_release(race: Race) -> None:
    release = services.start_ingest(
        actor=None, model=make_model(), version="v1", directory=make_directory(), hand_over=False
    )

    def claim() -> object:
        return jobs.claim(release.pk, ReleaseState.INGESTING)

    for _ in range(ROUNDS):
        Release.objects.update(job_token=None)
        results = race(claim, claim)
        assert sum(result is None for result in results) == 1


def test_two_workers_look_at_the_same_object_of_several_releases(race: Race) -> None:
    """Each row of the digest is another way to it; one worker takes them all."""
    files = {"a.txt": b"the same", "b.txt": b"the same", "c/d.txt": b"the same"}
    model = make_model()
    for number in range(4):
        make_release(model, version=f"v{number}", files=files)
    for _ in range(ROUNDS):
        Artifact.objects.update(checked_at=None, verified_at=timezone.now() - timedelta(days=99))
        results = race(lambda: rehash._claim(before=None), lambda: rehash._claim(before=None))
        assert sum(result is None for result in results) == 1


def test_a_worker_waits_for_whoever_holds_any_row_of_the_object(race: Race) -> None:
    """What two workers lock one row at a time, in orders of their own, they would die of."""
    first, second = [
        make_release(files={"a.txt": b"the same"}).artifacts.get() for _number in range(2)
    ]
    Artifact.objects.update(checked_at=None, verified_at=timezone.now() - timedelta(days=99))
    is_locked, goes_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Artifact.objects.select_for_update(no_key=True).get(pk=first.pk)
            is_locked.set()
            goes_on.wait(1)
            # Where the other one took this row before it waits, both wait for ever.
            Artifact.objects.filter(pk=second.pk).update(checked_at=None)

    def claim() -> object:
        is_locked.wait(PATIENCE)
        return rehash._claim(before=None)

    assert race(hold, claim)[1] in (first, second)


def test_refusing_one_ingest_against_keeping_the_same_bytes_for_another(race: Race) -> None:
    """An object must not be removed while another release comes to name it."""
    model = make_model()
    directory = make_directory({"a.txt": b"the same"})
    for number in range(ROUNDS // 4):
        first, second = [
            services.start_ingest(
                actor=None,
                model=model,
                version=f"v{number}.{part}",
                directory=directory,
                hand_over=False,
            )
            for part in "ab"
        ]
        services.continue_ingest(release_id=first.pk, budget_seconds=60, hand_over=False)
        race(
            lambda: services.refuse_release(release_id=first.pk, sentence="No."),  # noqa: B023
            lambda: services.continue_ingest(
                release_id=second.pk,  # noqa: B023
                budget_seconds=60,
                hand_over=False,
            ),
        )
        sha256 = Artifact.objects.get().sha256
        with store.open_object(sha256) as file:
            assert file.read() == b"the same"
        services.refuse_release(release_id=second.pk, sentence="No.")
        assert not store.path_of(sha256).exists()
