"""The forms in which a release manager composes the questions that a model asks applicants."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.plain_yaml import MOST_CHARACTERS, YamlProblem
from licensing import gated_yaml, own_questions
from licensing.forms import LongTextField
from licensing.own_questions import OwnQuestion, OwnQuestions


class QuestionForm(forms.Form):
    """One question."""

    label = forms.CharField(label=gettext_lazy("Question"), max_length=own_questions.LABEL_LENGTH)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"),
        choices=list(own_questions.KINDS.items()),
        widget=forms.RadioSelect,
    )
    options = forms.CharField(
        label=gettext_lazy("Answers to choose from"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy(
            "One a line, for “One of several answers” only. Write “key = words” to keep another "
            "text than the one that is read."
        ),
    )
    required = forms.BooleanField(
        label=gettext_lazy("It must be answered"), required=False, initial=True
    )
    help = LongTextField(
        label=gettext_lazy("Help"),
        required=False,
        max_length=own_questions.HELP_LENGTH,
        rows=2,
        help_text=gettext_lazy("Stands below the question."),
    )

    def __init__(self, data: Any = None, *, former: OwnQuestion | None = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data, initial=_initial(former) if former else {"kind": "line"})
        self.key = former.key if former else ""

    def question(self, own: OwnQuestions) -> OwnQuestion:
        """Return the question, with the key that it has or gets among the others."""
        data = self.cleaned_data
        taken = {each.key for each in own.questions}
        return OwnQuestion(
            key=self.key or own_questions.new_key(data["label"], taken),
            label=data["label"],
            kind=data["kind"],
            required=data["required"],
            help=data["help"],
            options=_options(data["options"]) if data["kind"] == "select" else (),
        )

    def clean(self) -> dict[str, Any]:
        """Judge the question by the rules that hold for imported ones too."""
        data = super().clean() or {}
        if not self.errors:
            try:
                own_questions.checked_question(self.question(OwnQuestions()))
            except ValueError as error:
                field = "options" if data.get("kind") == "select" else "label"
                self.add_error(field, str(error))
        return data


def _initial(former: OwnQuestion) -> dict[str, Any]:
    lines = [value if value == label else f"{value} = {label}" for value, label in former.options]
    return {
        "label": former.label,
        "kind": former.kind,
        "required": former.required,
        "help": former.help,
        "options": "\n".join(lines),
    }


def _options(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for line in text.splitlines():
        value, equals, label = line.partition(" = ")
        if line.strip():
            found.append((value, label) if equals else (line, line))
    return tuple(found)


class WordsForm(forms.Form):
    """What stands around the questions."""

    heading = forms.CharField(
        label=gettext_lazy("Heading"), required=False, max_length=own_questions.LABEL_LENGTH
    )
    description = LongTextField(
        label=gettext_lazy("In a sentence"),
        required=False,
        max_length=own_questions.HELP_LENGTH,
        rows=2,
    )
    prompt = LongTextField(
        label=gettext_lazy("Text above the questions"),
        required=False,
        max_length=own_questions.PROMPT_LENGTH,
        rows=8,
        help_text=gettext_lazy("Markdown."),
    )
    button = forms.CharField(
        label=gettext_lazy("Words on the button that sends the application"),
        required=False,
        max_length=own_questions.LABEL_LENGTH,
    )


class ImportForm(forms.Form):
    """A model card, or only its front matter."""

    text = forms.CharField(
        label=gettext_lazy("Model card, or its YAML"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea({"rows": 16, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Paste README.md, or only the part between the lines of ---. What begins with "
            "extra_gated_ is read; it takes the place of the draft."
        ),
    )

    def __init__(self, former: OwnQuestions, data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        self.former = former
        self.imported: gated_yaml.Imported | None = None

    def clean_text(self) -> str:
        """Read it. Every problem is an error of its own, with its line."""
        text: str = self.cleaned_data["text"]
        try:
            self.imported = gated_yaml.read(text, self.former)
        except YamlProblem as error:
            raise forms.ValidationError([_sentence(each) for each in error.problems]) from None
        return text


def _sentence(problem: str) -> str:
    return problem if problem.endswith(".") else _("%(problem)s.") % {"problem": problem}
