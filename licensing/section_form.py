"""A page of the application form, as fields."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from common.countries import COUNTRIES
from common.documents import TAKEN
from licensing import application_form
from licensing.application_form import Answers
from licensing.country_notes import ASKED_BY, CountryNote
from licensing.questions import Question, Section
from licensing.referees import (
    MOST_REFEREES,
    ORDINALS,
    PARTS,
    RefereeProblem,
    clean_referees,
    plain_referees,
)
from licensing.selectors.files import File
from releases.forms.files import FilesInput, say_limits

NO_CHOICE = ("", "")


class SectionForm(forms.Form):
    """One section of the application form. The rules stand in licensing.application_form.

    `draft` is what was typed, also where it does not hold yet.
    """

    def __init__(
        self,
        section: Section,
        answers: Answers,
        data: Any = None,  # noqa: ANN401 - as Django declares it
        *,
        files: Mapping[str, File] | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(section, answers))
        self.section = section
        self.answers = answers
        self.draft: dict[str, Any] = {}
        for question in section.questions:
            if question.kind == "referees":
                self.fields.update(_referee_fields(question))
            elif question.kind == "files":
                self.fields.update(_file_fields(question, answers, files or {}))
            else:
                self.fields[question.key] = _field(question)

    def clean(self) -> dict[str, Any]:
        """Judge the section by the same rules as a submission."""
        self.draft = {
            question.key: value
            for question in self.section.questions
            if (value := self._typed(question)) is not _UNREADABLE
        }
        today = timezone.localdate()
        answers, errors = application_form.clean_section(self.section, self.draft, today)
        for question in self.section.questions:
            if question.key in errors:
                name = self._field_at_fault(question)
                if name not in self.errors:
                    self.add_error(name, errors[question.key])
        return answers

    def say(self, notes: Iterable[CountryNote]) -> None:
        """Put each note beside the questions that it is about."""
        for key in ASKED_BY & self.fields.keys():
            said = [(note.tone, note.text) for note in notes if key in note.keys]
            lines = format_html_join("", '<p class="field-note field-note-{}">{}</p>', said)
            # The bound field: it has copied its help by now.
            self[key].help_text = format_html("{}{}", self[key].help_text, lines)

    def _typed(self, question: Question) -> Any:  # noqa: ANN401 - as the kind of question has it
        """Return what was typed; nothing where a former answer was deleted."""
        if question.kind == "referees":
            return [
                {
                    part: self.cleaned_data.get(_referee_name(question, row, part), "") or ""
                    for part in PARTS
                }
                for row in range(MOST_REFEREES)
            ]
        if question.kind == "files":
            removed = self.cleaned_data.get(_removing(question), [])
            return [each for each in self.answers.get(question.key) or [] if each not in removed]
        if question.key in self.cleaned_data:
            return self.cleaned_data[question.key]
        return _UNREADABLE if self[question.key].data else None

    def _field_at_fault(self, question: Question) -> str:
        if question.kind != "referees":
            return question.key
        try:
            clean_referees(self.draft[question.key], question.barred)
        except RefereeProblem as problem:
            return _referee_name(question, problem.row, problem.part)
        except ValueError:
            pass
        return _referee_name(question, 0, "name")


# What no field could make anything of; the former answer stays.
_UNREADABLE = object()


def _initial(section: Section, answers: Answers) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for question in section.questions:
        value = answers.get(question.key)
        if question.kind == "emails" and isinstance(value, list):
            value = "\n".join(value)
        if question.kind == "files":
            continue
        if question.kind == "referees":
            rows = plain_referees(value) if isinstance(value, list) else []
            for number, row in enumerate(rows):
                for part, text in row.items():
                    initial[_referee_name(question, number, part)] = text
        else:
            initial[question.key] = value
    return initial


def _removing(question: Question) -> str:
    return f"{question.key}_remove"


def _file_fields(
    question: Question, answers: Answers, files: Mapping[str, File]
) -> dict[str, forms.Field]:
    """Return the field for more files, and one to take those off that are attached."""
    there = [files[each] for each in answers.get(question.key) or [] if each in files]
    more = forms.FileField(
        label=str(question.label),
        help_text=str(question.help),
        required=False,
        widget=FilesInput(attrs={"multiple": True}),
    )
    taken = _("%(taken)s.") % {"taken": TAKEN}
    say_limits(
        more,
        taken,
        most_bytes=settings.ATTACHMENT_MOST_BYTES,
        most_files=application_form.MOST_FILES,
    )
    fields: dict[str, forms.Field] = {question.key: more}
    if there:
        fields[_removing(question)] = forms.MultipleChoiceField(
            label=_("Take off"),
            choices=[(each.public_id, each.name) for each in there],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("What you tick is taken off when you save."),
        )
    return fields


def _referee_name(question: Question, row: int, part: str) -> str:
    return f"{question.key}_{row}_{part}"


def _referee_fields(question: Question) -> dict[str, forms.Field]:
    """Return a row of fields for each referee who may be named."""
    fields: dict[str, forms.Field] = {}
    for row, ordinal in enumerate(ORDINALS):
        for part, (words, length) in PARTS.items():
            field = forms.CharField(
                label=_("%(ordinal)s: %(part)s") % {"ordinal": ordinal, "part": words},
                help_text=str(question.help) if (row, part) == (0, "name") else "",
                widget=forms.TextInput({"type": "email" if part == "email" else "text"}),
                max_length=2000 + length,
                required=question.required and row == 0,
                error_messages={"required": _("Write an answer.")},
            )
            # The browser's own idea of "required" would keep a draft from being saved.
            field.widget.is_required = False
            fields[_referee_name(question, row, part)] = field
    return fields


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {"label": question.label, "help_text": question.help}
    # The browser's own idea of "required" would keep a draft from being saved.
    field = _make_field(question, common)
    field.required = question.required
    field.widget.is_required = False
    field.error_messages["required"] = application_form.missing(question)
    return field


def _make_field(question: Question, common: dict[str, Any]) -> forms.Field:
    choices = list((question.choices or {}).items())
    if question.kind in ("text", "emails"):
        rows = 3 if question.kind == "emails" else 6
        return forms.CharField(widget=forms.Textarea({"rows": rows}), **common)
    if question.kind == "choices":
        return forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple, **common
        )
    if question.kind == "choice":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if question.kind == "country":
        return forms.ChoiceField(choices=[NO_CHOICE, *COUNTRIES.items()], **common)
    if question.kind == "select":
        return forms.ChoiceField(choices=[NO_CHOICE, *choices], **common)
    if question.kind == "tick":
        return forms.BooleanField(**common)
    if question.kind in ("date", "day"):
        return forms.CharField(widget=forms.DateInput({"type": "date"}), **common)
    kinds = {"email": "email", "url": "url"}
    return forms.CharField(
        widget=forms.TextInput({"type": kinds.get(question.kind, "text")}), **common
    )
