"""The tally: a rule as data, seats, votes, and what follows from them. No database, no clock.

A rule looks like this; `required_present` and `veto` may be left out:

    {"quorum": {"more_than": "1/2"}, "required_present": ["independent"],
     "approval": {"at_least": "2/3"}, "veto": ["safety"]}

The base is every seat of the snapshot less the excluded and the recused; a vacant seat stays in
it. Present are approve, reject and abstain. The quorum is a share of the base, the approval a
share of those present. Shares are exact fractions: thirds must not depend on rounding.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from boards.choices import SeatRole, VoteChoice

Outcome = Literal["approved", "rejected", "no_quorum", "error"]

_SHARE = re.compile(r"([0-9]{1,4})(?:/([0-9]{1,4}))?")
_KEYS = {"quorum", "required_present", "approval", "veto"}
_PRESENT = {VoteChoice.APPROVE, VoteChoice.REJECT, VoteChoice.ABSTAIN}


@dataclass(frozen=True)
class Share:
    """A bound on a part of a whole: at least, or strictly more than, a fraction of it."""

    fraction: Fraction
    strict: bool

    def needed(self, whole: int) -> int:
        """Return the smallest number out of `whole` that meets the bound."""
        bound = self.fraction * whole
        return math.floor(bound) + 1 if self.strict else math.ceil(bound)


@dataclass(frozen=True)
class Rule:
    """A voting rule, parsed."""

    quorum: Share
    approval: Share
    required_present: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()


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


def parse_rule(data: object) -> Rule:
    """Read a rule. Raises ValueError with a sentence that names the key that is wrong."""
    if not isinstance(data, Mapping):
        raise ValueError("The rule must be a mapping with the keys quorum and approval.")
    unknown = sorted(str(key) for key in data if key not in _KEYS)
    if unknown:
        raise ValueError(f"The rule has the unknown key {unknown[0]!r}.")
    return Rule(
        quorum=_parse_share(data, "quorum"),
        approval=_parse_share(data, "approval"),
        required_present=_parse_roles(data, "required_present"),
        veto=_parse_roles(data, "veto"),
    )


def _parse_share(data: Mapping[str, Any], key: str) -> Share:
    part = data.get(key)
    if not isinstance(part, Mapping) or len(part) != 1:
        raise ValueError(f"{key!r} must hold exactly one of 'more_than' and 'at_least'.")
    ((bound, text),) = part.items()
    if bound not in ("more_than", "at_least"):
        raise ValueError(f"{key!r} has the unknown key {bound!r}; use 'more_than' or 'at_least'.")
    found = _SHARE.fullmatch(text) if isinstance(text, str) else None
    if not found or int(found[2] or 1) == 0:
        raise ValueError(f"'{key}.{bound}' must be a fraction in quotes, such as \"1/2\".")
    fraction = Fraction(int(found[1]), int(found[2] or 1))
    strict = bound == "more_than"
    if fraction > 1 or (strict and fraction == 1):
        raise ValueError(f"'{key}.{bound}' is {text}, which no vote could ever meet.")
    if fraction == 0 and not strict:
        raise ValueError(f"'{key}.{bound}' is 0, by which silence would decide.")
    return Share(fraction, strict)


def _parse_roles(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    roles = data.get(key, [])
    if not isinstance(roles, list | tuple):
        raise ValueError(f"{key!r} must be a list of roles.")
    for role in roles:
        if not isinstance(role, str) or role not in SeatRole.values:
            raise ValueError(
                f"{key!r} names the unknown role {role!r}; known are {', '.join(SeatRole.values)}."
            )
    if len(set(roles)) != len(roles):
        raise ValueError(f"{key!r} names a role twice.")
    return tuple(roles)


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
            _("The %(role)s seat rejected, which the rule makes a veto.") % {"role": _role(role)}
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
        _("No %(role)s seat took part, which the rule requires.") % {"role": _role(role)}
        for role in rule.required_present
        if role not in there
    ]
    return reasons


def _role(role: str) -> str:
    return str(SeatRole(role).label).lower()


def obstacles(rule: Rule, seats: Sequence[SeatState]) -> tuple[str, ...]:
    """Say why not even a unanimous vote could carry a motion; empty when one could."""
    best = tally(
        rule,
        seats,
        {s.seat_id: VoteChoice.APPROVE for s in seats if not s.vacant and not s.excluded},
    )
    return () if best.outcome == "approved" else best.reasons


def describe_rule(rule: Rule | Mapping[str, Any]) -> list[str]:
    """Return the rule in plain sentences."""
    parsed = rule if isinstance(rule, Rule) else parse_rule(rule)
    sentences = [
        _(
            "Quorum: %(share)s of the seats must take part. Vacant seats count; seats that are "
            "recused or have no vote on the motion do not."
        )
        % {"share": _words(parsed.quorum)}
    ]
    sentences += [
        _("At least one %(role)s seat must take part.") % {"role": _role(role)}
        for role in parsed.required_present
    ]
    sentences.append(
        _("Approval: %(share)s of those taking part must approve. Abstaining is taking part.")
        % {"share": _words(parsed.approval)}
    )
    if parsed.veto:
        roles = [_role(role) for role in parsed.veto]
        sentences.append(
            ngettext(
                "Veto: a rejection by the %(roles)s seat rejects the motion.",
                "Veto: a rejection by any of these seats rejects the motion: %(roles)s.",
                len(roles),
            )
            % {"roles": ", ".join(roles)}
        )
    return sentences


def _words(share: Share) -> str:
    names = {
        Fraction(0): _("none"),
        Fraction(1, 3): _("a third"),
        Fraction(1, 2): _("half"),
        Fraction(2, 3): _("two thirds"),
        Fraction(3, 4): _("three quarters"),
    }
    if share.fraction == 1:
        return _("all")
    name = names.get(share.fraction, str(share.fraction))
    text = _("more than %(share)s") if share.strict else _("at least %(share)s")
    return text % {"share": name}
