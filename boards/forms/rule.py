"""The rule by which a board decides about itself, as a form."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from boards.choices import SeatRole
from boards.forms import TextField
from boards.rules import Emergency, Rule, Share, parse_rule, rule_data
from common.durations import duration_text, parse_duration

_BOUNDS = [("more_than", gettext_lazy("more than")), ("at_least", gettext_lazy("at least"))]
_SHARE_HELP = gettext_lazy("A fraction such as 1/2 or 2/3, or 1 for all.")


class DurationField(forms.CharField):
    """A length of time as ladders write it; cleaned to a number of seconds."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's, passed on
        super().__init__(
            max_length=12,
            help_text=gettext_lazy("For example 7d, 12h or 30m."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **options,
        )

    def clean(self, value: object) -> int:
        """Refuse what is no length of time."""
        text = super().clean(value)
        try:
            return int(parse_duration(text).total_seconds())
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None


class CountForm(forms.Form):
    """How votes are counted, and for how long they are taken."""

    quorum_bound = forms.ChoiceField(label=gettext_lazy("Quorum"), choices=_BOUNDS)
    quorum_share = forms.CharField(
        label=gettext_lazy("of the seats must take part"), max_length=9, help_text=_SHARE_HELP
    )
    required_present = forms.MultipleChoiceField(
        label=gettext_lazy("Seats that must take part"),
        required=False,
        choices=SeatRole.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    approval_bound = forms.ChoiceField(label=gettext_lazy("Approval"), choices=_BOUNDS)
    approval_share = forms.CharField(
        label=gettext_lazy("of those taking part must approve"),
        max_length=9,
        help_text=_SHARE_HELP,
    )
    veto = forms.MultipleChoiceField(
        label=gettext_lazy("Seats of which one rejection rejects"),
        required=False,
        choices=SeatRole.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    voting_period = DurationField(label=gettext_lazy("Time for voting"))

    def clean(self) -> dict[str, Any]:
        """Refuse shares that no vote could meet, or that silence would."""
        cleaned = super().clean() or self.cleaned_data
        half = {"more_than": "1/2"}
        for key in ("quorum", "approval"):
            bound, share = cleaned.get(f"{key}_bound"), cleaned.get(f"{key}_share")
            if not bound or not share:
                continue
            try:
                parse_rule({"quorum": half, "approval": half, key: {bound: share}})
            except ValueError as error:
                self.add_error(f"{key}_share", str(error))
        return cleaned

    def counting(self) -> dict[str, Any]:
        """Return the part of a rule that is filled in here."""
        given = self.cleaned_data
        return {
            "quorum": {given["quorum_bound"]: given["quorum_share"]},
            "approval": {given["approval_bound"]: given["approval_share"]},
            "required_present": given["required_present"],
            "veto": given["veto"],
        }


class OwnRuleForm(CountForm):
    """The whole rule, and why it should be so."""

    executive = forms.MultipleChoiceField(
        label=gettext_lazy("Seats that may override the board's result"),
        required=False,
        choices=SeatRole.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    has_fast_track = forms.BooleanField(
        label=gettext_lazy("There is a fast track for emergencies, as below"), required=False
    )
    why = TextField(
        label=gettext_lazy("Why"),
        required=False,
        help_text=gettext_lazy("What the board should know; needed once the changes are shown."),
    )

    def __init__(self, data: QueryDict | None = None, *, rule: Rule, voting_seconds: int) -> None:
        told = {"executive": rule.executive, "has_fast_track": rule.emergency is not None}
        super().__init__(data, initial={**_counted(rule, voting_seconds), **told})
        self.order_fields([*(name for name in self.fields if name != "why"), "why"])


class FastTrackForm(CountForm):
    """The fast track: a rule and a time of its own, and when the full review is due."""

    full_review = DurationField(label=gettext_lazy("Full review within"))

    def __init__(self, data: QueryDict | None = None, *, track: Emergency | None) -> None:
        initial = {}
        if track is not None:
            review = duration_text(timedelta(seconds=track.full_review))
            initial = {**_counted(track.rule, track.voting_period), "full_review": review}
        super().__init__(data, prefix="fast", initial=initial)

    def track(self) -> dict[str, Any]:
        """Return the fast track as a rule has it."""
        return {
            "rule": self.counting(),
            "voting_period": self.cleaned_data["voting_period"],
            "full_review": self.cleaned_data["full_review"],
        }


def _counted(rule: Rule, voting_seconds: int) -> Mapping[str, Any]:
    return {
        **_share("quorum", rule.quorum),
        **_share("approval", rule.approval),
        "required_present": rule.required_present,
        "veto": rule.veto,
        "voting_period": duration_text(timedelta(seconds=voting_seconds)),
    }


def _share(key: str, share: Share) -> dict[str, str]:
    bound = "more_than" if share.strict else "at_least"
    return {f"{key}_bound": bound, f"{key}_share": str(share.fraction)}


def rule_of(form: OwnRuleForm, fast: FastTrackForm) -> dict[str, Any]:
    """Return the rule that valid forms say."""
    rule: dict[str, Any] = {**form.counting(), "executive": form.cleaned_data["executive"]}
    if form.cleaned_data["has_fast_track"]:
        rule["emergency"] = fast.track()
    return rule_data(parse_rule(rule))
