"""The tally as tables, and against a second opinion over every small board."""

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from boards.tally import SeatState, describe_rule, obstacles, parse_rule, tally

MAJORITY: dict[str, Any] = {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "1/2"}}
TIE_PASSES = {"quorum": {"at_least": "1/2"}, "approval": {"at_least": "1/2"}}
TWO_THIRDS = {"quorum": {"at_least": "2/3"}, "approval": {"at_least": "2/3"}}
UNANIMOUS = {"quorum": {"at_least": "1"}, "approval": {"at_least": "1"}}
VETO = {**MAJORITY, "veto": ["safety"]}
INDEPENDENT = {**MAJORITY, "required_present": ["independent"]}
STRICT = {**TWO_THIRDS, "required_present": ["independent", "safety"], "veto": ["safety", "legal"]}
ROLES = ("chair", "safety", "independent", "legal", "security")
WORDS = {"A": "approve", "R": "reject", "-": "abstain", "C": "recuse"}


def count(rule: Mapping[str, Any], board: str, roles: tuple[str, ...] = ROLES) -> Any:
    """Count a board written a letter a seat.

    A approves, R rejects, - abstains, C is recused for a conflict, . says nothing, V is vacant,
    X is excluded, x is excluded though it had voted to approve.
    """
    seats, votes = [], {}
    for number, letter in enumerate(board):
        seats.append(SeatState(number, roles[number], letter == "V", letter in "Xx"))
        if letter in WORDS or letter == "x":
            votes[number] = WORDS.get(letter, "approve")
    return tally(parse_rule(rule), seats, votes)


@pytest.mark.parametrize(
    ("rule", "board", "outcome"),
    [
        # Majorities and ties
        (MAJORITY, "AAA", "approved"),
        (MAJORITY, "AAR", "approved"),
        (MAJORITY, "ARR", "rejected"),
        (MAJORITY, "RRR", "rejected"),
        (MAJORITY, "AARR", "rejected"),
        (TIE_PASSES, "AARR", "approved"),
        (MAJORITY, "AR", "rejected"),
        (MAJORITY, "A", "approved"),
        # Abstaining takes part, and helps no approval
        (MAJORITY, "A--", "rejected"),
        (MAJORITY, "AA-", "approved"),
        (MAJORITY, "AA--", "rejected"),
        (MAJORITY, "---", "rejected"),
        # Exactly two thirds is two thirds
        (TWO_THIRDS, "AAR", "approved"),
        (TWO_THIRDS, "AARR", "rejected"),
        (TWO_THIRDS, "AAAR", "approved"),
        (UNANIMOUS, "AAA", "approved"),
        (UNANIMOUS, "AA-", "rejected"),
        (UNANIMOUS, "AA.", "no_quorum"),
        (UNANIMOUS, "AAC", "approved"),
        # Quorum
        (MAJORITY, "...", "no_quorum"),
        (MAJORITY, "A..", "no_quorum"),
        (MAJORITY, "AA..", "no_quorum"),
        (MAJORITY, "AAA..", "approved"),
        (TIE_PASSES, "AA..", "approved"),
        # A vacant seat stays in the base, a recused or excluded one leaves it
        (MAJORITY, "AVV", "no_quorum"),
        (MAJORITY, "ACC", "approved"),
        (MAJORITY, "AXX", "approved"),
        (MAJORITY, "AACV.", "no_quorum"),
        (MAJORITY, "AAXV", "approved"),
        # A recusal makes the base smaller, but its absence can still lose the quorum
        (MAJORITY, "AA.", "approved"),
        (MAJORITY, "RA.", "rejected"),
        (MAJORITY, "CA.", "no_quorum"),
        (MAJORITY, "CAA.", "approved"),
        (MAJORITY, "CCA.", "no_quorum"),
        (MAJORITY, "AC..", "no_quorum"),
        (MAJORITY, "AAC.", "approved"),
        (TWO_THIRDS, "AC.", "no_quorum"),
        # Nobody left to decide
        (MAJORITY, "", "error"),
        (MAJORITY, "CCC", "error"),
        (MAJORITY, "XXX", "error"),
        (MAJORITY, "CXx", "error"),
        (MAJORITY, "VVV", "no_quorum"),
        # The vote of an excluded seat is not counted
        (MAJORITY, "xR", "rejected"),
        (MAJORITY, "xxR", "rejected"),
        # Veto: the second seat is safety
        (VETO, "ARA", "rejected"),
        (VETO, "ARAAA", "rejected"),
        (VETO, "AAR", "approved"),
        (VETO, "A-A", "approved"),
        (VETO, "ACA", "approved"),
        (VETO, "AVA", "approved"),
        (VETO, ".R.", "no_quorum"),
        # Whoever is recused or excluded vetoes nothing, and a veto needs a quorum like any vote
        (VETO, "AXA", "approved"),
        (VETO, "CRC", "rejected"),
        (VETO, "VRV", "no_quorum"),
        # Required presence: the third seat is independent
        (INDEPENDENT, "AAA", "approved"),
        (INDEPENDENT, "AAR", "approved"),
        (INDEPENDENT, "AA-", "approved"),
        (INDEPENDENT, "AA.", "no_quorum"),
        (INDEPENDENT, "AAC", "no_quorum"),
        (INDEPENDENT, "AAV", "no_quorum"),
        (INDEPENDENT, "AAx", "no_quorum"),
        (INDEPENDENT, "AA", "no_quorum"),
        (INDEPENDENT, "RR.", "no_quorum"),
    ],
)
def test_the_outcome(rule: dict[str, Any], board: str, outcome: str) -> None:
    result = count(rule, board)
    assert result.outcome == outcome
    assert result.reasons
    assert all(reason.endswith(".") for reason in result.reasons)


def test_one_of_two_seats_of_a_role_is_presence_enough() -> None:
    roles = ("chair", "independent", "independent")
    assert count(INDEPENDENT, "AC.", roles).outcome == "no_quorum"
    assert count(INDEPENDENT, "ACA", roles).outcome == "approved"


def test_every_reason_is_named() -> None:
    result = count(STRICT, "A.V.")
    assert len(result.reasons) == 3
    assert "quorum is 3" in result.reasons[0]
    assert "independent" in result.reasons[1]
    assert "safety" in result.reasons[2]


def test_the_numbers() -> None:
    result = count(MAJORITY, "AR-CV")
    assert (result.base, result.present, result.recused) == (4, 3, 1)
    assert (result.approve, result.reject, result.abstain) == (1, 1, 1)
    assert (result.quorum_needed, result.approvals_needed) == (3, 2)


def second_opinion(rule: dict[str, Any], board: str) -> str:
    """Say the outcome in another way: by counting letters and comparing cross products."""
    present = sum(board.count(letter) for letter in "AR-")
    base = present + board.count(".") + board.count("V")
    if not base:
        return "error"

    def meets(key: str, part: int, whole: int) -> bool:
        ((bound, share),) = rule[key].items()
        exact = Fraction(share)
        left, right = part * exact.denominator, exact.numerator * whole
        return left > right if bound == "more_than" else left >= right

    by_role = dict(zip(ROLES, board, strict=False))
    if not meets("quorum", present, base):
        return "no_quorum"
    if any(by_role.get(role, ".") not in "AR-" for role in rule.get("required_present", [])):
        return "no_quorum"
    if any(by_role.get(role) == "R" for role in rule.get("veto", [])):
        return "rejected"
    return "approved" if meets("approval", board.count("A"), present) else "rejected"


@pytest.mark.parametrize(
    "rule", [MAJORITY, TIE_PASSES, TWO_THIRDS, UNANIMOUS, VETO, INDEPENDENT, STRICT]
)
def test_every_board_of_up_to_four_seats(rule: dict[str, Any]) -> None:
    boards = (
        "".join(letters)
        for size in range(5)
        for letters in itertools.product("AR-C.VXx", repeat=size)
    )
    wrong = [each for each in boards if count(rule, each).outcome != second_opinion(rule, each)]
    assert wrong == []


@pytest.mark.parametrize("votes", [{7: "approve"}, {1: "approve"}, {0: "yes"}, {0: ""}])
def test_a_vote_that_cannot_be_is_an_error_of_the_caller(votes: dict[int, str]) -> None:
    seats = [SeatState(0, "chair"), SeatState(1, "safety", vacant=True)]
    with pytest.raises(ValueError, match=r"seat|choice"):
        tally(parse_rule(MAJORITY), seats, votes)


def test_a_seat_counts_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        tally(parse_rule(MAJORITY), [SeatState(0, "chair"), SeatState(0, "chair")], {})


@pytest.mark.parametrize(
    ("rule", "board", "blocked"),
    [
        (MAJORITY, "...", False),
        (MAJORITY, "XX.", False),
        (MAJORITY, "XXX", True),
        (MAJORITY, "", True),
        (MAJORITY, "VV.", True),
        (INDEPENDENT, "..V", True),
        (INDEPENDENT, "..X", True),
        (INDEPENDENT, "...", False),
    ],
)
def test_obstacles_say_when_not_even_all_could_carry_a_motion(
    rule: dict[str, Any], board: str, blocked: bool
) -> None:
    seats = [
        SeatState(number, ROLES[number], letter == "V", letter == "X")
        for number, letter in enumerate(board)
    ]
    assert bool(obstacles(parse_rule(rule), seats)) is blocked


# The rule as data


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (None, "mapping"),
        ([], "mapping"),
        ("majority", "mapping"),
        ({}, "quorum"),
        ({"quorum": {"more_than": "1/2"}}, "approval"),
        ({**MAJORITY, "quorom": {}}, "quorom"),
        ({5: {}}, "5"),
        ({**MAJORITY, "quorum": "1/2"}, "quorum"),
        ({**MAJORITY, "quorum": {}}, "quorum"),
        ({**MAJORITY, "quorum": {"more_than": "1/2", "at_least": "1/2"}}, "quorum"),
        ({**MAJORITY, "quorum": {"over": "1/2"}}, "over"),
        ({**MAJORITY, "quorum": {"more_than": 0.5}}, "fraction"),
        ({**MAJORITY, "quorum": {"more_than": "0.5"}}, "fraction"),
        ({**MAJORITY, "quorum": {"more_than": "1/0"}}, "fraction"),
        ({**MAJORITY, "quorum": {"more_than": "1/2\n"}}, "fraction"),
        ({**MAJORITY, "quorum": {"more_than": "-1/2"}}, "fraction"),
        ({**MAJORITY, "quorum": {"more_than": "\u0661/2"}}, "fraction"),
        ({**MAJORITY, "quorum": {"more_than": "1" * 500}}, "fraction"),
        ({**MAJORITY, "approval": {"more_than": "1"}}, "no vote could ever meet"),
        ({**MAJORITY, "approval": {"at_least": "3/2"}}, "no vote could ever meet"),
        ({**MAJORITY, "approval": {"at_least": "0"}}, "silence"),
        ({**MAJORITY, "quorum": {"at_least": "0/5"}}, "silence"),
        ({**MAJORITY, "veto": "safety"}, "veto"),
        ({**MAJORITY, "veto": ["safty"]}, "safty"),
        ({**MAJORITY, "veto": [["safety"]]}, "veto"),
        ({**MAJORITY, "veto": ["safety", "safety"]}, "twice"),
        ({**MAJORITY, "required_present": None}, "required_present"),
        ({**MAJORITY, "required_present": ["janitor"]}, "janitor"),
    ],
)
def test_a_rule_that_is_wrong_is_refused_by_name(rule: object, names: str) -> None:
    with pytest.raises(ValueError, match=names) as caught:
        parse_rule(rule)
    assert str(caught.value).endswith(".")


def test_the_rule_in_words() -> None:
    sentences = describe_rule(STRICT)
    assert sentences[0].startswith("Quorum: at least two thirds of the seats")
    assert sentences[1:3] == [
        "At least one independent seat must take part.",
        "At least one safety seat must take part.",
    ]
    assert sentences[3].startswith("Approval: at least two thirds of those taking part")
    assert sentences[4].endswith("safety, legal.")
    assert "more than half" in describe_rule(parse_rule(MAJORITY))[0]
    assert len(describe_rule(VETO)) == 3
    assert "all of those" in describe_rule(UNANIMOUS)[1]
    odd = {"quorum": {"at_least": "3/5"}, "approval": {"more_than": "0"}}
    assert "at least 3/5" in describe_rule(odd)[0]
