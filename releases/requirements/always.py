"""The gates of every move, whatever the ladder says beside them. No database, no clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from releases.choices import EvidenceState
from releases.requirements.facts import Facts, Requirement
from releases.requirements.words import moment, span

Gate = Callable[[Facts, datetime], Requirement]


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
        "needed": span(needed),
        "present": facts.present.name,
        "at": moment(done_at),
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
        override=facts.target.override,
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


# By the key that each requirement has, which a ladder cannot use for one of its own.
GATES: dict[str, Gate] = {
    "sealed": _sealed,
    "one_step": _one_step,
    "soak": _soak,
    "no_hold": _no_hold,
    "one_move": _no_other_move,
    "dossier": _dossier_stands,
}
