"""Founding a board, by service and by command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
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
    ],
)
def test_the_command_refuses_with_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("found_board", *arguments)
    assert caught.value.returncode == 2
    assert str(caught.value).endswith(".")
    assert not Board.objects.exists()
