"""What a vacancy makes impossible on the ladders of a board's models."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from boards.models import Board
from boards.tally import parse_rule
from releases.selectors.ladders import rules_of_board
from tests.boards.factories import holder, make_board
from tests.factories import make_user
from tests.releases.emergencies import FAST_TRACK
from tests.releases.factories import make_ladder, make_model
from tests.releases.test_pages import signed_in, text

pytestmark = pytest.mark.django_db

IMPOSSIBLE = "What the board cannot decide as it is seated now"


def board_page(board: Board) -> str:
    address = reverse("board_detail", args=[board.slug])
    return text(signed_in(holder(board, "chair")).get(address))


def seats(*vacant: str) -> Board:
    roles = ("chair", "safety", "independent")
    return make_board(*[(role, None if role in vacant else make_user()) for role in roles])


def test_a_full_board_can_decide_everything() -> None:
    board = seats()
    make_model(board=board)
    assert IMPOSSIBLE not in board_page(board)


def test_a_vacant_independent_seat_makes_every_stage_impossible() -> None:
    board = seats("independent")
    make_model(board=board, name="heron")
    make_model(name="of-another-board")
    page = board_page(board)
    assert IMPOSSIBLE in page
    assert page.count("No independent seat took part, which the rule requires.") == 2
    assert "What is decided about releases at Internal: acme/heron" in page
    for stage in ("Trusted API", "Public API", "Gated weights", "Open weights"):
        words = f"Moves to {stage}, and what is decided about releases there: acme/heron"
        assert words in page
    assert "of-another-board" not in page


def test_a_vacant_safety_seat_makes_only_the_stages_of_weights_impossible() -> None:
    board = seats("safety")
    make_model(board=board, name="heron")
    page = board_page(board)
    assert "Moves to Gated weights" in page
    assert "Moves to Open weights" in page
    assert "Moves to Trusted API" not in page
    assert "Lifting a ban" not in page


def test_a_term_that_ended_counts_as_a_vacancy() -> None:
    board = seats()
    make_model(board=board)
    board.seats.filter(role="safety").update(term_ends_at="2020-01-01T00:00:00Z")
    assert "Moves to Gated weights" in board_page(board)


def test_bans_and_referred_applications_need_the_board_s_own_rule() -> None:
    page = board_page(seats("independent"))
    words = "Lifting a ban or a suspension of several grants, an application that was referred"
    assert words in page


def test_a_fast_track_that_is_left_or_lost_is_told() -> None:
    board = seats("independent", "safety")
    make_model(board=board, name="heron", ladder=make_ladder(hold_review=FAST_TRACK))
    assert "Moves on the fast track" not in board_page(board)
    strict = FAST_TRACK.replace("1/3", "1")
    make_model(board=board, name="crane", ladder=make_ladder(hold_review=strict))
    page = board_page(board)
    assert "Moves on the fast track of The demo ladder (version 1): acme/crane" in page


def test_models_on_one_ladder_share_its_lines() -> None:
    board, ladder = seats(), make_ladder()
    for number in range(7):
        make_model(board=board, ladder=ladder, name=f"m{number}")
    found = rules_of_board(board)
    assert len(found) == 5
    assert all("acme/m0, acme/m1" in label and "and 2 more" in label for label, _rule in found)
    assert all(parse_rule(rule) for _label, rule in found)


def test_the_queries_of_the_board_s_page_do_not_grow_with_models_and_ladders(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    board = seats("independent")
    client = signed_in(holder(board, "chair"))
    address = reverse("board_detail", args=[board.slug])
    counts = []
    for _time in range(2):
        with django_assert_max_num_queries(15) as queries:
            client.get(address)
        counts.append(len(queries))
        for _more in range(3):
            make_model(board=board, ladder=make_ladder(voting_period="8d"))
    assert counts[0] == counts[1]
