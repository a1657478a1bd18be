"""Shapes of what is sent about gates: blockers, overrides, conditions, re-reviews."""

from django import forms
from django.utils.translation import gettext_lazy

from boards.forms import ReasonedForm, ReasonField, TextField


class BlockerForm(forms.Form):
    """What keeps a release from moving on, and why."""

    title = forms.CharField(
        label=gettext_lazy("What is wrong"),
        max_length=200,
        help_text=gettext_lazy("In a few words; they are shown among the requirements."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What happened, and what must be so before it can be closed."),
    )


class CloseBlockerForm(ReasonedForm):
    """Why a release may move again, and a typed confirmation."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What was done about it, and how that was checked."),
    )
    field_order = ["reason", "typed"]


class OverrideRequirementForm(ReasonedForm):
    """Why a requirement is set aside. The digest says which dossier was on the page."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Kept for good, shown to the board before it votes, and printed in the record."
        ),
    )
    dossier_digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    field_order = ["reason", "typed", "dossier_digest"]


class ReReviewForm(forms.Form):
    """Why a release may stay at its stage."""

    rationale = TextField(
        label=gettext_lazy("Rationale"),
        help_text=gettext_lazy("Why the reasons for which it was let here still hold."),
    )
    changes = TextField(
        label=gettext_lazy("What has changed"),
        help_text=gettext_lazy(
            "Since the last decision: use, incidents, capabilities, other models, what is known."
        ),
    )
