"""The tally: a rule, seats, votes, and what follows from them. No database, no clock.

The base is every seat of the snapshot less the excluded and the recused; a vacant seat stays in
it. Present are approve, reject and abstain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.translation import gettext as _

from boards.choices import VoteChoice
from boards.rules import Rule, Share, combine, describe_rule, parse_rule, role_word, rule_data

__all__ = [
    "Outcome",
    "Rule",
    "SeatState",
    "Share",
    "Tally",
    "combine",
    "describe_rule",
    "obstacles",
    "obstacles_to_own",
    "parse_rule",
    "rule_data",
    "tally",
]

Outcome = Literal["approved", "rejected", "no_quorum", "error"]

_PRESENT = {VoteChoice.APPROVE, VoteChoice.REJECT, VoteChoice.ABSTAIN}


@dataclass(frozen=True)
class SeatState:
    """One seat of the snapshot. `excluded`: its holder has no vote on this motion."""

    seat_id: int
    role: str
    vacant: bool = False
    excluded: bool = False


@dataclass(frozen=True)
class Tally:
    """The result, and every reason for it in words."""

    outcome: Outcome
    base: int
    present: int
    approve: int
    reject: int
    abstain: int
    recused: int
    quorum_needed: int
    approvals_needed: int
    reasons: tuple[str, ...]


def tally(rule: Rule, seats: Sequence[SeatState], votes: Mapping[int, str]) -> Tally:
    """Count. Votes of excluded seats are not counted, however they came about.

    Raises ValueError for a vote of no seat or of a vacant one, or an unknown choice: those are
    mistakes of the caller, not outcomes.
    """
    _check_votes(seats, votes)
    voting = [seat for seat in seats if not seat.excluded]
    said = {seat: votes.get(seat.seat_id) for seat in voting}
    recused = sum(choice == VoteChoice.RECUSE for choice in said.values())
    approve = sum(choice == VoteChoice.APPROVE for choice in said.values())
    reject = sum(choice == VoteChoice.REJECT for choice in said.values())
    abstain = sum(choice == VoteChoice.ABSTAIN for choice in said.values())
    base = len(voting) - recused
    present = approve + reject + abstain
    outcome, reasons = _judge(rule, said, base, present, approve)
    return Tally(
        outcome=outcome,
        base=base,
        present=present,
        approve=approve,
        reject=reject,
        abstain=abstain,
        recused=recused,
        quorum_needed=rule.quorum.needed(base),
        approvals_needed=rule.approval.needed(present),
        reasons=tuple(reasons),
    )


def _check_votes(seats: Sequence[SeatState], votes: Mapping[int, str]) -> None:
    known = {seat.seat_id: seat for seat in seats}
    if len(known) != len(seats):
        raise ValueError("A seat stands twice in the snapshot.")
    for seat_id, choice in votes.items():
        if seat_id not in known or known[seat_id].vacant:
            raise ValueError(f"There is a vote of seat {seat_id}, which nobody holds.")
        if choice not in VoteChoice.values:
            raise ValueError(f"{choice!r} is not a choice.")


def _judge(
    rule: Rule, said: Mapping[SeatState, str | None], base: int, present: int, approve: int
) -> tuple[Outcome, list[str]]:
    if base == 0:
        return "error", [_("No seat is left that could decide: all are excluded or recused.")]
    if missing := _missing(rule, said, base, present):
        return "no_quorum", missing
    roles = {seat.role for seat, choice in said.items() if choice == VoteChoice.REJECT}
    if vetoes := [role for role in rule.veto if role in roles]:
        return "rejected", [
            _("The %(role)s seat rejected, which the rule makes a veto.")
            % {"role": role_word(role)}
            for role in vetoes
        ]
    needed = rule.approval.needed(present)
    counted = _("%(approve)d of %(present)d present approved; %(needed)d were needed.") % {
        "approve": approve,
        "present": present,
        "needed": needed,
    }
    return ("approved" if approve >= needed else "rejected"), [counted]


def _missing(
    rule: Rule, said: Mapping[SeatState, str | None], base: int, present: int
) -> list[str]:
    """Say what keeps the board from being able to decide."""
    reasons = []
    needed = rule.quorum.needed(base)
    if present < needed:
        reasons.append(
            _("%(present)d of %(base)d seats took part; the quorum is %(needed)d.")
            % {"present": present, "base": base, "needed": needed}
        )
    there = {seat.role for seat, choice in said.items() if choice in _PRESENT}
    reasons += [
        _("No %(role)s seat took part, which the rule requires.") % {"role": role_word(role)}
        for role in rule.required_present
        if role not in there
    ]
    return reasons


def obstacles(rule: Rule, seats: Sequence[SeatState]) -> tuple[str, ...]:
    """Say why not even a unanimous vote could carry a motion; empty when one could."""
    best = tally(
        rule,
        seats,
        {s.seat_id: VoteChoice.APPROVE for s in seats if not s.vacant and not s.excluded},
    )
    return () if best.outcome == "approved" else best.reasons


def obstacles_to_own(rule: Rule, seats: Sequence[SeatState]) -> tuple[str, ...]:
    """Say the same of motions about the board itself: a member proposes, and has no vote then.

    Empty when one could be carried, whoever has to propose it; else what is least in the way.
    """
    found = [
        obstacles(rule, [replace(seat, excluded=seat == proposer) for seat in seats])
        for proposer in seats
        if not proposer.vacant
    ]
    return min(found, key=len) if found else obstacles(rule, seats)
