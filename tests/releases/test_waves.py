"""The cap of one release: raised by its board, lowered by one authorised person."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from boards import services as boards
from boards.models import Motion
from common.errors import Refused
from releases import selectors, services
from releases.choices import Right
from releases.models import CohortCap, Release
from releases.services.decisions import PATIENCE
from tests.factories import make_user
from tests.releases.factories import decide, make_hold, make_model, make_release, put_at

pytestmark = pytest.mark.django_db

DOSSIER = {"rationale": "Twenty more wait.", "experience": "Ten have used it without a report."}


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def holder() -> User:
    return make_user()


@pytest.fixture
def release(manager: User, holder: User) -> Release:
    """A release at a stage that admits ten."""
    return make_release(make_model(manager=manager, holder=holder), stage="trusted-api")


def ask(release: Release, manager: User, cap: int = 20) -> Motion:
    return services.propose_raise(actor=manager, release=release, cap=cap, dossier=DOSSIER)


def raise_to(release: Release, manager: User, cap: int) -> None:
    decide(ask(release, manager, cap))
    services.apply_decided_motions()


def refused(words: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=words)


# Raising


def test_an_approved_motion_raises_the_cap_of_this_release_only(
    release: Release, manager: User
) -> None:
    other = make_release(release.model, stage="trusted-api")
    motion = ask(release, manager)
    assert selectors.cohort_cap(release) == 10
    decide(motion)
    assert services.apply_decided_motions() == 1
    assert selectors.cohort_caps([release, other]) == {release.pk: 20, other.pk: 10}
    assert CohortCap.objects.get().motion == motion
    event = Event.objects.get(action="release.cap_raised")
    assert event.data == {"stage": "trusted-api", "from": 10, "to": 20}
    assert manager.notifications.filter(kind="cap_raised").exists()
    assert services.apply_decided_motions() == 0


def test_the_rule_is_that_of_the_stage_and_managers_have_no_vote(
    release: Release, manager: User
) -> None:
    motion = ask(release, manager)
    assert release.stage is not None
    assert motion.state == "voting"
    assert motion.rule == release.stage.rule
    with refused("no seat"):
        boards.cast_vote(
            actor=manager,
            motion=motion,
            choice="approve",
            reason="Mine.",
            dossier_digest=motion.dossier_digest,
        )


def test_a_rejected_motion_leaves_the_cap(release: Release, manager: User) -> None:
    decide(ask(release, manager), "reject")
    assert services.apply_decided_motions() == 0
    assert selectors.cohort_cap(release) == 10
    assert Motion.objects.get().applied_at is not None


@pytest.mark.parametrize("cap", [0, 9, 10, 1_000_001])
def test_only_a_higher_cap_is_put_to_the_board(release: Release, manager: User, cap: int) -> None:
    with refused("The cap is 10; a higher one"):
        ask(release, manager, cap)


def test_raising_takes_the_right_to_manage(release: Release, holder: User) -> None:
    with refused("You need the right"):
        ask(release, holder)


@pytest.mark.parametrize("part", ["rationale", "experience"])
def test_the_dossier_must_be_whole(release: Release, manager: User, part: str) -> None:
    with refused(f"The dossier's {part}"):
        services.propose_raise(
            actor=manager, release=release, cap=20, dossier={**DOSSIER, part: " "}
        )


@pytest.mark.parametrize("stage", ["internal", "public-api", "open-weights"])
def test_a_stage_that_admits_nobody_by_name_has_no_cap_to_move(
    release: Release, manager: User, holder: User, stage: str
) -> None:
    put_at(release, stage)
    with refused("admits nobody by name"):
        ask(release, manager)
    with refused("admits nobody by name"):
        services.lower_cap(actor=holder, release=release, cap=5, reason="Slower.")


def test_a_hold_keeps_the_board_from_being_asked(release: Release, manager: User) -> None:
    make_hold(release.model, release, kind="admissions")
    with refused("A hold is in force"):
        ask(release, manager)


def test_a_blocker_keeps_the_board_from_being_asked_and_an_approved_raise_waiting(
    release: Release, manager: User, holder: User
) -> None:
    motion = ask(release, manager)
    decide(motion)
    blocker = services.open_blocker(
        actor=holder, release=release, title="Filter fails", reason="It lets prompts through."
    )
    assert services.apply_decided_motions() == 0
    assert selectors.cohort_cap(release) == 10
    services.close_blocker(actor=manager, blocker=blocker, reason="Mended, and tried.")
    assert services.apply_decided_motions() == 1
    assert selectors.cohort_cap(release) == 20
    services.open_blocker(actor=holder, release=release, title="Again", reason="It fails again.")
    with refused("A blocker is open"):
        ask(release, manager, 30)


def test_a_hold_keeps_an_approved_raise_waiting(release: Release, manager: User) -> None:
    motion = decide(ask(release, manager))
    hold = make_hold(release.model)
    assert services.apply_decided_motions() == 0
    assert selectors.cohort_cap(release) == 10
    hold.__class__.objects.filter(pk=hold.pk).update(
        state="lifted", lifted_at=timezone.now(), lifted_by=motion
    )
    assert services.apply_decided_motions() == 1
    assert selectors.cohort_cap(release) == 20


def test_a_raise_that_a_hold_outlasts_comes_to_nothing(release: Release, manager: User) -> None:
    motion = decide(ask(release, manager))
    make_hold(release.model)
    Motion.objects.filter(pk=motion.pk).update(decided_at=timezone.now() - PATIENCE)
    assert services.apply_decided_motions() == 1
    assert selectors.cohort_cap(release) == 10
    assert "outlasted" in Event.objects.get(action="release.cap_kept").data["reason"]
    assert manager.notifications.filter(kind="cap_kept").exists()


def test_a_raise_does_not_follow_the_release_to_another_stage(
    release: Release, manager: User
) -> None:
    decide(ask(release, manager))
    put_at(release, "gated-weights")
    assert services.apply_decided_motions() == 1
    assert not CohortCap.objects.exists()
    assert "Gated weights" in Event.objects.get(action="release.cap_kept").data["reason"]


# Lowering


def test_one_authorised_person_lowers_the_cap_at_once(release: Release, holder: User) -> None:
    services.lower_cap(actor=holder, release=release, cap=3, reason="Too fast.")
    assert selectors.cohort_cap(release) == 3
    event = Event.objects.get(action="release.cap_lowered")
    assert event.data == {"stage": "trusted-api", "from": 10, "to": 3, "reason": "Too fast."}
    assert holder.notifications.filter(kind="cap_lowered").exists()


def test_raising_again_what_was_lowered_takes_the_board(
    release: Release, holder: User, manager: User
) -> None:
    services.lower_cap(actor=holder, release=release, cap=3, reason="Too fast.")
    with refused("raising it takes the board"):
        services.lower_cap(actor=holder, release=release, cap=10, reason="Again.")
    raise_to(release, manager, 10)
    assert selectors.cohort_cap(release) == 10


def test_lowering_takes_the_right_to_hold_and_a_reason(
    release: Release, holder: User, manager: User
) -> None:
    with refused("You need the right"):
        services.lower_cap(actor=manager, release=release, cap=3, reason="Mine.")
    with refused("The reason"):
        services.lower_cap(actor=holder, release=release, cap=3, reason=" ")
    with refused("place a hold on admissions"):
        services.lower_cap(actor=holder, release=release, cap=0, reason="None.")


def test_lowering_ends_a_motion_that_did_not_know_of_it(
    release: Release, holder: User, manager: User
) -> None:
    motion = ask(release, manager)
    services.lower_cap(actor=holder, release=release, cap=3, reason="Too fast.")
    motion.refresh_from_db()
    assert motion.state == "lapsed"
    assert "Too fast." in motion.closing_reason
    assert services.apply_decided_motions() == 0


def test_lowering_beats_an_approval_that_has_not_taken_effect(
    release: Release, holder: User, manager: User
) -> None:
    decide(ask(release, manager))
    services.lower_cap(actor=holder, release=release, cap=3, reason="Too fast.")
    assert services.apply_decided_motions() == 1
    assert selectors.cohort_cap(release) == 3
    assert "changed since" in Event.objects.get(action="release.cap_kept").data["reason"]


# Rows


def test_a_cap_is_inserted_only(release: Release, holder: User) -> None:
    cap = services.lower_cap(actor=holder, release=release, cap=3, reason="Too fast.")
    with pytest.raises(DatabaseError, match="added to, never edited"), transaction.atomic():
        CohortCap.objects.filter(pk=cap.pk).update(cap=1000)
    with pytest.raises(DatabaseError, match="added to, never edited"), transaction.atomic():
        CohortCap.objects.all().delete()


def test_caps_of_many_releases_cost_one_query(
    release: Release, django_assert_num_queries: object
) -> None:
    releases = [release, make_release(release.model, stage="internal")]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert selectors.cohort_caps(releases) == {release.pk: 10, releases[1].pk: None}


def test_a_manager_of_the_model_loses_the_vote_on_an_open_raise(
    release: Release, manager: User
) -> None:
    motion = ask(release, manager)
    ballot = motion.ballots.filter(holder__isnull=False, excluded="").first()
    assert ballot is not None
    assert ballot.holder is not None
    services.grant_right(
        actor=None, user=ballot.holder, right=Right.MANAGE_RELEASE, model=release.model
    )
    ballot.refresh_from_db()
    assert ballot.excluded == "Manages releases of the model."
