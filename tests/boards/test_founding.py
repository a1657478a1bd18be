"""Founding a board, by service and by command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Notification, User
from audit.models import Event
from boards import services
from boards.models import Board
from common.errors import Refused
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def found(
    *seats: tuple[str, User | None], name: str = "Release board", slug: str = "release-board"
) -> Board:
    return services.found_board(actor=None, name=name, slug=slug, description="", seats=seats)


def test_a_board_is_founded_with_its_seats_and_one_event() -> None:
    chair = make_user()
    board = found(("chair", chair), ("safety", None))
    assert [(seat.role, seat.holder) for seat in board.seats.all()] == [
        ("chair", chair),
        ("safety", None),
    ]
    assert Event.objects.get(action="board.founded").data["seats"] == [
        {"role": "chair", "holder": str(chair.pseudonym)},
        {"role": "safety", "holder": None},
    ]


def test_a_board_is_founded_once() -> None:
    found(("chair", None))
    with pytest.raises(Refused, match="already"):
        found(("chair", None))
    assert Board.objects.count() == 1


@pytest.mark.parametrize("slug", ["", "Release", "a b", "a/b", "x" * 61, "a\x00"])
def test_a_bad_short_name_is_refused(slug: str) -> None:
    with pytest.raises(Refused, match="short name"):
        found(("chair", None), slug=slug)


def test_bad_seats_are_refused() -> None:
    person, closed = make_user(), make_user(is_active=False)
    for seats, sentence in (
        ((), "1 to 50 seats"),
        ((("chair", None),) * 51, "1 to 50 seats"),
        ((("janitor", None),), "not a role"),
        ((("chair", None), ("chair", None)), "one chair"),
        ((("chair", person), ("safety", person)), "one seat"),
        ((("chair", closed),), "active account"),
    ):
        with pytest.raises(Refused, match=sentence):
            found(*seats)
    assert not Board.objects.exists()


def test_the_command_founds_a_board() -> None:
    make_user("lead@example.org")
    out = StringIO()
    call_command(
        "found_board",
        "Release board",
        "--seat",
        "chair:LEAD@example.org",
        "--seat",
        "independent:-",
        stdout=out,
    )
    assert out.getvalue() == "Founded Release board (release-board) with 2 seats.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["Board"],
        ["", "--seat", "chair:-"],
        ["Board", "--seat", "chair"],
        ["Board", "--seat", "chair:"],
        ["Board", "--seat", "chair:nobody@example.org"],
        ["Board", "--seat", "chair:a\x00b"],
        ["Board", "--seat", "janitor:-"],
        ["Board", "--slug", "../x", "--seat", "chair:-"],
        ["x" * 5000, "--seat", "chair:-"],
        ["Board", "--seat", "chair:-", "--term-days", "0"],
        ["Board", "--seat", "chair:-", "--term-days", "99999999999"],
        ["Board", "--seat", "chair:-", "--term-days", "-99999999999"],
        ["Board", "--seat", "chair:-", "--rule", "half"],
        ["Board", "--seat", "chair:-", "--rule", "[]"],
        ["Board", "--seat", "chair:-", "--rule", "[" * 100_000],
        ["Board", "--seat", "chair:-", "--rule", "{}"],
    ],
)
def test_the_command_refuses_with_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("found_board", *arguments)
    assert caught.value.returncode == 2
    assert str(caught.value).endswith(".")
    assert not Board.objects.exists()


def test_the_command_takes_a_rule_and_a_term() -> None:
    make_user("ind@example.org")
    rule = '{"quorum": {"at_least": "2/3"}, "approval": {"at_least": "2/3"}}'
    seats = ["--seat", "independent:ind@example.org", "--independence", "Paid by nobody."]
    call_command(
        "found_board", "Board", *seats, "--rule", rule, "--term-days", "30", stdout=StringIO()
    )
    board = Board.objects.get()
    assert board.rule["quorum"] == {"at_least": "2/3"}
    seat = board.seats.get()
    assert seat.independence_basis == "Paid by nobody."
    assert seat.term_ends_at is not None
    assert (seat.term_ends_at - timezone.now()).days == 29


# A board that cannot decide about itself


def fill(*arguments: str) -> str:
    out = StringIO()
    call_command("fill_seat", *arguments, "--reason", "Both terms ended.", stdout=out)
    return out.getvalue()


def test_a_stuck_board_gets_a_vacant_seat_filled_by_the_operator() -> None:
    chair, person = make_user(), make_user("new@example.org")
    board = found(("chair", chair), ("independent", None))
    independence = ["--independence", "Paid by nobody."]
    assert "Seated" in fill("release-board", "independent", "NEW@example.org", *independence)
    seat = board.seats.get(role="independent")
    assert (seat.holder, seat.independent) == (person, True)
    event = Event.objects.get(action="board.seat_filled_without_motion")
    assert event.data["reason"] == "Both terms ended."
    told = Notification.objects.filter(kind="boards.seat_filled_without_motion")
    assert {note.recipient for note in told} == {chair, person}


def test_a_board_is_stuck_as_well_where_accounts_were_closed() -> None:
    chair, gone = make_user(), make_user()
    board = found(("chair", chair), ("independent", gone))
    accounts.erase_person(actor=gone, user=gone, reason="I asked for it.")
    person = make_user("new@example.org")
    fill("release-board", "independent", "new@example.org", "--independence", "Paid by nobody.")
    assert board.seats.get(role="independent").holder == person


def test_a_board_that_can_decide_gets_nobody_without_a_motion() -> None:
    make_user("new@example.org")
    found(*[(role, make_user()) for role in ("chair", "independent", "safety")], ("legal", None))
    with pytest.raises(CommandError, match="can decide about its seats"):
        fill("release-board", "legal", "new@example.org")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no-board", "independent", "new@example.org"], "no board"),
        (["release-board", "independent", "nobody@example.org"], "no account"),
        (["release-board", "legal", "new@example.org"], "no vacant"),
        (["release-board", "independent", "new@example.org"], "Declare that"),
        (["release-board", "independent", "a\x00b"], "cannot be kept"),
        (
            ["release-board", "independent", "new@example.org", "--term-days", "-1"],
            "term lasts",
        ),
    ],
)
def test_filling_a_seat_is_refused_with_a_sentence(arguments: list[str], sentence: str) -> None:
    make_user("new@example.org")
    board = found(("chair", make_user()), ("independent", None))
    with pytest.raises(CommandError, match=sentence) as caught:
        fill(*arguments)
    assert caught.value.returncode == 2
    assert board.seats.get(role="independent").holder is None
