"""Forms for referees and officials, for renewals, and for lists of named users."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import LineField
from licensing.forms import LongTextField
from licensing.reference_questions import QUESTIONS, VOUCHES

if TYPE_CHECKING:
    pass


class ReferenceForm(forms.Form):
    """What a referee or an official answers."""

    vouches = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        label, yes, no = VOUCHES[kind]
        field = self.fields["vouches"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.label = str(label)
        field.choices = [("yes", yes), ("no", no)]
        for question in QUESTIONS[kind]:
            text = LongTextField(
                label=str(question.label),
                help_text=str(question.help),
                required=question.required,
                max_length=question.max_length,
            )
            text.error_messages["required"] = str(gettext_lazy("Write an answer."))
            self.fields[question.key] = text

    @property
    def said(self) -> dict[str, str]:
        """The texts that were written."""
        return {key: text for key, text in self.cleaned_data.items() if key != "vouches"}


class ContactForm(forms.Form):
    """Somebody else to be asked."""

    name = LineField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    detail = LineField(label=gettext_lazy("How they know you, or their position"), max_length=300)


class RenewalForm(forms.Form):
    """Whether something changed since vetting."""

    changed = forms.ChoiceField(
        label=gettext_lazy("Has anything changed since you were vetted?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
        choices=[
            ("no", gettext_lazy("No: name, country, organisation and position are as they were")),
            ("yes", gettext_lazy("Yes")),
        ],
    )
    note = LongTextField(
        label=gettext_lazy("What changed"),
        required=False,
        max_length=3000,
        help_text=gettext_lazy("Only if something changed. Stored encrypted, read by reviewers."),
    )


class JudgeForm(forms.Form):
    """A reviewer's word on a renewal."""

    reason = LongTextField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Needed to decline; shown to whoever asked."),
    )


class AddressesForm(forms.Form):
    """People to be named, one address a line."""

    addresses = forms.CharField(
        label=gettext_lazy("E-mail addresses of members"),
        widget=forms.Textarea({"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        max_length=30_000,
        error_messages={"required": gettext_lazy("Write at least one address.")},
        help_text=gettext_lazy("One a line, at most 100. They must be members already."),
    )

    def clean_addresses(self) -> list[str]:
        """Return the addresses, each once."""
        typed = self.cleaned_data["addresses"].replace(",", "\n").replace(";", "\n")
        return list(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
