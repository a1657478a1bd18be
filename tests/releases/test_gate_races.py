"""What gates a move against what would let it past, over real connections: one right outcome."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import Event
from audit.selectors import ref
from boards import services as boards
from boards.models import Ballot, Motion
from boards.sealing import Opening, commitment
from boards.services.motions import dossier_digest
from common.errors import Refused
from releases import services
from releases.models import Blocker, Release, RequirementOverride, StageEntry, Transition
from releases.models import Model as ReleaseModel
from releases.selectors.requirements import requirements_for
from releases.services.loading import Loaded
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.racing import ROUNDS, Race
from tests.releases.factories import (
    DEMO_LADDER,
    DOSSIER,
    make_ladder_asking,
    make_model,
    make_release,
    stage_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_mail(settings: Settings) -> None:
    """Leave mail to the queue, where it does not slow the race down."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


class Course:
    """A release below its next stage, put before its board again and again."""

    def __init__(self, model: ReleaseModel | None = None) -> None:
        self.holder, self.manager = make_user(), make_user()
        self.people = {role: make_user() for role in ("chair", "safety", "independent")}
        if model is None:
            model = make_model(board=make_board(*self.people.items()))
        self.model = model
        for user, right in ((self.holder, "place_hold"), (self.manager, "manage_release")):
            services.grant_right(actor=None, user=user, right=right, model=model)
        self.release = make_release(model)
        self.below, self.above = stage_of(model, "internal"), stage_of(model, "trusted-api")

    def transition(self, number: int, state: str = "in_review") -> Transition:
        """Make a motion in this state with its transition, and end all that was before."""
        now = timezone.now()
        Transition.objects.filter(release=self.release).update(state="lapsed")
        Motion.objects.filter(board=self.model.board).exclude(state="lapsed").update(
            state="lapsed", decided_at=now, applied_at=now
        )
        Blocker.objects.all().delete()
        Release.objects.filter(pk=self.release.pk).update(stage=self.below, staged_at=now)
        dossier = {**DOSSIER, "rationale": f"Round {number}."}
        motion = Motion.objects.create(
            board=self.model.board,
            kind="transition",
            title="Move",
            subject_ref=ref(self.release),
            subject_label="a release",
            subject_url="/",
            dossier=dossier,
            dossier_digest=dossier_digest("transition", ref(self.release), {}, dossier),
            rule=self.above.rule,
            voting_seconds=3600,
            proposer=self.manager,
            state=state,
            round=int(state == "voting"),
            voting_opened_at=now if state == "voting" else None,
            voting_closes_at=now + timedelta(hours=1) if state == "voting" else None,
            decided_at=now if state == "approved" else None,
        )
        cooled = now - timedelta(seconds=1) if state == "approved" else None
        return Transition.objects.create(
            release=self.release,
            from_stage=self.below,
            to_stage=self.above,
            motion=motion,
            state="approved" if state == "approved" else "proposed",
            effective_after=cooled,
            expires_at=now + timedelta(days=1) if cooled else None,
        )

    def block(self) -> Callable[[], Blocker]:
        return partial(
            services.open_blocker,
            actor=self.holder,
            release=self.release,
            title="An incident",
            reason="It leaked a key.",
        )


def test_a_blocker_against_taking_effect(race: Race) -> None:
    course = Course()
    for number in range(ROUNDS):
        transition = course.transition(number, "approved")
        entries = StageEntry.objects.count()
        _moved, blocker = race(
            partial(services.take_effect, transition_id=transition.pk), course.block()
        )
        assert isinstance(blocker, Blocker)
        transition.refresh_from_db()
        course.release.refresh_from_db()
        if transition.state == "effective":
            assert course.release.stage == course.above
            assert StageEntry.objects.latest("id").entered_at < blocker.opened_at
        else:
            assert (transition.state, course.release.stage) == ("approved", course.below)
            assert StageEntry.objects.count() == entries
            services.take_effect(transition_id=transition.pk)
            transition.refresh_from_db()
            assert "An incident" in transition.waiting_for


def test_a_blocker_against_opening_the_vote(race: Race) -> None:
    course = Course()
    for number in range(ROUNDS):
        transition = course.transition(number)
        opened, blocker = race(
            partial(services.open_transition_vote, actor=course.manager, transition=transition),
            course.block(),
        )
        assert isinstance(blocker, Blocker)
        motion = Motion.objects.get(pk=transition.motion_id)
        if isinstance(opened, Refused):
            assert "An incident" in opened.sentence
            assert (motion.state, motion.ballots.count()) == ("in_review", 0)
        else:
            assert (motion.state, motion.ballots.count()) == ("voting", 3)
            assert motion.voting_opened_at is not None
            assert motion.voting_opened_at < blocker.opened_at


ASKED = "{key: red-team, kind: evidence, name: Red team, type: red_team_report, max_age: 180d}"


def test_an_override_against_a_changed_dossier(race: Race) -> None:
    """It counts for the dossier that was read, and never for the one that came meanwhile."""
    ladder = make_ladder_asking("trusted-api", requirements=f"[{ASKED}]", override="[safety]")
    safety = make_user()
    board = make_board(("chair", make_user()), ("safety", safety), ("independent", make_user()))
    course = Course(make_model(board=board, ladder=ladder))
    for number in range(ROUNDS):
        transition = course.transition(number)
        read = transition.motion.dossier_digest
        given, revised = race(
            partial(
                services.override_requirement,
                actor=safety,
                transition=transition,
                key="red-team",
                dossier_digest=read,
                reason="The report is being signed.",
            ),
            partial(
                services.revise_transition,
                actor=course.manager,
                transition=transition,
                dossier={**DOSSIER, "rationale": f"Round {number}, again."},
            ),
        )
        assert isinstance(revised, Transition)
        if isinstance(given, RequirementOverride):
            assert given.dossier_digest == read
        else:
            assert isinstance(given, Refused)
            assert "The dossier was changed since you read it" in given.sentence
        now = Transition.objects.select_related("motion", "to_stage", "from_stage").get(
            pk=transition.pk
        )
        assert now.motion.dossier_digest != read
        found = requirements_for(course.release, now.to_stage, now=timezone.now(), of=now)
        [gate] = [each for each in found if each.key == "red-team"]
        assert gate.state == "unsatisfied"


def ladder_text(version: int, veto: str = "") -> str:
    """Return a version of one ladder; with `veto`, one that tightens the first move."""
    text = DEMO_LADDER.read_text()
    text = text.replace("name: demo\nversion: 1", f"name: race\nversion: {version}")
    head, slug, rest = text.partition("  - slug: trusted-api\n")
    rule = '      approval: {more_than: "1/2"}\n'
    added = f"      veto: [{veto}]\n" if veto else ""
    return head + slug + rest.replace(rule, rule + added, 1)


def cast(motion: Motion, said: dict[User, str]) -> None:
    """Give the motion its ballots and a vote on each, as `cast_vote` leaves them."""
    for seat in motion.board.seats.select_related("holder"):
        assert seat.holder is not None
        ballot = Ballot.objects.create(
            motion=motion, seat=seat, role=seat.role, holder=seat.holder, round=1
        )
        opening = Opening("0" * 64, said[seat.holder], "Because.", motion.dossier_digest)
        ballot.votes.create(
            voter=seat.holder,
            choice=opening.choice,
            reason=opening.reason,
            dossier_digest=opening.dossier_digest,
            nonce=opening.nonce,
            commitment=commitment(opening),
        )


def test_a_tightened_ladder_against_the_close_of_a_vote(race: Race) -> None:
    first = services.load_ladder(actor=None, source_text=ladder_text(1)).ladder
    people = {role: make_user() for role in ("chair", "safety", "independent")}
    model = make_model(board=make_board(*people.items()), ladder=first)
    course = Course(model)
    choices = {people["chair"]: "approve", people["safety"]: "reject"}
    choices[people["independent"]] = "approve"
    for number in range(ROUNDS):
        ReleaseModel.objects.filter(pk=model.pk).update(ladder=first)
        transition = course.transition(number, "voting")
        cast(transition.motion, choices)
        loaded, closed = race(
            partial(
                services.load_ladder, actor=None, source_text=ladder_text(number + 2, "safety")
            ),
            partial(boards.close_voting, actor=people["chair"], motion=transition.motion),
        )
        assert isinstance(closed, Motion)
        assert isinstance(loaded, Loaded)
        [adoption] = loaded.adoptions
        assert adoption.adopted
        motion = Motion.objects.get(pk=transition.motion_id)
        # The veto counted if, and only if, it bound before the votes were counted.
        assert motion.state == ("rejected" if motion.tightened_rule else "approved")
        events = Event.objects.filter(target=ref(motion)).values_list("action", flat=True)
        tightened = ["motion.rule_tightened"] if motion.tightened_rule else []
        assert list(events.order_by("id")) == [*tightened, f"motion.{motion.state}"]
        transition.refresh_from_db()
        assert transition.to_stage.ladder_id != first.pk
