"""Shapes of what people send: a vote, a reason, a typed confirmation."""

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.choices import VoteChoice
from boards.services.guards import REASON_LENGTH
from boards.services.records import SUMMARY_LENGTH
from common.text import paragraphs

MEANINGS: list[tuple[str, str | Promise]] = [
    (
        VoteChoice.APPROVE.value,
        gettext_lazy("Approve: it should take effect as the dossier describes it"),
    ),
    (VoteChoice.REJECT.value, gettext_lazy("Reject: it should not take effect")),
    (
        VoteChoice.ABSTAIN.value,
        gettext_lazy("Abstain: you take part without saying yes or no, which helps no approval"),
    ),
    (
        VoteChoice.RECUSE.value,
        gettext_lazy("Recuse: you have a conflict of interest and take no part; say which"),
    ),
]


class ReasonField(forms.CharField):
    """A reason in plain text; a line break counts as one character, however it was sent."""

    widget = forms.Textarea(attrs={"rows": 6, "maxlength": REASON_LENGTH})
    default_error_messages = {"required": gettext_lazy("Give a reason; a sentence is enough.")}

    def clean(self, value: object) -> str:
        """Refuse what could not be read back."""
        text = super().clean(value)
        try:
            return paragraphs(text, max_length=REASON_LENGTH)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class VoteForm(forms.Form):
    """One's vote. The digest says which dossier was on the page that it was cast from."""

    choice = forms.ChoiceField(
        label=gettext_lazy("Your vote"),
        choices=MEANINGS,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how you vote."),
            "invalid_choice": gettext_lazy(
                "That is not a vote. Choose approve, reject, abstain or recuse."
            ),
        },
    )
    reason = ReasonField(
        label=gettext_lazy("Your reason"),
        help_text=gettext_lazy(
            "Kept with the vote and shown when voting closes, also where you are outvoted. "
            "5,000 characters at most."
        ),
    )
    understood = forms.BooleanField(
        label=gettext_lazy("I have read the dossier, and this is my vote on it"),
        error_messages={"required": gettext_lazy("Confirm that you have read the dossier.")},
    )
    dossier_digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class SummaryForm(forms.Form):
    """A longer text of the board's own: on what was controverted, or for the public."""

    text = forms.CharField(
        label=gettext_lazy("Summary"),
        widget=forms.Textarea(attrs={"rows": 12, "maxlength": SUMMARY_LENGTH}),
        error_messages={"required": gettext_lazy("Write the summary.")},
    )

    def __init__(
        self, data: QueryDict | None = None, *, initial: str = "", public: bool = False
    ) -> None:
        super().__init__(data, initial={"text": initial})
        self.fields["text"].help_text = (
            _(
                "10,000 characters at most. Leave out what must not be public, and write "
                "[redacted: why] where it stood."
            )
            if public
            else _("10,000 characters at most. Name seats by their role, not people by name.")
        )

    def clean_text(self) -> str:
        """Refuse what could not be read back."""
        try:
            return paragraphs(self.cleaned_data["text"], max_length=SUMMARY_LENGTH)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class TypedForm(forms.Form):
    """A typed word, so that nothing final happens by a slip."""

    typed = forms.CharField(
        label=gettext_lazy("Confirmation"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, data: QueryDict | None = None, *, word: str) -> None:
        super().__init__(data)
        self.word = word
        self.fields["typed"].error_messages["required"] = self._sentence()

    def _sentence(self) -> str:
        return _("Type the word %(word)s to confirm.") % {"word": self.word}

    def clean_typed(self) -> str:
        """Compare without regard to case: the point is intent, not spelling."""
        typed = str(self.cleaned_data["typed"]).strip()
        if typed.casefold() != self.word.casefold():
            raise forms.ValidationError(self._sentence())
        return typed


class ReasonedForm(TypedForm):
    """A reason and a typed word."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Shown to the board and kept with the motion. 5,000 characters at most."
        ),
    )
    field_order = ["reason", "typed"]
