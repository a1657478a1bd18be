"""Shapes of evidence: what a person says of it. The rules are in releases.evidence.entry."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.forms import ReasonedForm, ReasonField
from common.documents import TAKEN
from releases.choices import Elicitation, EvidenceType
from releases.evidence.entry import LEAST_SEARCH, LEVELS, LONGEST_BASIS, LONGEST_TEXT, Entry
from releases.forms.files import say_limits
from releases.models import Evidence, Release

_DATE = {"type": "date"}
# What a person tells of; a log is imported.
PLAIN_TYPES = tuple(each for each in EvidenceType if each != EvidenceType.EVALUATION)


class EntryForm(forms.Form):
    """What is said of every piece of evidence."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST_TEXT}),
        help_text=gettext_lazy("What was done, what came out, and what it does not show."),
    )
    elicitation = forms.ChoiceField(
        label=gettext_lazy("How hard the model was pressed"),
        choices=Elicitation.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how hard the model was pressed.")},
    )
    run_by = forms.CharField(
        label=gettext_lazy("Run by"),
        max_length=200,
        help_text=gettext_lazy("The organisation that did it."),
        error_messages={"required": gettext_lazy("Say who did it.")},
    )
    independent = forms.BooleanField(
        label=gettext_lazy("It is independent of the developer"), required=False
    )
    independence_basis = forms.CharField(
        label=gettext_lazy("Why it counts as independent"),
        required=False,
        max_length=LONGEST_BASIS,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_BASIS}),
        help_text=gettext_lazy("It depends on the developer neither for money nor for orders."),
    )
    ran_at = forms.DateField(
        label=gettext_lazy("Done on"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )
    expires_at = forms.DateField(
        label=gettext_lazy("Expires on"),
        required=False,
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("A year after it was done at most; empty: as usual for its kind."),
    )
    bound = forms.BooleanField(
        label=gettext_lazy("It is about the very files of this release"),
        error_messages={
            "required": gettext_lazy("Confirm that it is about the very files of this release.")
        },
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        release: Release,
    ) -> None:
        super().__init__(data, files)
        self._digest = release.digest or ""
        self.fields["bound"].help_text = _("Named by the digest %(digest)s.") % {
            "digest": self._digest
        }

    @property
    def bound_to(self) -> str:
        """The digest that the person says it is about."""
        return self._digest if self.cleaned_data.get("bound") else ""

    def entry(self, evidence_type: str) -> Entry:
        """Return what was entered."""
        told = self.cleaned_data
        return Entry(
            type=evidence_type,
            title=told["title"],
            run_by=told["run_by"],
            summary=told["summary"],
            elicitation=told["elicitation"],
            independent=told["independent"],
            independence_basis=told["independence_basis"],
            ran_at=_moment(told.get("ran_at")),
            expires_at=_moment(told["expires_at"]),
            details=self.details(),
        )

    def details(self) -> dict[str, Any]:
        """Return what only this type has."""
        return {}


def _moment(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=UTC) if day else None


class ImportForm(EntryForm):
    """A file that an evaluation tool wrote, and what it cannot say itself."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A log of Inspect (.eval or .json), or results of lm-eval (.json, or a .zip with the "
            "samples)."
        ),
        error_messages={
            "required": gettext_lazy("Choose the file; after an error, choose it again.")
        },
    )
    field_order = ["file", "title", "summary"]

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        release: Release,
        most_bytes: int = 0,
        too_large: Sequence[str] = (),
    ) -> None:
        """`too_large`: what is wrong with a file that was turned away before it came here."""
        super().__init__(data, files, release=release)
        say_limits(self.fields["file"], "", most_bytes=most_bytes)
        self._too_large = too_large
        self.fields["file"].required = not too_large
        self.fields["title"].required = self.fields["summary"].required = False
        self.fields["title"].help_text = _("Empty: the name of the task in the file.")
        self.fields["ran_at"].required = False
        self.fields["ran_at"].help_text = _("What the file says counts, where it says it.")

    def clean_file(self) -> UploadedFile | None:
        """Return the file, unless it was turned away."""
        if self._too_large:
            raise forms.ValidationError(list(self._too_large))
        file: UploadedFile | None = self.cleaned_data["file"]
        return file


class PlainForm(EntryForm):
    """Evidence that people read, with its document where there is one."""

    file = forms.FileField(label=gettext_lazy("Document"), required=False)
    kept = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, release: Release, most_bytes: int = 0
    ) -> None:
        super().__init__(data, release=release)
        say_limits(self.fields["file"], f"{TAKEN}.", most_bytes=most_bytes)
        self.order_fields(["title", "summary", "file", *self._own])

    _own: Sequence[str] = ()


class MeasurementForm(PlainForm):
    """One number with its interval."""

    task = forms.CharField(
        label=gettext_lazy("What was measured"), max_length=200, help_text=gettext_lazy("The task.")
    )
    metric = forms.CharField(
        label=gettext_lazy("Metric"),
        max_length=200,
        help_text=gettext_lazy("For example accuracy."),
    )
    value = forms.FloatField(label=gettext_lazy("Value"))
    low = forms.FloatField(label=gettext_lazy("Lower end of the interval"))
    high = forms.FloatField(label=gettext_lazy("Upper end of the interval"))
    level = forms.TypedChoiceField(
        label=gettext_lazy("Confidence of the interval"),
        coerce=int,
        choices=[(level, f"{level} %") for level in LEVELS],
        initial=95,
    )
    samples = forms.IntegerField(label=gettext_lazy("Samples"), required=False, min_value=1)
    higher_is_better = forms.TypedChoiceField(
        label=gettext_lazy("Which way is better"),
        required=False,
        coerce=lambda value: value == "higher",
        empty_value=None,
        choices=[
            ("", gettext_lazy("Neither")),
            ("higher", gettext_lazy("Higher")),
            ("lower", gettext_lazy("Lower")),
        ],
    )
    _own = ("task", "metric", "value", "low", "high", "level", "samples", "higher_is_better")

    def __init__(
        self, data: QueryDict | None = None, *, release: Release, most_bytes: int = 0
    ) -> None:
        super().__init__(data, release=release, most_bytes=most_bytes)
        self.fields["summary"].required = False

    def details(self) -> dict[str, Any]:
        """Return the number and its interval."""
        return {name: self.cleaned_data[name] for name in self._own}


class SearchForm(PlainForm):
    """A public call for external evaluators that nobody fit answered."""

    called_at = forms.CharField(
        label=gettext_lazy("Where evaluators were called for"),
        max_length=LONGEST_BASIS,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_BASIS}),
        help_text=gettext_lazy("Addresses and channels, so that others can look."),
    )
    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )
    _own = ("called_at", "since", "until")

    def __init__(
        self, data: QueryDict | None = None, *, release: Release, most_bytes: int = 0
    ) -> None:
        super().__init__(data, release=release, most_bytes=most_bytes)
        self.fields["until"].help_text = _("At least %(days)d business days, both counted.") % {
            "days": LEAST_SEARCH
        }
        # A search was done when it ended, and it presses no model.
        for name in ("ran_at", "elicitation", "independent", "independence_basis"):
            del self.fields[name]

    def entry(self, evidence_type: str) -> Entry:
        """Return what was entered."""
        blank = {"elicitation": Elicitation.NOT_APPLICABLE.value, "independence_basis": ""}
        self.cleaned_data |= {**blank, "independent": False}
        return super().entry(evidence_type)

    def details(self) -> dict[str, Any]:
        """Return where and when."""
        told = self.cleaned_data
        return {"called_at": told["called_at"], "from": told["since"], "to": told["until"]}


FORMS: dict[str, type[PlainForm]] = {
    EvidenceType.MEASUREMENT: MeasurementForm,
    EvidenceType.EXTERNAL_SEARCH: SearchForm,
}
# What a form calls the entries that the rules name.
FIELDS = {"from": "since", "to": "until", "bound_to": "bound"}


class EndForm(ReasonedForm):
    """Why evidence is not to be relied on any more."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept with the evidence, and shown to the board."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class SupersedeForm(EndForm):
    """What takes its place, and why."""

    by = forms.ChoiceField(
        label=gettext_lazy("Replaced by"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what takes its place.")},
    )
    field_order = ["by", "reason", "typed"]

    def __init__(
        self, data: QueryDict | None = None, *, word: str, others: Sequence[Evidence]
    ) -> None:
        super().__init__(data, word=word)
        self._others = {str(each.public_id): each for each in others}
        field = self.fields["by"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(key, each.title) for key, each in self._others.items()]

    def clean_by(self) -> Evidence:
        """Return the evidence itself."""
        return self._others[str(self.cleaned_data["by"])]
