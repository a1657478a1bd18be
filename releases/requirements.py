"""Requirements: the gates between a release and its next stage. No database, no clock.

`evaluate` is asked twice: before voting opens, and again when an approved transition is about
to take effect (`phase`). An unsatisfied or erroneous requirement keeps either from happening.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from releases.choices import EvidenceState
from releases.evidence.facts import EvidenceFacts

State = Literal["satisfied", "unsatisfied", "overridden", "not_applicable", "error"]
BLOCKING = ("unsatisfied", "error")


@dataclass(frozen=True)
class StageFacts:
    """A rung, as far as the gates care."""

    name: str
    position: int
    minimum_soak: timedelta


@dataclass(frozen=True)
class HoldFacts:
    """A hold in force on the release or on its model."""

    kind: str
    on_model: bool
    reason: str


@dataclass(frozen=True)
class Facts:
    """Everything the gates look at."""

    state: str
    present: StageFacts | None
    staged_at: datetime | None
    target: StageFacts
    holds: tuple[HoldFacts, ...] = ()
    other_move: str = ""
    evidence: tuple[EvidenceFacts, ...] = ()
    # Title and state of what the dossier refers to and no longer stands; None without a dossier.
    fallen: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True)
class Requirement:
    """One gate with its state and the reason in words."""

    key: str
    state: State
    name: str
    sentence: str
    who: str = ""

    @property
    def reason(self) -> str:
        """The sentence, under the name that the requirements panel uses."""
        return self.sentence

    @property
    def blocks(self) -> bool:
        """Tell whether voting, or the effect, must wait for this one."""
        return self.state in BLOCKING


Gate = Callable[[Facts, datetime], Requirement]


def evaluate(facts: Facts, now: datetime) -> list[Requirement]:
    """Return every requirement of the move, blocking ones first."""
    found = [_judge(gate, facts, now) for gate in GATES]
    return sorted(found, key=lambda requirement: not requirement.blocks)


def blocking(requirements: list[Requirement]) -> list[Requirement]:
    """Return those that keep the move from going on."""
    return [requirement for requirement in requirements if requirement.blocks]


def _judge(gate: Gate, facts: Facts, now: datetime) -> Requirement:
    """A gate that cannot be judged blocks; it must not open by failing."""
    try:
        return gate(facts, now)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return Requirement(
            key=gate.__name__,
            state="error",
            name=_("A requirement"),
            sentence=_("It could not be checked (%(error)s), and so it blocks.")
            % {"error": type(error).__name__},
        )


def _sealed(facts: Facts, _now: datetime) -> Requirement:
    name = _("The release is sealed")
    if facts.state == "sealed" and facts.present is not None:
        return Requirement("sealed", "satisfied", name, _("Every artifact was verified."))
    return Requirement(
        "sealed",
        "unsatisfied",
        name,
        _("The release is %(state)s; only a sealed release moves.") % {"state": facts.state},
        who=_("release managers"),
    )


def _one_step(facts: Facts, _now: datetime) -> Requirement:
    name = _("One stage at a time")
    if facts.present is not None and facts.target.position == facts.present.position + 1:
        return Requirement(
            "one_step",
            "satisfied",
            name,
            _("%(target)s is the next stage after %(present)s.")
            % {"target": facts.target.name, "present": facts.present.name},
        )
    return Requirement(
        "one_step",
        "unsatisfied",
        name,
        _("%(target)s is not the stage after %(present)s; stages are not skipped.")
        % {
            "target": facts.target.name,
            "present": facts.present.name if facts.present else _("no stage"),
        },
    )


def _soak(facts: Facts, now: datetime) -> Requirement:
    name = _("Minimum soak")
    needed = facts.target.minimum_soak
    if needed <= timedelta(0):
        return Requirement(
            "soak", "not_applicable", name, _("This stage asks for no time at the one before it.")
        )
    if facts.staged_at is None or facts.present is None:
        return Requirement("soak", "unsatisfied", name, _("The release is at no stage yet."))
    done_at = facts.staged_at + needed
    words = {
        "needed": _span(needed),
        "present": facts.present.name,
        "at": date_format(done_at, "j M Y, H:i") + " UTC",
    }
    if now >= done_at:
        return Requirement(
            "soak",
            "satisfied",
            name,
            _("%(needed)s at %(present)s were needed, and were over on %(at)s.") % words,
        )
    return Requirement(
        "soak",
        "unsatisfied",
        name,
        _("%(needed)s at %(present)s are needed; they are over on %(at)s.") % words,
        who=_("time alone"),
    )


def _no_hold(facts: Facts, _now: datetime) -> Requirement:
    name = _("No hold")
    if not facts.holds:
        return Requirement("no_hold", "satisfied", name, _("No hold is in force."))
    scopes = [_("the model") if hold.on_model else _("the release") for hold in facts.holds]
    return Requirement(
        "no_hold",
        "unsatisfied",
        name,
        _("A hold on %(scope)s is in force: %(reason)s")
        % {"scope": scopes[0], "reason": facts.holds[0].reason},
        who=_("the board, by a motion to lift it"),
    )


def _no_other_move(facts: Facts, _now: datetime) -> Requirement:
    name = _("No other transition is open")
    if not facts.other_move:
        return Requirement("one_move", "satisfied", name, _("This is the only one."))
    return Requirement(
        "one_move",
        "unsatisfied",
        name,
        _("A transition is open already: %(move)s.") % {"move": facts.other_move},
    )


def _dossier_stands(facts: Facts, _now: datetime) -> Requirement:
    name = _("The dossier's evidence stands")
    if facts.fallen is None:
        return Requirement(
            "dossier", "not_applicable", name, _("There is no dossier yet that refers to evidence.")
        )
    if not facts.fallen:
        return Requirement(
            "dossier", "satisfied", name, _("All the evidence that it refers to still stands.")
        )
    said = [
        _("%(title)s is %(state)s.") % {"title": title, "state": EvidenceState(state).label.lower()}
        for title, state in facts.fallen
    ]
    return Requirement(
        "dossier",
        "unsatisfied",
        name,
        _("%(what)s The dossier must be revised before it is decided on.")
        % {"what": " ".join(said)},
        who=_("the proposer"),
    )


def _span(length: timedelta) -> str:
    """A length of time in words, in its two largest units."""
    seconds = int(length.total_seconds())
    if seconds < 60:
        return _("%(count)d seconds") % {"count": seconds}
    start = datetime(2001, 1, 1)  # noqa: DTZ001 - only the distance is used
    return timesince(start, start + length, depth=2).replace("\N{NO-BREAK SPACE}", " ")


GATES: tuple[Gate, ...] = (_sealed, _one_step, _soak, _no_hold, _no_other_move, _dossier_stands)
