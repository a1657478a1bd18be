"""Shapes of what people send: a vote, a reason, a typed confirmation."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.choices import SeatAction, SeatRole, VoteChoice
from boards.dossier import MOST_CHARACTERS
from boards.kinds import Kind, part_name
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
        if not text:
            return ""
        try:
            return paragraphs(text, max_length=REASON_LENGTH)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class TextField(forms.CharField):
    """One part of a dossier: several paragraphs of plain text."""

    widget = forms.Textarea(attrs={"rows": 6, "maxlength": MOST_CHARACTERS})
    default_error_messages = {"required": gettext_lazy("Write at least a sentence.")}

    def clean(self, value: object) -> str:
        """Refuse what could not be read back."""
        text = super().clean(value)
        try:
            return paragraphs(text, max_length=MOST_CHARACTERS) if text else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


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
    conflict = ReasonField(
        label=gettext_lazy("Your conflict of interest"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": REASON_LENGTH}),
        help_text=gettext_lazy(
            "Only if you recuse yourself: which interest or tie keeps you from deciding. "
            "Sealed with the vote and shown with it when voting closes."
        ),
    )
    understood = forms.BooleanField(
        label=gettext_lazy("I have read the dossier, and this is my vote on it"),
        error_messages={"required": gettext_lazy("Confirm that you have read the dossier.")},
    )
    dossier_digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A recusal declares its conflict, and a declared conflict leaves nothing but recusing."""
        cleaned = super().clean() or self.cleaned_data
        choice, conflict = cleaned.get("choice"), cleaned.get("conflict")
        if choice == VoteChoice.RECUSE and conflict == "" and "conflict" not in self.errors:
            self.add_error("conflict", _("Declare the conflict for which you recuse yourself."))
        elif choice and choice != VoteChoice.RECUSE and conflict:
            self.add_error(
                "conflict",
                _("With a conflict you can only recuse yourself; without one leave this empty."),
            )
        return cleaned


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


class OverrideForm(ReasonedForm):
    """What an executive decides instead of the board, why, and a typed word."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decide instead"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you decide instead.")},
    )
    field_order = ["outcome", "reason", "typed"]

    def __init__(
        self, data: QueryDict | None = None, *, word: str, outcomes: list[tuple[str, str]]
    ) -> None:
        super().__init__(data, word=word)
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = outcomes


class RationaleForm(forms.Form):
    """The dossier of a motion of this room's own: a rationale."""

    rationale = TextField(
        label=gettext_lazy("Rationale"),
        help_text=gettext_lazy("What the board should know to decide."),
        error_messages={"required": gettext_lazy("Say why; the board decides on what you write.")},
    )


class DossierForm(forms.Form):
    """What the proposer wrote in a dossier, to be changed."""

    def __init__(
        self, data: QueryDict | None = None, *, kind: Kind, dossier: Mapping[str, Any]
    ) -> None:
        super().__init__(data)
        for name in kind.texts:
            self.fields[name] = TextField(
                label=part_name(kind.slug, name), initial=dossier.get(name, "")
            )


class SeatForm(RationaleForm):
    """What is to be done with which seat, and for whom."""

    action = forms.ChoiceField(
        label=gettext_lazy("What should be done"),
        choices=SeatAction.choices,
        widget=forms.RadioSelect,
    )
    seat = forms.ChoiceField(
        label=gettext_lazy("Seat"),
        required=False,
        help_text=gettext_lazy("Leave it empty for an added seat."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role of the added seat"),
        required=False,
        choices=[("", gettext_lazy("None is added")), *SeatRole.choices],
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the person to be seated"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Of their account here. Not needed for a removal or an extension."),
    )
    term_ends_on = forms.DateField(
        label=gettext_lazy("Last day of the term"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    independent = forms.BooleanField(
        label=gettext_lazy(
            "They depend on the developer neither financially nor operationally nor by management"
        ),
        required=False,
    )
    basis = forms.CharField(
        label=gettext_lazy("On what that rests"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed for an independent seat."),
    )
    field_order = [
        "action",
        "seat",
        "role",
        "email",
        "term_ends_on",
        "independent",
        "basis",
        "rationale",
    ]

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        seats: list[tuple[str, str]],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["seat"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("None: a seat is added")), *seats]

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen action needs."""
        cleaned = super().clean() or self.cleaned_data
        action = cleaned.get("action")
        if action == SeatAction.ADD and not cleaned.get("role"):
            self.add_error("role", _("Choose the role of the seat that is to be added."))
        if action and action != SeatAction.ADD and not cleaned.get("seat"):
            self.add_error("seat", _("Choose the seat that this is about."))
        if action in (SeatAction.APPOINT, SeatAction.ADD) and not cleaned.get("email"):
            self.add_error("email", _("Say who is to be seated."))
        if action and action != SeatAction.VACATE and not cleaned.get("term_ends_on"):
            self.add_error("term_ends_on", _("Say when the term ends."))
        if cleaned.get("independent") and not cleaned.get("basis"):
            self.add_error("basis", _("Say on what the independence rests."))
        return cleaned

    def term_ends_at(self) -> datetime | None:
        """Return the end of the last day of the term."""
        day = self.cleaned_data.get("term_ends_on")
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None
