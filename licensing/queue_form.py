"""The filter of the reviewers' queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier
from common.countries import COUNTRIES
from licensing.models import GrantState, Mode
from licensing.selectors.held import WantedGrants
from licensing.selectors.queue import Wanted
from licensing.signals import FLAGS
from releases.models import Model

_AGES = {7: gettext_lazy("More than a week ago"), 30: gettext_lazy("More than 30 days ago")}


class QueueFilterForm(forms.Form):
    """Which part of the queue to show. Everything may stay empty."""

    search = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            {
                "type": "search",
                "placeholder": gettext_lazy("Person, organisation or id"),
                "autocomplete": "off",
            }
        ),
    )
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("Everything that waits")),
            ("unclaimed", gettext_lazy("Not claimed")),
            ("mine", gettext_lazy("In hand by me")),
            ("submitted", gettext_lazy("Submitted")),
            ("in_review", gettext_lazy("In review")),
            ("awaiting_second", gettext_lazy("Awaiting a second reviewer")),
            ("appealed", gettext_lazy("Appealed")),
            ("referred", gettext_lazy("With the board")),
            ("returned", gettext_lazy("With the applicant")),
        ],
    )
    model = forms.ChoiceField(label=gettext_lazy("Model"), required=False)
    track = forms.ChoiceField(
        label=gettext_lazy("Track"),
        required=False,
        choices=[
            ("", gettext_lazy("All tracks")),
            ("deployer", gettext_lazy("Deployer")),
            ("researcher", gettext_lazy("Researcher")),
            ("safety", gettext_lazy("Safety researcher")),
        ],
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        required=False,
        choices=[("", gettext_lazy("All countries")), *COUNTRIES.items()],
    )
    tier = forms.TypedChoiceField(
        label=gettext_lazy("Tier asked"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("All tiers")),
            *[(tier.value, f"{tier.value}: {tier.label}") for tier in Tier],
        ],
    )
    flag = forms.ChoiceField(
        label=gettext_lazy("Signal"),
        required=False,
        choices=[("", gettext_lazy("All signals")), *FLAGS.items()],
    )
    sent = forms.TypedChoiceField(
        label=gettext_lazy("Sent"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("At any time")), *_AGES.items()],
    )
    overdue = forms.BooleanField(label=gettext_lazy("Past the promised date"), required=False)
    organization = forms.IntegerField(
        required=False, min_value=1, max_value=2**31, widget=forms.HiddenInput
    )

    def __init__(self, models: Sequence[Model], data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("All models")), *[(str(each.pk), str(each)) for each in models]]

    def wanted(self, now: datetime) -> Wanted:
        """Return what was chosen, once the form is valid."""
        data = self.cleaned_data
        return Wanted(
            show=data["show"],
            model=int(data["model"]) if data["model"] else None,
            track=data["track"],
            organization=data["organization"],
            country=data["country"],
            tier=data["tier"],
            flag=data["flag"],
            overdue=data["overdue"],
            sent_before=now - timedelta(days=data["sent"]) if data["sent"] else None,
            search=data["search"],
        )


class GrantFilterForm(forms.Form):
    """Which of a model's grants to show."""

    search = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            {
                "type": "search",
                "placeholder": gettext_lazy("Person, organisation or id"),
                "autocomplete": "off",
            }
        ),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All states")), *GrantState.choices],
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Access"),
        required=False,
        choices=[("", gettext_lazy("Hosted API or weights")), *Mode.choices],
    )

    def wanted(self) -> WantedGrants:
        """Return what was chosen, once the form is valid."""
        return WantedGrants(**self.cleaned_data)
