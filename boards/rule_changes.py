"""What one voting rule changes against another, and whether that tightens or loosens.

Tightening takes one, loosening takes more. Everything here can be ordered: a rule that loosens
nothing never approves what the former one would not have approved. No database, no clock.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.choices import SeatRole
from boards.rules import Emergency, Rule, Share
from common.templatetags.ui import span

Effect = Literal["tightens", "loosens", "neutral"]
Text = str | Promise
EFFECTS: dict[str, Text] = {
    "tightens": gettext_lazy("Tightens"),
    "loosens": gettext_lazy("Loosens"),
    "neutral": gettext_lazy("Neutral"),
}


@dataclass(frozen=True)
class Change:
    """One difference: what it is, what it does, and why."""

    effect: Effect
    part: str
    what: str
    why: str

    @property
    def line(self) -> str:
        """The change in one line of text, for mails, dossiers and the terminal."""
        return f"{EFFECTS[self.effect]}: {self.what} {self.why}"


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


def time_words(length: timedelta | None) -> str:
    """Return a length of time in words."""
    if length is None:
        return _("never")
    return span(length) if length else _("none")


def shorter_is_looser(length: timedelta) -> timedelta:
    """Order times that guard by lasting."""
    return -length


def seat_words(role: str) -> str:
    """Return the seat of a role as it stands within a sentence."""
    return _("the %(role)s seat") % {"role": str(SeatRole(role).label).lower()}


def _share(share: Share) -> str:
    words = _("more than %(share)s") if share.strict else _("at least %(share)s")
    return words % {"share": share.fraction}


def _strictness(share: Share) -> tuple[object, bool]:
    """Order shares by what they need: it never takes more by a smaller one of any whole."""
    return (-share.fraction, not share.strict)


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
VOTING_PERIOD = Measure(
    "voting_period",
    gettext_lazy("Time for voting"),
    shorter_is_looser,
    time_words,
    gettext_lazy("Seats have less time to read the dossier and to object before it is over."),
    gettext_lazy("Seats have more time to read the dossier; to approve takes as many as ever."),
)
FULL_REVIEW = Measure(
    "full_review",
    gettext_lazy("Full review after an emergency one"),
    lambda length: length,
    time_words,
    gettext_lazy("What was decided in haste stands for longer before it is reviewed in full."),
    gettext_lazy("What was decided in haste is reviewed in full sooner."),
)
REQUIRED_PRESENT = Names(
    "required_present",
    gettext_lazy("Must take part"),
    False,
    seat_words,
    gettext_lazy("Without this seat there is no decision any more."),
    gettext_lazy("The board can decide without this seat."),
)
VETO = Names(
    "veto",
    gettext_lazy("Veto"),
    False,
    seat_words,
    gettext_lazy("This seat alone can stop a motion."),
    gettext_lazy("This seat alone can no longer stop a motion."),
)
EXECUTIVE = Names(
    "executive",
    gettext_lazy("May override the board's result"),
    True,
    seat_words,
    gettext_lazy("One seat can set aside what the whole board decided."),
    gettext_lazy("This seat can no longer set aside what the board decided."),
)


def rule_changes(old: Rule, new: Rule) -> Iterator[Change]:
    """Yield what changed in how votes are counted."""
    yield from QUORUM.change(old.quorum, new.quorum)
    yield from REQUIRED_PRESENT.change(old.required_present, new.required_present)
    yield from APPROVAL.change(old.approval, new.approval)
    yield from VETO.change(old.veto, new.veto)


def emergency_changes(old: Emergency | None, new: Emergency | None) -> Iterator[Change]:
    """Yield what changed in the fast track."""
    if old is None and new is None:
        return
    if old is None:
        yield Change(
            "loosens",
            "emergency",
            _("An emergency review is added."),
            _("A decision can be had on a fast track, before the full review."),
        )
        return
    if new is None:
        yield Change(
            "tightens",
            "emergency",
            _("The emergency review is removed."),
            _("Every decision takes the full review."),
        )
        return
    changes = [
        *rule_changes(old.rule, new.rule),
        *VOTING_PERIOD.change(_seconds(old.voting_period), _seconds(new.voting_period)),
        *FULL_REVIEW.change(_seconds(old.full_review), _seconds(new.full_review)),
    ]
    for change in changes:
        what = _("Emergency review. %(what)s") % {"what": change.what}
        yield replace(change, part=f"emergency.{change.part}", what=what)


def compare_rules(
    old: Rule, new: Rule, *, former_seconds: int, voting_seconds: int
) -> list[Change]:
    """Return every change from one whole rule, with its time for voting, to another."""
    return [
        *rule_changes(old, new),
        *VOTING_PERIOD.change(_seconds(former_seconds), _seconds(voting_seconds)),
        *EXECUTIVE.change(old.executive, new.executive),
        *emergency_changes(old.emergency, new.emergency),
    ]


def _seconds(length: int) -> timedelta:
    return timedelta(seconds=length)
