"""Which two submissions are held against one another."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class VersionsForm(forms.Form):
    """Two numbers out of those that were sent."""

    before = forms.TypedChoiceField(label=gettext_lazy("From"), coerce=int)
    after = forms.TypedChoiceField(label=gettext_lazy("To"), coerce=int)

    def __init__(self, numbers: Sequence[int], data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data, initial={"before": numbers[1], "after": numbers[0]})
        choices = [
            (number, _("What was sent, number %(number)d") % {"number": number})
            for number in numbers
        ]
        for name in ("before", "after"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = choices
