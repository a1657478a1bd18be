"""Shapes of what is entered into the register of other developers' models."""

import base64
import binascii
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.forms import ReasonField
from releases.choices import ReleaseLevel, Visibility
from releases.comparables.csv_file import MOST_BYTES
from releases.comparables.entry import (
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_URL,
    MOST_LINKS,
    EntryProblem,
    ReferenceEntry,
    ResultEntry,
    check_reference,
    check_result,
    number_text,
)
from releases.forms.files import say_limits

_PLAIN = {"autocomplete": "off"}


def _line(label: Any, longest: int, **more: Any) -> forms.CharField:  # noqa: ANN401 - as Django's
    widget = more.pop("widget", None) or forms.TextInput(attrs=_PLAIN)
    return forms.CharField(label=label, max_length=longest, widget=widget, **more)


class ReferenceForm(forms.Form):
    """What is stated of a model. The rules are `releases.comparables.entry`."""

    developer = _line(
        gettext_lazy("Developer"),
        LONGEST_NAME,
        error_messages={"required": gettext_lazy("Say who develops it.")},
    )
    name = _line(
        gettext_lazy("Model"),
        LONGEST_NAME,
        help_text=gettext_lazy("With its version or size."),
        error_messages={"required": gettext_lazy("Say what the model is called.")},
    )
    level = forms.ChoiceField(
        label=gettext_lazy("How far it is released"),
        choices=ReleaseLevel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how far it is released.")},
    )
    licence = _line(
        gettext_lazy("Licence"),
        LONGEST_LINE,
        help_text=gettext_lazy("Its name, for example Apache-2.0, or what the developer says."),
        error_messages={"required": gettext_lazy("Say under which licence it is released.")},
    )
    licence_url = _line(
        gettext_lazy("Where the licence can be read"),
        LONGEST_URL,
        required=False,
        widget=forms.URLInput(attrs=_PLAIN),
    )
    links = forms.CharField(
        label=gettext_lazy("Links"),
        required=False,
        max_length=(LONGEST_URL + 2) * MOST_LINKS,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=gettext_lazy("Its model card, its weights, its system card: one a line."),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("What we can see of it"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what we can see of it.")},
    )
    visibility_note = forms.CharField(
        label=gettext_lazy("Note on what we can see"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Apply the rules, each at its field."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                cleaned["entry"] = check_reference(_texts(cleaned))
            except EntryProblem as problem:
                self.add_error(problem.field, str(problem))
        return cleaned

    @property
    def entry(self) -> ReferenceEntry:
        """Return what was stated, once the form is valid."""
        entry = self.cleaned_data["entry"]
        assert isinstance(entry, ReferenceEntry)  # noqa: S101 - put there above
        return entry


class ReferenceCorrectionForm(ReferenceForm):
    """The same, and why it is stated otherwise now."""

    reason = ReasonField(
        label=gettext_lazy("What changed"),
        help_text=gettext_lazy("Kept with what was stated before."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    # What was on the page, which somebody else may have corrected since.
    statement = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)


def reference_initial(entry: ReferenceEntry, statement_id: int) -> dict[str, Any]:
    """Return a statement as the form shows it."""
    return {**entry.stated(), "links": "\n".join(entry.links), "statement": statement_id}


class NumbersForm(forms.Form):
    """The numbers of a result: what a correction may change."""

    value = _line(gettext_lazy("Value"), 30, widget=forms.TextInput({"inputmode": "decimal"}))
    stderr = _line(
        gettext_lazy("Standard error"),
        30,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    higher_is_better = forms.ChoiceField(
        label=gettext_lazy("Is higher better?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether higher is better.")},
    )
    measured_on = _line(
        gettext_lazy("Day of the result"),
        10,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The day that the source gives, as year-month-day."),
    )

    def clean(self) -> dict[str, Any]:
        """Apply the rules, each at its field."""
        cleaned = super().clean() or {}
        if not self.errors:
            given = {**_texts(cleaned), **self.known()}
            try:
                cleaned["entry"] = check_result(given, today=timezone.localdate())
            except EntryProblem as problem:
                self.add_error(
                    problem.field if problem.field in self.fields else None, str(problem)
                )
        return cleaned

    def known(self) -> dict[str, str]:
        """Return what is not asked."""
        return {}

    @property
    def entry(self) -> ResultEntry:
        """Return the result, once the form is valid."""
        entry = self.cleaned_data["entry"]
        assert isinstance(entry, ResultEntry)  # noqa: S101 - put there above
        return entry


class ResultForm(NumbersForm):
    """A result with its task, metric and source, by which it is known."""

    task = _line(gettext_lazy("Task or benchmark"), LONGEST_LINE)
    metric = _line(gettext_lazy("Metric"), LONGEST_LINE)
    source_url = _line(
        gettext_lazy("Source"),
        LONGEST_URL,
        widget=forms.URLInput(attrs=_PLAIN),
        help_text=gettext_lazy("The address at which the result can be read."),
    )
    field_order = [
        "task", "metric", "value", "stderr", "higher_is_better", "source_url", "measured_on",
    ]  # fmt: skip


class ResultCorrectionForm(NumbersForm):
    """Other numbers of the same result, and why."""

    reason = ReasonField(
        label=gettext_lazy("What was wrong"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: QueryDict | None = None, *, result: ResultEntry) -> None:
        super().__init__(data, initial=_result_initial(result))
        self._result = result

    def known(self) -> dict[str, str]:
        """Return what a result is known by."""
        return dict(zip(("task", "metric", "source_url"), self._result.key, strict=True))


def _result_initial(entry: ResultEntry) -> dict[str, str]:
    return {
        "value": number_text(entry.value),
        "stderr": "" if entry.stderr is None else number_text(entry.stderr),
        "higher_is_better": "yes" if entry.higher_is_better else "no",
        "measured_on": entry.measured_on.isoformat(),
    }


class WithdrawResultForm(forms.Form):
    """Why a result is not to be relied on."""

    reason = ReasonField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class VerifyForm(forms.Form):
    """How a reference was verified. The digest says which statement was on the page."""

    note = forms.CharField(
        label=gettext_lazy("How you verified it"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_NOTE}),
        help_text=gettext_lazy(
            "What you read, ran or asked, so that somebody else could do the same."
        ),
        error_messages={"required": gettext_lazy("Say how you verified it.")},
    )
    content_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)


class RegisterFilterForm(forms.Form):
    """Which models to show."""

    q = forms.CharField(
        label=gettext_lazy("Developer or model"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Released"),
        required=False,
        choices=[("", gettext_lazy("At any level")), *ReleaseLevel.choices],
    )


class ImportForm(forms.Form):
    """A CSV file; the upload itself is bounded by `common.uploads`."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a CSV file.")},
        help_text=gettext_lazy("Up to 5,000 rows. You see what it would change first."),
    )

    def __init__(self, data: QueryDict | None = None, files: Any = None) -> None:  # noqa: ANN401
        super().__init__(data, files)
        say_limits(self.fields["file"], "", most_bytes=MOST_BYTES)


class ConfirmImportForm(forms.Form):
    """The file that was previewed, byte by byte, and the plan that was shown."""

    content = forms.CharField(max_length=4 * MOST_BYTES // 3 + 4, widget=forms.HiddenInput)
    plan = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_content(self) -> bytes:
        """Return the bytes."""
        try:
            return base64.b64decode(self.cleaned_data["content"], validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError(_("The file did not arrive. Choose it again.")) from None


def packed(content: bytes) -> str:
    """Return the bytes of a file as the form carries them."""
    return base64.b64encode(content).decode()


def _texts(cleaned: dict[str, Any]) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in cleaned.items()
        if isinstance(value, str | date | Decimal)
    }
