"""The pages about seats: proposing who sits, resigning, and what vacancies make impossible."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from boards import services
from boards.forms import SeatForm
from boards.models import Board, Motion, Seat
from tests.boards.factories import holder, make_board, make_motion
from tests.boards.test_seats import end_term, seat_of, with_a_vacancy
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def board() -> Board:
    """A board whose legal seat is vacant."""
    return make_board(*with_a_vacancy())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def form_page(board: Board) -> str:
    return reverse("seat_propose", args=[board.slug])


def next_year() -> str:
    return (timezone.now() + timedelta(days=300)).date().isoformat()


def told(board: Board, **changed: Any) -> dict[str, Any]:
    """Return what appoints somebody to the legal seat."""
    return {
        "action": "appoint",
        "seat": str(seat_of(board, "legal").pk),
        "email": make_user().email,
        "term_ends_on": next_year(),
        "rationale": "They know the law.",
        **changed,
    }


# The form


@pytest.mark.parametrize(
    ("changed", "field", "why"),
    [
        ({"action": ""}, "action", "This field is required"),
        ({"seat": ""}, "seat", "Choose the seat that this is about."),
        ({"seat": "0"}, "seat", "not one of the available choices"),
        ({"email": ""}, "email", "Say who is to be seated."),
        ({"email": "nobody"}, "email", "valid email address"),
        ({"term_ends_on": ""}, "term_ends_on", "Say when the term ends."),
        ({"term_ends_on": "soon"}, "term_ends_on", "valid date"),
        ({"independent": "on"}, "basis", "Say on what the independence rests."),
        ({"rationale": " "}, "rationale", "Say why"),
        ({"action": "add", "seat": "", "role": ""}, "role", "Choose the role of the seat"),
    ],
)
def test_the_form_asks_for_what_the_act_needs_at_its_field(
    board: Board, changed: dict[str, Any], field: str, why: str
) -> None:
    response = signed_in(holder(board, "chair")).post(form_page(board), told(board, **changed))
    assert response.status_code == 200
    page = text(response)
    form: SeatForm = response.context["form"]
    assert why in " ".join(str(error) for error in form.errors[field]), form.errors
    assert "They know the law." in page or field == "rationale"
    assert not Motion.objects.exists()


def test_a_removal_asks_neither_for_a_person_nor_for_a_term(board: Board) -> None:
    sent = told(
        board,
        action="vacate",
        seat=str(seat_of(board, "safety").pk),
        email="",
        term_ends_on="",
    )
    response = signed_in(holder(board, "chair")).post(form_page(board), sent, follow=True)
    motion = Motion.objects.get(kind="seat_member")
    assert motion.params["action"] == "vacate"
    assert motion.params["person"] == str(holder(board, "safety").pseudonym)
    assert "The motion is before the board" in text(response)


def test_the_term_lasts_to_the_end_of_its_last_day(board: Board) -> None:
    day = next_year()
    signed_in(holder(board, "chair")).post(form_page(board), told(board, term_ends_on=day))
    assert Motion.objects.get().params["term_ends_at"].startswith(f"{day}T23:59:59")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"email": "ghost@example.org"}, "no active account with this address"),
        ({"term_ends_on": "2001-01-01"}, "A term ends in the future"),
        ({"action": "extend", "email": ""}, "Nobody holds this seat."),
        ({"action": "add", "seat": "", "role": "chair"}, "one chair at most"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(
    board: Board, changed: dict[str, Any], why: str
) -> None:
    page = text(signed_in(holder(board, "chair")).post(form_page(board), told(board, **changed)))
    assert why in page
    assert "They know the law." in page
    assert not Motion.objects.exists()


def test_the_boards_page_leads_to_the_form_with_the_seat_chosen(board: Board) -> None:
    client, seat = signed_in(holder(board, "chair")), seat_of(board, "legal")
    link = f"{form_page(board)}?action=appoint&amp;seat={seat.pk}"
    assert link in text(client.get(reverse("board_detail", args=[board.slug])))
    page = text(client.get(link.replace("&amp;", "&")))
    assert f'<option value="{seat.pk}" selected>Legal: vacant</option>' in page


def test_the_form_is_for_those_who_sit_on_the_board(board: Board) -> None:
    assert signed_in(make_user()).get(form_page(board)).status_code == 404
    guest = make_motion(board).proposer
    response = signed_in(guest).get(form_page(board))
    assert response.status_code == 409
    assert "Only someone with a seat on the board may propose" in text(response)
    gone = end_term(board, "safety")
    assert signed_in(gone).post(form_page(board), told(board)).status_code == 404


# Resigning


def resign_page(seat: Seat) -> str:
    return reverse("seat_resign", args=[seat.board.slug, seat.pk])


def test_the_page_says_what_resigning_does_and_takes_a_reason_and_a_word(board: Board) -> None:
    seat = seat_of(board, "safety")
    member = holder(board, "safety")
    client = signed_in(member)
    page = text(client.get(resign_page(seat)))
    assert "The seat is vacant at once, and stays in the base of every quorum." in page
    assert "Only a motion of the board can seat you again." in page
    for sent, field in (
        ({"reason": "I move.", "typed": "yes"}, "typed"),
        ({"reason": "", "typed": "resign"}, "reason"),
    ):
        page = text(client.post(resign_page(seat), sent))
        assert f'id="id_{field}_error"' in page
        assert seat_of(board, "safety").holder == member
    done = client.post(resign_page(seat), {"reason": "I move.", "typed": "Resign"}, follow=True)
    assert "You left the board." in text(done)
    assert seat_of(board, "safety").holder is None


def test_nobody_resigns_from_a_seat_that_is_not_theirs(board: Board) -> None:
    seat = seat_of(board, "safety")
    chair = signed_in(holder(board, "chair"))
    response = chair.post(resign_page(seat), {"reason": "Out.", "typed": "resign"})
    assert response.status_code == 409
    assert "You do not hold this seat" in text(response)
    assert chair.get(resign_page(seat_of(board, "legal"))).status_code == 409
    elsewhere = seat_of(make_board(), "chair")
    assert chair.get(reverse("seat_resign", args=[board.slug, elsewhere.pk])).status_code == 404
    assert signed_in(make_user()).get(resign_page(seat)).status_code == 404
    assert seat_of(board, "safety").holder is not None


# What vacancies make impossible


def test_a_vacancy_is_shown_and_the_rest_of_the_board_is_told_of_it(board: Board) -> None:
    seat, stays = seat_of(board, "safety"), holder(board, "chair")
    member = holder(board, "safety")
    services.resign_seat(actor=member, seat=seat, reason="I move.")
    message = Notification.objects.get(kind="boards.seat_resigned", recipient=stays)
    assert message.subject.startswith("A seat is vacant: safety seat")
    assert "I move." in message.body
    page = text(signed_in(stays).get(reverse("board_detail", args=[board.slug])))
    assert page.count("Vacant") >= 2


def test_an_ended_term_is_shown_as_vacant_with_who_it_was(board: Board) -> None:
    former = end_term(board, "safety")
    page = text(signed_in(holder(board, "chair")).get(reverse("board_detail", args=[board.slug])))
    assert f"{former} is not in office any more." in page


def test_the_notice_says_what_the_board_cannot_decide_and_why(board: Board) -> None:
    client = signed_in(holder(board, "chair"))
    url = reverse("board_detail", args=[board.slug])
    notice = "What the board cannot decide as it is seated now"
    assert notice not in text(client.get(url))
    motion = make_motion(board, title="Move to Public API")
    end_term(board, "independent")
    page = text(client.get(url))
    assert notice in page
    assert "<li>Motions about the board itself</li>" in page
    assert f"<li>{motion.title}</li>" in page
    assert "No independent seat took part, which the rule requires." in page
    Seat.objects.filter(board=board).update(term_ends_at=None)
    assert notice not in text(client.get(url))
