"""What can be ordered in a ladder: values that are more or less loose, and sets of names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from boards.choices import SeatRole
from boards.tally import Share
from common.templatetags.ui import span
from releases.choices import ACCESS_MODES, AccessMode

Effect = Literal["tightens", "loosens", "neutral"]
Text = str | Promise
EFFECTS: dict[str, Text] = {
    "tightens": gettext_lazy("Tightens"),
    "loosens": gettext_lazy("Loosens"),
    "neutral": gettext_lazy("Neutral"),
}


@dataclass(frozen=True)
class Change:
    """One difference. `stage` is the slug of a stage, empty for the ladder as a whole."""

    effect: Effect
    part: str
    what: str
    why: str
    stage: str = ""
    stage_name: str = ""

    @property
    def line(self) -> str:
        """The change in one line of text, for mails, dossiers and the terminal."""
        where = f"{self.stage_name}. " if self.stage_name else ""
        return f"{EFFECTS[self.effect]}: {where}{self.what} {self.why}"


@dataclass(frozen=True)
class Measure:
    """A value that can be ordered: the more its `looseness`, the looser."""

    part: str
    label: Text
    looseness: Callable[[Any], Any]
    words: Callable[[Any], str]
    looser: Text
    tighter: Text

    def change(self, old: object, new: object) -> Iterator[Change]:
        """Yield what changed, if anything did."""
        before, after = self.looseness(old), self.looseness(new)
        if before == after:
            return
        yield Change(
            effect="loosens" if after > before else "tightens",
            part=self.part,
            what=_("%(label)s: %(old)s becomes %(new)s.")
            % {"label": self.label, "old": self.words(old), "new": self.words(new)},
            why=str(self.looser if after > before else self.tighter),
        )


def _shorter_is_looser(length: timedelta) -> timedelta:
    return -length


def _none_is_most(cap: int | None) -> tuple[bool, int]:
    return (cap is None, cap or 0)


def _none_is_longest(length: timedelta | None) -> timedelta:
    return timedelta.max if length is None else length


def _time(length: timedelta | None) -> str:
    if length is None:
        return _("never")
    return span(length) if length else _("none")


def _cap(cap: int | None) -> str:
    if cap is None:
        return _("no cap")
    return ngettext("%(cap)d organisation", "%(cap)d organisations", cap) % {"cap": cap}


def _share(share: Share) -> str:
    words = _("more than %(share)s") if share.strict else _("at least %(share)s")
    return words % {"share": share.fraction}


def _strictness(share: Share) -> tuple[object, bool]:
    """Order shares by what they need: it never takes more by a smaller one of any whole."""
    return (-share.fraction, not share.strict)


STAGE_MEASURES: dict[str, Measure] = {
    "access_mode": Measure(
        "access",
        gettext_lazy("Access"),
        ACCESS_MODES.index,
        lambda mode: str(AccessMode(mode).label),
        gettext_lazy("More leaves, or it leaves to more people."),
        gettext_lazy("Less leaves, or it leaves to fewer people."),
    ),
    "cohort_cap": Measure(
        "cohort_cap",
        gettext_lazy("Cohort"),
        _none_is_most,
        _cap,
        gettext_lazy("More organisations are let in at a time."),
        gettext_lazy("Fewer organisations are let in at a time. Whoever is in stays."),
    ),
    "minimum_soak": Measure(
        "minimum_soak",
        gettext_lazy("Soak at the stage before"),
        _shorter_is_looser,
        _time,
        gettext_lazy("A release is watched for less time before it may move on."),
        gettext_lazy("A release is watched for longer before it may move on."),
    ),
    "cool_off": Measure(
        "cool_off",
        gettext_lazy("Cool-off"),
        _shorter_is_looser,
        _time,
        gettext_lazy("There is less time to stop a decision before it takes effect."),
        gettext_lazy("There is more time to stop a decision before it takes effect."),
    ),
    "voting_period": Measure(
        "voting_period",
        gettext_lazy("Time for voting"),
        _shorter_is_looser,
        _time,
        gettext_lazy("Seats have less time to read the dossier and to object before it is over."),
        gettext_lazy("Seats have more time to read the dossier; to approve takes as many as ever."),
    ),
    "required_tier": Measure(
        "required_tier",
        gettext_lazy("Vetting needed"),
        lambda tier: -tier,
        lambda tier: _("tier %(tier)d") % {"tier": tier},
        gettext_lazy("People who were vetted less are let in."),
        gettext_lazy("Only people who were vetted more are let in."),
    ),
    "irreversible": Measure(
        "irreversible",
        gettext_lazy("Guarded as irreversible"),
        lambda flag: not flag,
        lambda flag: _("yes") if flag else _("no"),
        gettext_lazy("Opening the vote no longer asks for a typed word and a fresh sign-in."),
        gettext_lazy("Opening the vote asks for a typed word and a fresh sign-in."),
    ),
    "re_review": Measure(
        "re_review",
        gettext_lazy("Judged again after"),
        _none_is_longest,
        _time,
        gettext_lazy("A release stays for longer before anybody must judge it again."),
        gettext_lazy("A release is judged again sooner."),
    ),
}
QUORUM = Measure(
    "quorum",
    gettext_lazy("Quorum"),
    _strictness,
    _share,
    gettext_lazy("Fewer seats can decide for all."),
    gettext_lazy("More seats must take part for a decision."),
)
APPROVAL = Measure(
    "approval",
    gettext_lazy("Approval"),
    _strictness,
    _share,
    gettext_lazy("Fewer of those taking part can carry a motion."),
    gettext_lazy("More of those taking part must approve."),
)
HOLD_REVIEW = Measure(
    "hold_review",
    gettext_lazy("Review of a hold after"),
    lambda length: length,
    _time,
    gettext_lazy("A hold, and what it was placed for, waits longer before anybody must look."),
    gettext_lazy("A hold, and what it was placed for, must be looked at sooner."),
)
FULL_REVIEW = Measure(
    "full_review",
    gettext_lazy("Full review after an emergency one"),
    lambda length: length,
    _time,
    gettext_lazy("What was decided in haste stands for longer before it is reviewed in full."),
    gettext_lazy("What was decided in haste is reviewed in full sooner."),
)


@dataclass(frozen=True)
class Names:
    """A set of names. `more_is_looser` tells what adding one does."""

    part: str
    label: Text
    more_is_looser: bool
    words: Callable[[str], str]
    added: Text
    removed: Text

    def change(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
        """Yield every name that came or went."""
        for name in new:
            if name not in old:
                yield self._one(name, _("%(label)s: %(name)s is added."), self.added, True)
        for name in old:
            if name not in new:
                yield self._one(name, _("%(label)s: %(name)s is removed."), self.removed, False)

    def _one(self, name: str, what: str, why: Text, added: bool) -> Change:
        return Change(
            effect="loosens" if added == self.more_is_looser else "tightens",
            part=self.part,
            what=what % {"label": self.label, "name": self.words(name)},
            why=str(why),
        )


def _role(role: str) -> str:
    return _("the %(role)s seat") % {"role": str(SeatRole(role).label).lower()}


TERMS = Names(
    "terms",
    gettext_lazy("Terms to accept"),
    False,
    str,
    gettext_lazy("Recipients must agree to more."),
    gettext_lazy("Recipients need to agree to less."),
)
REQUIRED_PRESENT = Names(
    "required_present",
    gettext_lazy("Must take part"),
    False,
    _role,
    gettext_lazy("Without this seat there is no decision any more."),
    gettext_lazy("The board can decide without this seat."),
)
VETO = Names(
    "veto",
    gettext_lazy("Veto"),
    False,
    _role,
    gettext_lazy("This seat alone can stop a motion."),
    gettext_lazy("This seat alone can no longer stop a motion."),
)
OVERRIDE = Names(
    "override",
    gettext_lazy("May override a requirement"),
    True,
    _role,
    gettext_lazy("One more seat can let a release past a requirement that is not met."),
    gettext_lazy("This seat can no longer let a release past a requirement that is not met."),
)
EXECUTIVE = Names(
    "executive",
    gettext_lazy("May override the board's result"),
    True,
    _role,
    gettext_lazy("One seat can set aside what the whole board decided."),
    gettext_lazy("This seat can no longer set aside what the board decided."),
)
