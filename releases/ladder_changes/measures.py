"""What can be ordered in a ladder: values that are more or less loose, and sets of names."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from boards.rule_changes import (
    EFFECTS,
    VOTING_PERIOD,
    Measure,
    Names,
    seat_words,
    shorter_is_looser,
    time_words,
)
from boards.rule_changes import Change as RuleChange
from releases.choices import ACCESS_MODES, AccessMode


@dataclass(frozen=True)
class Change(RuleChange):
    """One difference. `stage` is the slug of a stage, empty for the ladder as a whole."""

    stage: str = ""
    stage_name: str = ""

    @property
    def line(self) -> str:
        """The change in one line of text, for mails, dossiers and the terminal."""
        where = f"{self.stage_name}. " if self.stage_name else ""
        return f"{EFFECTS[self.effect]}: {where}{self.what} {self.why}"


def _none_is_most(cap: int | None) -> tuple[bool, int]:
    return (cap is None, cap or 0)


def _none_is_longest(length: timedelta | None) -> timedelta:
    return timedelta.max if length is None else length


def _second_factor(within: timedelta | None) -> str:
    if within is None:
        return _("not asked for")
    return _("shown within %(time)s") % {"time": time_words(within)}


def _cap(cap: int | None) -> str:
    if cap is None:
        return _("no cap")
    return ngettext("%(cap)d organisation", "%(cap)d organisations", cap) % {"cap": cap}


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
        shorter_is_looser,
        time_words,
        gettext_lazy("A release is watched for less time before it may move on."),
        gettext_lazy("A release is watched for longer before it may move on."),
    ),
    "cool_off": Measure(
        "cool_off",
        gettext_lazy("Cool-off"),
        shorter_is_looser,
        time_words,
        gettext_lazy("There is less time to stop a decision before it takes effect."),
        gettext_lazy("There is more time to stop a decision before it takes effect."),
    ),
    "voting_period": VOTING_PERIOD,
    "required_tier": Measure(
        "required_tier",
        gettext_lazy("Vetting needed"),
        lambda tier: -tier,
        lambda tier: _("tier %(tier)d") % {"tier": tier},
        gettext_lazy("People who were vetted less are let in."),
        gettext_lazy("Only people who were vetted more are let in."),
    ),
    "second_factor": Measure(
        "second_factor",
        gettext_lazy("Second factor for downloads"),
        _none_is_longest,
        _second_factor,
        gettext_lazy("Whoever holds a recipient's password or an old token gets further."),
        gettext_lazy("Recipients must show a second factor, or show it again sooner."),
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
        time_words,
        gettext_lazy("A release stays for longer before anybody must judge it again."),
        gettext_lazy("A release is judged again sooner."),
    ),
}
HOLD_REVIEW = Measure(
    "hold_review",
    gettext_lazy("Review of a hold after"),
    lambda length: length,
    time_words,
    gettext_lazy("A hold, and what it was placed for, waits longer before anybody must look."),
    gettext_lazy("A hold, and what it was placed for, must be looked at sooner."),
)
TERMS = Names(
    "terms",
    gettext_lazy("Terms to accept"),
    False,
    str,
    gettext_lazy("Recipients must agree to more."),
    gettext_lazy("Recipients need to agree to less."),
)
OVERRIDE = Names(
    "override",
    gettext_lazy("May override a requirement"),
    True,
    seat_words,
    gettext_lazy("One more seat can let a release past a requirement that is not met."),
    gettext_lazy("This seat can no longer let a release past a requirement that is not met."),
)
