"""Seats: terms that end by themselves, appointments by motion, leaving at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Notification, User
from audit.models import Event
from boards import services
from boards.choices import SeatAction
from boards.models import Board, Motion, Seat
from boards.selectors import (
    boards_of,
    chairs_of,
    holds_seat,
    members_of,
    motions_visible_to,
    open_motions_for,
    seats_of,
    standing,
    votes_for_display,
    with_turnout,
)
from boards.services import SeatChange
from boards.tasks import sweep_decisions
from common.errors import Refused
from tests.boards.factories import (
    cast,
    decide,
    holder,
    make_board,
    make_motion,
    make_vote_open,
    run_out,
    tally_of,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db

NEXT_YEAR = timedelta(days=365)


def with_a_vacancy() -> list[tuple[str, User | None]]:
    held = [(role, make_user()) for role in ("chair", "independent")]
    return [*held, ("legal", None), ("safety", make_user())]


def seat_of(board: Board, role: str) -> Seat:
    return Seat.objects.select_related("board", "holder").get(board=board, role=role)


def end_term(board: Board, role: str) -> User:
    """Let the term of the seat's holder have ended a moment ago."""
    past = timezone.now() - timedelta(seconds=1)
    Seat.objects.filter(board=board, role=role).update(term_ends_at=past)
    member = seat_of(board, role).holder
    assert member is not None
    return member


def propose(board: Board, action: SeatAction, **changes: Any) -> Motion:
    given: dict[str, Any] = {
        "role": "legal",
        "person": make_user(),
        "term_ends_at": timezone.now() + NEXT_YEAR,
        **changes,
    }
    proposer = given.pop("proposer", None) or holder(board, "chair")
    return services.propose_seat_change(
        actor=proposer,
        board=board,
        change=SeatChange(action=action, **given),
        dossier={"rationale": "They know the field."},
    )


def carry(motion: Motion, *, but: tuple[User, ...] = ()) -> Motion:
    """Have everybody with a vote approve, and the sweep apply it."""
    motion = services.open_vote(actor=motion.proposer, motion=motion)
    for ballot in motion.ballots.filter(excluded="", holder__isnull=False):
        if ballot.holder and ballot.holder not in but:
            cast(motion, ballot.holder)
    motion = services.close_voting(actor=None, motion=run_out(motion))
    assert motion.state == "approved", motion.closing_reason
    sweep_decisions()
    motion.refresh_from_db()
    assert motion.applied_at is not None
    return motion


# Terms


def test_a_founded_board_has_terms_of_a_year_and_the_basis_of_independence() -> None:
    board = make_board()
    for seat in board.seats.all():
        assert seat.term_ends_at is not None
        assert timedelta(days=364) < seat.term_ends_at - timezone.now() <= NEXT_YEAR
        assert seat.independent == (seat.role == "independent")
        assert bool(seat.independence_basis) == seat.independent


def test_a_term_of_no_length_or_of_ten_years_is_refused() -> None:
    for days in (0, -1, 3650):
        with pytest.raises(Refused, match="term lasts"):
            services.found_board(
                actor=None,
                name="Board",
                slug="board-x",
                seats=[("chair", None)],
                term=timedelta(days=days),
            )


def test_an_ended_seat_is_vacant_everywhere_without_any_job() -> None:
    board = make_board()
    motion = make_vote_open(board)
    stays = holder(board, "safety")
    gone = end_term(board, "chair")
    assert not holds_seat(gone, board.pk)
    assert not seats_of(gone).exists()
    assert not boards_of(gone).exists()
    assert gone not in members_of(board.pk)
    assert not chairs_of(board.pk).exists()
    assert not motions_visible_to(gone).exclude(ballots__holder=gone).exists()
    assert not open_motions_for(gone, timezone.now()).exists()
    assert open_motions_for(stays, timezone.now()).exists()
    assert with_turnout(Motion.objects.filter(pk=motion.pk)).get().may_vote == 2  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="do not hold this seat any more"):
        cast(motion, gone)
    line = next(line for line in votes_for_display(motion) if line.seat == "Chair")
    assert line.state == "vacant"
    with pytest.raises(Refused, match="Only the chair"):
        services.close_voting(actor=gone, motion=motion)
    done = decide(make_vote_open(board), "", "approve", "approve")
    with pytest.raises(Refused, match="Only someone with a seat"):
        services.cancel_motion(actor=gone, motion=done, reason="Stop.")


def test_a_vacated_seat_stays_in_the_base_of_the_quorum() -> None:
    board = make_board()
    motion = make_vote_open(board)
    end_term(board, "chair")
    motion = decide(motion, "", "", "approve")
    assert (motion.state, tally_of(motion)["base"]) == ("lapsed", 3)


def test_a_vote_that_was_cast_in_office_counts_after_the_term() -> None:
    board = make_board()
    motion = make_vote_open(board)
    cast(motion, holder(board, "independent"))
    end_term(board, "independent")
    motion = decide(motion, "approve")
    assert (motion.state, tally_of(motion)["present"]) == ("approved", 2)


def test_an_ended_seat_is_vacant_in_the_next_snapshot() -> None:
    board = make_board()
    end_term(board, "safety")
    motion = make_vote_open(board)
    assert motion.ballots.get(role="safety").holder is None
    end_term(board, "independent")
    blocked = make_motion(board)
    with pytest.raises(Refused, match="No independent seat"):
        services.open_voting(actor=blocked.proposer, motion=blocked)


def test_a_longer_term_gives_the_vote_back() -> None:
    board = make_board()
    motion = make_vote_open(board)
    member = end_term(board, "safety")
    Seat.objects.filter(board=board).update(term_ends_at=None)
    assert cast(motion, member).voter == member


def test_the_seat_of_a_closed_account_is_vacant_and_filled_by_a_motion() -> None:
    roles = ("chair", "independent", "legal", "safety")
    board = make_board(*[(role, make_user()) for role in roles])
    motion = make_vote_open(board)
    gone = holder(board, "legal")
    gone = accounts.erase_person(actor=gone, user=gone, reason="I asked for it.")
    assert [ballot.role for ballot in standing(motion).awaited] == [
        "chair",
        "independent",
        "safety",
    ]
    assert with_turnout(Motion.objects.filter(pk=motion.pk)).get().may_vote == 3  # type: ignore[attr-defined]
    assert not members_of(board.pk).filter(pk=gone.pk).exists()
    seat = seat_of(board, "legal")
    with pytest.raises(Refused, match="active account"):
        propose(board, SeatAction.EXTEND, seat=seat, person=gone, proposer=holder(board, "chair"))
    asked = carry(propose(board, SeatAction.APPOINT, seat=seat))
    assert asked.ballots.get(role="legal").holder is None
    assert seat_of(board, "legal").holder != gone


def test_a_seat_without_an_end_does_not_end() -> None:
    board = make_board()
    Seat.objects.filter(board=board).update(term_ends_at=None)
    assert holds_seat(holder(board, "chair"), board.pk)


def test_the_database_keeps_independent_seats_for_the_independent() -> None:
    board = make_board()
    seats = Seat.objects.filter(board=board)
    for act in (
        lambda: seats.filter(role="independent").update(independent=False),
        lambda: seats.filter(role="safety").update(independent=True),
    ):
        with pytest.raises(IntegrityError, match="boards_seat_independen"), transaction.atomic():
            act()


# By motion


def test_a_vacant_seat_is_filled_by_a_motion() -> None:
    board = make_board(*with_a_vacancy())
    nominee = make_user()
    seat = seat_of(board, "legal")
    motion = propose(board, SeatAction.APPOINT, seat=seat, person=nominee)
    assert motion.rule == board.rule
    motion = carry(motion)
    seat.refresh_from_db()
    assert seat.holder == nominee
    assert seat.term_ends_at is not None
    assert holds_seat(nominee, board.pk)
    event = Event.objects.get(action="board.seat_filled")
    assert event.data["person"] == str(nominee.pseudonym)
    assert event.data["motion"] == str(motion.public_id)
    told = Notification.objects.filter(kind="boards.seat_changed", recipient=nominee)
    assert told.count() == 1
    sweep_decisions()
    assert Event.objects.filter(action="board.seat_filled").count() == 1


def test_proposer_and_the_person_concerned_have_no_vote() -> None:
    board = make_board(
        ("chair", make_user()),
        ("independent", make_user()),
        *[("legal", make_user())] * 1,
        ("safety", make_user()),
    )
    person = holder(board, "legal")
    motion = propose(
        board,
        SeatAction.EXTEND,
        seat=seat_of(board, "legal"),
        person=person,
        term_ends_at=timezone.now() + 2 * NEXT_YEAR,
    )
    motion = services.open_vote(actor=motion.proposer, motion=motion)
    excluded = motion.ballots.exclude(excluded="").values_list("role", flat=True)
    assert sorted(excluded) == ["chair", "legal"]
    with pytest.raises(Refused, match="about their own seat"):
        cast(motion, person)


def test_a_term_is_extended_by_a_motion() -> None:
    board = make_board(*[(role, make_user()) for role in ("chair", "independent", "legal")])
    seat = seat_of(board, "legal")
    later = timezone.now() + 2 * NEXT_YEAR
    carry(propose(board, SeatAction.EXTEND, seat=seat, person=seat.holder, term_ends_at=later))
    seat.refresh_from_db()
    assert seat.term_ends_at == later


def test_a_seat_is_added_by_a_motion() -> None:
    board = make_board()
    nominee = make_user()
    motion = propose(
        board,
        SeatAction.ADD,
        role="independent",
        person=nominee,
        independent=True,
        basis="No income from the developer.",
    )
    carry(motion)
    added = Seat.objects.get(board=board, holder=nominee)
    assert (added.role, added.independent) == ("independent", True)
    assert added.independence_basis == "No income from the developer."
    assert board.seats.count() == 4


def test_a_holder_is_removed_by_a_motion() -> None:
    board = make_board(*[(role, make_user()) for role in ("chair", "independent", "legal")])
    seat = seat_of(board, "legal")
    removed = seat.holder
    assert removed is not None
    motion = propose(board, SeatAction.VACATE, seat=seat, person=removed, term_ends_at=None)
    carry(motion)
    assert not holds_seat(removed, board.pk)
    assert seat_of(board, "legal").holder is None


def test_somebody_whose_own_term_ended_can_be_appointed_again() -> None:
    board = make_board(
        *[(role, make_user()) for role in ("chair", "independent", "legal", "safety")]
    )
    person = end_term(board, "legal")
    carry(propose(board, SeatAction.ADD, role="security", person=person))
    assert seat_of(board, "security").holder == person
    assert seat_of(board, "legal").holder is None


def test_what_became_impossible_changes_nothing_and_says_why() -> None:
    board = make_board(*with_a_vacancy())
    nominee = make_user()
    motion = propose(board, SeatAction.APPOINT, seat=seat_of(board, "legal"), person=nominee)
    motion = services.open_vote(actor=motion.proposer, motion=motion)
    motion = decide(motion, "", "approve", "", "approve")
    assert motion.state == "approved"
    nominee.is_active = False
    nominee.save()
    sweep_decisions()
    assert seat_of(board, "legal").holder is None
    event = Event.objects.get(action="board.seat_unchanged")
    assert "active account" in event.data["reason"]
    motion.refresh_from_db()
    assert motion.applied_at is not None


def test_a_rejected_appointment_changes_nothing() -> None:
    board = make_board(*with_a_vacancy())
    motion = propose(board, SeatAction.APPOINT, seat=seat_of(board, "legal"))
    motion = services.open_vote(actor=motion.proposer, motion=motion)
    assert decide(motion, "", "reject", "", "reject").state == "rejected"
    sweep_decisions()
    assert seat_of(board, "legal").holder is None


@pytest.mark.parametrize(
    ("action", "changes", "sentence"),
    [
        ("appoint", {"seat": "chair"}, "not vacant"),
        ("appoint", {"person": "closed"}, "active account"),
        ("appoint", {"person": "independent"}, "one seat"),
        ("appoint", {"term_ends_at": None}, "term ends in the future"),
        ("appoint", {"term_ends_at": timedelta(seconds=-1)}, "term ends in the future"),
        ("appoint", {"term_ends_at": timedelta(days=2000)}, "term ends in the future"),
        ("appoint", {"seat": None}, "Name the seat"),
        ("appoint", {"role": "chair"}, "not a seat of the board"),
        ("appoint", {"independent": True, "basis": " "}, "basis of independence"),
        ("add", {"seat": None, "role": "chair"}, "one chair"),
        ("add", {"seat": None, "role": "boss"}, "not a role"),
        ("add", {"seat": None, "role": "independent"}, "Declare that"),
        ("add", {}, "Name the seat"),
        ("extend", {}, "do not hold this seat"),
        ("extend", {"seat": "independent", "person": "independent"}, "ends later"),
        ("vacate", {"seat": "independent", "person": "chair"}, "do not hold this seat"),
        ("vacate", {"seat": "chair", "person": "chair"}, "resign"),
    ],
)
def test_what_cannot_be_done_to_a_seat_is_refused(
    action: str, changes: dict[str, Any], sentence: str
) -> None:
    board = make_board(*with_a_vacancy())
    given = {"seat": "legal", **changes}
    role = given["seat"]
    given["seat"] = seat_of(board, role) if role else None
    if role and "role" not in changes:
        given["role"] = role
    if isinstance(given.get("term_ends_at"), timedelta):
        given["term_ends_at"] = timezone.now() + given["term_ends_at"]
    if action == "extend" and "person" in given:
        given["term_ends_at"] = timezone.now() + timedelta(days=1)
    person = given.pop("person", None)
    if person == "closed":
        given["person"] = make_user(is_active=False)
    elif person:
        given["person"] = holder(board, person)
    with pytest.raises(Refused, match=sentence):
        propose(board, SeatAction(action), **given)
    assert not Motion.objects.exists()


def test_whose_address_is_not_confirmed_is_not_seated() -> None:
    board = make_board(*with_a_vacancy())
    given: dict[str, Any] = {"seat": seat_of(board, "legal"), "person": make_user(verified=False)}
    with pytest.raises(Refused, match="not confirmed their e-mail address"):
        propose(board, SeatAction.APPOINT, **given)
    assert not Motion.objects.exists()


def test_only_members_propose_who_sits_on_their_board() -> None:
    board = make_board()
    for stranger in (make_user(), make_user(is_superuser=True), end_term(board, "safety")):
        with pytest.raises(Refused, match="Only someone with a seat"):
            propose(board, SeatAction.ADD, proposer=stranger)


def test_the_vote_on_a_seat_is_opened_by_proposer_or_chair_only() -> None:
    board = make_board()
    motion = propose(board, SeatAction.ADD, proposer=holder(board, "safety"))
    with pytest.raises(Refused, match="proposer or by the chair"):
        services.open_vote(actor=holder(board, "independent"), motion=motion)
    assert services.open_vote(actor=holder(board, "chair"), motion=motion).state == "voting"
    other = make_motion(board)
    with pytest.raises(Refused, match="from the page of what it is about"):
        services.open_vote(actor=other.proposer, motion=other)


# Leaving


def test_a_holder_leaves_at_once_and_their_cast_vote_stays() -> None:
    board = make_board()
    motion = make_vote_open(board)
    leaver = holder(board, "safety")
    cast(motion, leaver, "reject", reason="Too early.")
    services.resign_seat(actor=leaver, seat=seat_of(board, "safety"), reason="I move on.")
    assert not holds_seat(leaver, board.pk)
    with pytest.raises(Refused, match="do not hold this seat any more"):
        cast(motion, leaver, "approve")
    motion = decide(motion, "approve", "", "approve")
    assert tally_of(motion)["reject"] == 1
    assert "Too early." in [line.reason for line in votes_for_display(motion)]
    event = Event.objects.get(action="board.seat_resigned")
    assert event.data["reason"] == "I move on."
    assert Notification.objects.filter(kind="boards.seat_resigned").count() == 3


def test_nobody_resigns_for_another() -> None:
    board = make_board()
    with pytest.raises(Refused, match="do not hold this seat"):
        services.resign_seat(
            actor=holder(board, "chair"), seat=seat_of(board, "safety"), reason="Go."
        )
    with pytest.raises(Refused, match="Sign in"):
        services.resign_seat(actor=None, seat=seat_of(board, "safety"), reason="Go.")
