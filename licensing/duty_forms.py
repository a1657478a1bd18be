"""The forms about duties: performing one, and which of a model's to show. They check shape."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.text import one_line
from common.uploads import refused_files
from licensing.duties import DutyKind
from licensing.duty_answers import ASKED, LONGEST, Asked, is_needed
from licensing.forms import LongTextField
from licensing.selectors.duties import Shown, WantedDuties


class PerformForm(forms.Form):
    """What a duty of some kind asks for, and the name that signs it."""

    def __init__(self, request: HttpRequest, kind: str) -> None:
        posted = request.method == "POST"
        super().__init__(request.POST if posted else None, request.FILES if posted else None)
        self._kind = kind
        self._refused = refused_files(request).get("file", []) if posted else []
        for asked in ASKED[kind]:
            self.fields[asked.key] = _field(asked)
        if kind == DutyKind.CERTIFY_DESTRUCTION:
            self.fields["file"] = forms.FileField(
                label=_("A file that shows it"),
                required=False,
                help_text=_(
                    "PDF, plain text or Markdown, PNG, JPEG or WebP. For example the log of the "
                    "deletion, or the certificate of who carried it out."
                ),
            )
        self.fields["typed_name"] = forms.CharField(
            label=_("Your full legal name"),
            min_length=3,
            max_length=200,
            widget=forms.TextInput({"autocomplete": "name"}),
            help_text=_("Typing it is your signature. It is stored encrypted."),
        )

    def clean_typed_name(self) -> str:
        """Return the name without invisible characters."""
        try:
            return one_line(self.cleaned_data["typed_name"], max_length=200)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """Say at each question what the others make necessary, and why a file did not arrive."""
        data = super().clean() or {}
        given = {asked.key: data.get(asked.key) or "" for asked in ASKED[self._kind]}
        for asked in ASKED[self._kind]:
            missing = not given[asked.key] and asked.key not in self.errors
            if missing and is_needed(asked, given):
                self.add_error(asked.key, _("Answer this."))
        for sentence in self._refused:
            self.errors.pop("file", None)
            self.add_error("file", sentence)
        return data

    @property
    def answers(self) -> dict[str, str]:
        """Return what was answered, once the form is valid."""
        return {asked.key: self.cleaned_data.get(asked.key) or "" for asked in ASKED[self._kind]}

    @property
    def file(self) -> UploadedFile | None:
        """Return the file that came along."""
        return self.cleaned_data.get("file")


def _field(asked: Asked) -> forms.Field:
    """Return a field; what is needed depends on other answers, so the form says it."""
    more: dict[str, Any] = {"required": False, "help_text": asked.help}
    if asked.choices:
        more["required"] = True
        field: forms.Field = forms.ChoiceField(
            label=asked.label, choices=asked.choices, widget=forms.RadioSelect, **more
        )
    elif asked.rows == 1:
        field = forms.CharField(label=asked.label, max_length=200, **more)
    else:
        field = LongTextField(label=asked.label, max_length=LONGEST, rows=asked.rows, **more)
    # Shown without "(optional)": most are needed, and the form tells which.
    if asked.required:
        field.required = bool(asked.choices) or asked.key in ("use", "position", "where")
    return field


class DutyFilterForm(forms.Form):
    """Which of a model's duties to show."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=Shown.choices,
        initial=Shown.OPEN,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *DutyKind.choices],
    )

    def wanted(self) -> WantedDuties:
        """Return what was chosen; what is open, where nothing sensible was."""
        if not self.is_valid():
            return WantedDuties()
        data = self.cleaned_data
        return WantedDuties(show=data["show"] or Shown.OPEN, kind=data["kind"])


class AnswerForm(forms.Form):
    """What a lead says is done about an overdue duty."""

    answer = LongTextField(
        label=gettext_lazy("What is done about it"),
        help_text=gettext_lazy("Staff of the model read this. The duty stays owed."),
    )
