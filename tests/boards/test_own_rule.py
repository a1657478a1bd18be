"""The board's own rule: tightened by one at once, loosened by a motion, shown before either."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notification, User
from audit.models import Event
from boards import services
from boards.choices import SeatAction
from boards.models import Board, Motion
from boards.selectors import standing
from boards.services import SeatChange
from boards.tasks import sweep_decisions
from common.errors import Refused
from tests.boards.factories import cast, holder, make_board, make_motion, run_out
from tests.boards.test_seats import seat_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db

WEEK = 7 * 86_400
RULE: dict[str, Any] = {
    "quorum": {"more_than": "1/2"},
    "approval": {"more_than": "1/2"},
    "required_present": ["independent"],
}
STRICTER = {**RULE, "approval": {"at_least": "2/3"}}
LOOSER = {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "1/2"}}


@pytest.fixture
def board() -> Board:
    return make_board(
        ("chair", make_user()),
        ("safety", make_user()),
        ("independent", make_user()),
        ("legal", make_user()),
    )


def tighten(board: Board, rule: dict[str, Any] = STRICTER, by: str = "chair", **also: Any) -> Board:
    given = {"voting_seconds": WEEK, "reason": "Two of four are too few.", **also}
    return services.tighten_board_rule(actor=holder(board, by), board=board, rule=rule, **given)


def propose(board: Board, rule: dict[str, Any] = LOOSER, by: str = "chair") -> Motion:
    return services.propose_rule_change(
        actor=holder(board, by),
        board=board,
        rule=rule,
        voting_seconds=WEEK,
        dossier={"rationale": "The independent seat is often vacant."},
    )


def removal(board: Board) -> Motion:
    """Propose to remove the legal seat's holder, which the board's own rule decides."""
    seat = seat_of(board, "legal")
    assert seat.holder is not None
    return services.propose_seat_change(
        actor=holder(board, "chair"),
        board=board,
        change=SeatChange(action=SeatAction.VACATE, role="legal", person=seat.holder, seat=seat),
        dossier={"rationale": "They never come."},
    )


def approve(motion: Motion) -> Motion:
    motion = services.open_vote(actor=motion.proposer, motion=motion)
    for ballot in standing(motion).awaited:
        assert ballot.holder is not None
        cast(motion, ballot.holder)
    motion = services.close_voting(actor=None, motion=run_out(motion))
    assert motion.state == "approved", motion.closing_reason
    sweep_decisions()
    motion.refresh_from_db()
    return motion


def refused(words: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=words)


# Tightening


def test_one_member_tightens_at_once_with_a_reason(board: Board) -> None:
    tighten(board, voting_seconds=2 * WEEK)
    board.refresh_from_db()
    assert (board.rule, board.voting_seconds) == (
        {
            "quorum": {"more_than": "1/2"},
            "approval": {"at_least": "2/3"},
            "required_present": ["independent"],
        },
        2 * WEEK,
    )
    event = Event.objects.get(action="board.rule_tightened")
    assert event.data["reason"] == "Two of four are too few."
    assert event.data["from"]["rule"]["approval"] == {"more_than": "1/2"}
    assert {change["effect"] for change in event.data["changes"]} == {"tightens"}
    told = Notification.objects.filter(kind="boards.own_rule_changed")
    assert told.count() == 4
    assert "Tightens: Approval" in told[0].body


@pytest.mark.parametrize(
    ("rule", "also", "why"),
    [
        (LOOSER, {}, "This loosens the rule, which takes a motion: Must take part"),
        ({**STRICTER, "quorum": {"more_than": "1/3"}}, {}, "takes a motion: Quorum"),
        (STRICTER, {"voting_seconds": 3600}, "takes a motion: Time for voting"),
        ({**STRICTER, "executive": ["chair"]}, {}, "takes a motion: May override"),
        (STRICTER, {"reason": "  "}, "The reason"),
        (RULE, {}, "the rule that counts already"),
        ({**RULE, "veto": ["nobody"]}, {}, "unknown role"),
        ({**RULE, "veto": ["chair"]}, {}, "lets your own seat stop motions alone"),
        ({**RULE, "required_present": ["independent", "chair"]}, {}, "your own seat"),
        ({**RULE, "required_present": ["independent", "security"]}, {}, "never decide about"),
        ({**RULE, "quorum": {"at_least": "1/1"}, "voting_seconds": 1}, {}, "unknown key"),
    ],
)
def test_what_one_member_may_not_do_alone(
    board: Board, rule: dict[str, Any], also: dict[str, Any], why: str
) -> None:
    former = board.rule
    with refused(why):
        tighten(board, rule, **also)
    board.refresh_from_db()
    assert board.rule == former
    assert not Event.objects.filter(action__startswith="board.rule").exists()


def test_it_takes_a_seat(board: Board) -> None:
    for act in (
        lambda: services.tighten_board_rule(
            actor=make_user(), board=board, rule=STRICTER, voting_seconds=WEEK, reason="So."
        ),
        lambda: services.propose_rule_change(
            actor=make_user(), board=board, rule=LOOSER, voting_seconds=WEEK, dossier={}
        ),
    ):
        with refused("Only someone with a seat"):
            act()


def test_a_stricter_rule_binds_what_the_boards_rule_decides_and_nothing_else(board: Board) -> None:
    motion, other = removal(board), make_motion(board)
    motion = services.open_vote(actor=motion.proposer, motion=motion)
    cast(motion, holder(board, "safety"), "approve")
    tighten(board, {**RULE, "approval": {"at_least": "1/1"}})
    for each in (motion, other):
        each.refresh_from_db()
    assert (motion.by_board_rule, other.by_board_rule) == (True, False)
    assert other.tightened_rule is None
    cast(motion, holder(board, "independent"), "abstain")
    motion = services.close_voting(actor=None, motion=run_out(motion))
    assert motion.state == "rejected"
    assert motion.rule["approval"] == {"more_than": "1/2"}
    assert Event.objects.filter(action="motion.rule_tightened").count() == 1


# By motion


def test_the_board_loosens_by_the_rule_as_it_stood(board: Board) -> None:
    motion = propose(board)
    assert motion.rule == board.rule
    assert "Loosens: Must take part: the independent seat is removed." in motion.dossier["changes"]
    waiting = removal(board)
    motion = approve(motion)
    board.refresh_from_db()
    assert board.rule == LOOSER
    event = Event.objects.get(action="board.rule_changed")
    assert event.data["motion"] == str(motion.public_id)
    waiting.refresh_from_db()
    assert waiting.rule["required_present"] == ["independent"]
    sweep_decisions()
    assert Event.objects.filter(action="board.rule_changed").count() == 1


def test_without_approval_nothing_changes(board: Board) -> None:
    motion = propose(board)
    motion = services.open_vote(actor=motion.proposer, motion=motion)
    motion = services.close_voting(actor=None, motion=run_out(motion))
    sweep_decisions()
    board.refresh_from_db()
    assert (motion.state, board.rule["required_present"]) == ("lapsed", ["independent"])


def test_a_tightening_lapses_a_motion_for_another_rule(board: Board) -> None:
    motion = propose(board)
    tighten(board, by="safety")
    motion.refresh_from_db()
    assert motion.state == "lapsed"
    assert "Propose it again" in motion.closing_reason
    assert propose(board, RULE).state == "in_review"


def test_an_approval_of_a_change_to_a_rule_that_stands_no_more_does_nothing(board: Board) -> None:
    motion = services.open_vote(actor=(motion := propose(board)).proposer, motion=motion)
    for ballot in standing(motion).awaited:
        assert ballot.holder is not None
        cast(motion, ballot.holder)
    services.close_voting(actor=None, motion=run_out(motion))
    tighten(board, by="safety")
    sweep_decisions()
    board.refresh_from_db()
    motion.refresh_from_db()
    assert board.rule["approval"] == {"at_least": "2/3"}
    assert motion.applied_at is not None
    assert "another one by now" in Event.objects.get(action="board.rule_unchanged").data["reason"]


# The page


def page_of(board: Board, role: str = "chair") -> tuple[Client, str]:
    client = Client()
    client.force_login(holder(board, role))
    return client, reverse("board_rule", args=[board.slug])


def told(**changed: Any) -> dict[str, Any]:
    return {
        "quorum_bound": "more_than",
        "quorum_share": "1/2",
        "required_present": ["independent"],
        "approval_bound": "more_than",
        "approval_share": "1/2",
        "voting_period": "7d",
        "act": "preview",
        **changed,
    }


def text(response: Any) -> str:
    return str(response.content.decode())


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def test_what_changes_is_shown_before_it_counts(board: Board) -> None:
    client, url = page_of(board)
    assert url in text(client.get(reverse("board_detail", args=[board.slug])))
    assert 'value="7d"' in text(client.get(url))
    wanted = told(approval_bound="at_least", approval_share="2/3", why="Two are too few.")
    page = text(client.post(url, wanted))
    assert "More of those taking part must approve." in page
    assert "Tighten at once" in page
    board.refresh_from_db()
    assert board.rule["approval"] == {"more_than": "1/2"}
    page = text(client.post(url, {**wanted, "act": "tighten"}))
    assert "What would change" in page
    done = client.post(url, {**wanted, "act": "tighten", "seen": seen_in(page)}, follow=True)
    assert "The rule counts from now on" in text(done)
    board.refresh_from_db()
    assert board.rule["approval"] == {"at_least": "2/3"}
    history = text(client.get(url))
    assert "Earlier rules" in history
    assert "Two are too few." in history


def test_what_loosens_is_offered_as_a_motion_only(board: Board) -> None:
    client, url = page_of(board)
    wanted = told(required_present=[], why="It is often vacant.")
    page = text(client.post(url, wanted))
    assert "It loosens the rule, so that it takes a motion." in page
    assert 'value="tighten"' not in page
    seen = seen_in(page)
    forced = client.post(url, {**wanted, "act": "tighten", "seen": seen})
    assert forced.status_code == 409
    assert "which takes a motion" in text(forced)
    without = text(client.post(url, {**wanted, "act": "propose", "seen": seen, "why": ""}))
    assert 'id="id_why_error"' in without
    client.post(url, {**wanted, "act": "propose", "seen": seen})
    motion = Motion.objects.get(kind="board_rule")
    page = text(client.get(reverse("motion_detail", args=[motion.public_id])))
    assert "The rule would be" in page
    assert "Loosens: Must take part" in page


def test_the_fast_track_is_part_of_the_rule(board: Board) -> None:
    client, url = page_of(board)
    fast = {f"fast-{key}": value for key, value in told(voting_period="12h").items()}
    wanted = told(has_fast_track="on", **fast)
    page = text(client.post(url, wanted))
    assert 'id="id_fast-full_review_error"' in page
    page = text(client.post(url, {**wanted, "fast-full_review": "14d"}))
    assert "An emergency review is added." in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quorum_share": "half"}, "quorum_share"),
        ({"approval_share": "3/2"}, "approval_share"),
        ({"quorum_bound": "at_least", "quorum_share": "0"}, "quorum_share"),
        ({"voting_period": "a week"}, "voting_period"),
        ({"voting_period": "0s"}, ""),
        ({"veto": ["king"]}, "veto"),
    ],
)
def test_bad_input_is_said_at_its_field(board: Board, changed: dict[str, Any], field: str) -> None:
    client, url = page_of(board)
    response = client.post(url, told(**changed))
    assert response.status_code in (200, 409)
    page = text(response)
    assert "What would change" not in page
    assert (f'id="id_{field}_error"' if field else "error-summary") in page


def test_the_page_is_for_those_with_a_seat(board: Board) -> None:
    _client, url = page_of(board)
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get(url).status_code == 404
    proposer: User = make_motion(board).proposer
    guest = Client()
    guest.force_login(proposer)
    assert guest.get(url).status_code == 409
