"""The form of a decision on a likeness."""

from django import forms
from django.utils.translation import gettext_lazy

from licensing.forms import LongTextField


class DecideHitForm(forms.Form):
    """Whether it is the listed party, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Is it the listed party?"),
        choices=[
            ("not_them", gettext_lazy("No, it is somebody else")),
            ("them", gettext_lazy("Yes, it is the listed party")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "What you compared, and with which source. Kept for ever, and read by staff only. "
            "Check the list's official publication before you confirm."
        ),
        max_length=2000,
        error_messages={"required": gettext_lazy("Give a reason; a sentence is enough.")},
    )
