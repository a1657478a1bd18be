"""The questions that a model asks for itself: what they may be, and how they are put. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.text import one_line, paragraphs
from licensing.application_form import OWN_PREFIX
from licensing.questions import Question

KINDS: dict[str, str | Promise] = {
    "line": gettext_lazy("A line of text"),
    "text": gettext_lazy("A longer text"),
    "tick": gettext_lazy("A box to tick"),
    "select": gettext_lazy("One of several answers"),
    "country": gettext_lazy("A country"),
    "day": gettext_lazy("A date"),
    "files": gettext_lazy("A file"),
    # Other places look where the applicant's address is from; it is kept, and not asked here.
    "place": gettext_lazy("Country of the network address (kept for export, not asked here)"),
}
MOST_QUESTIONS = 40
MOST_OPTIONS = 100
LABEL_LENGTH = 300
HELP_LENGTH = 1000
PROMPT_LENGTH = 20_000
LINE_LENGTH = 200
TEXT_LENGTH = 6000
_KEY = re.compile(rf"{OWN_PREFIX}[a-z0-9_]{{1,40}}")


@dataclass(frozen=True)
class OwnQuestion:
    """One question. Its key stays with it through all versions, and so do the answers to it."""

    key: str
    label: str
    kind: str
    required: bool = True
    help: str = ""
    # What is kept and what is read, of each answer to choose from.
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class OwnQuestions:
    """A model's own questions, with the words around them.

    `kept` is what other places that read the same file know and this portal does not ask for.
    """

    heading: str = ""
    prompt: str = ""
    description: str = ""
    button: str = ""
    kept: dict[str, Any] = field(default_factory=dict)
    questions: tuple[OwnQuestion, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return them as JSON data."""
        return {
            "heading": self.heading,
            "prompt": self.prompt,
            "description": self.description,
            "button": self.button,
            "kept": self.kept,
            "questions": [
                {
                    "key": each.key,
                    "label": each.label,
                    "kind": each.kind,
                    "required": each.required,
                    "help": each.help,
                    "options": [list(option) for option in each.options],
                }
                for each in self.questions
            ],
        }


def parse(data: Mapping[str, Any]) -> OwnQuestions:
    """Return what `as_data` gave."""
    return OwnQuestions(
        heading=data["heading"],
        prompt=data["prompt"],
        description=data["description"],
        button=data["button"],
        kept=dict(data["kept"]),
        questions=tuple(
            OwnQuestion(
                key=each["key"],
                label=each["label"],
                kind=each["kind"],
                required=each["required"],
                help=each["help"],
                options=tuple((value, label) for value, label in each["options"]),
            )
            for each in data["questions"]
        ),
    )


def checked(own: OwnQuestions) -> OwnQuestions:
    """Return the questions in the form that is kept. Raises ValueError with a sentence."""
    if len(own.questions) > MOST_QUESTIONS:
        raise ValueError(_("Ask at most %(most)d questions.") % {"most": MOST_QUESTIONS})
    questions = tuple(checked_question(each) for each in own.questions)
    labels = [each.label for each in questions]
    keys = [each.key for each in questions]
    twice = next((each for each in labels if labels.count(each) > 1), None)
    if twice is not None or len(set(keys)) < len(keys):
        raise ValueError(_("Two questions read the same: “%(label)s”.") % {"label": twice or ""})
    return replace(
        own,
        heading=_optional_line(own.heading, LABEL_LENGTH),
        prompt=_optional_text(own.prompt, PROMPT_LENGTH),
        description=_optional_text(own.description, HELP_LENGTH),
        button=_optional_line(own.button, LABEL_LENGTH),
        questions=questions,
    )


def checked_question(question: OwnQuestion) -> OwnQuestion:
    """Return one question in the form that is kept. Raises ValueError with a sentence."""
    if question.kind not in KINDS:
        raise ValueError(_("Choose what kind of answer the question takes."))
    if not _KEY.fullmatch(question.key):
        raise ValueError(_("The question's key is not one of ours."))
    options = question.options if question.kind == "select" else ()
    if question.kind == "select" and not 2 <= len(options) <= MOST_OPTIONS:
        raise ValueError(
            _("Give between 2 and %(most)d answers to choose from.") % {"most": MOST_OPTIONS}
        )
    lines = tuple(
        (one_line(value, max_length=LINE_LENGTH), one_line(label, max_length=LINE_LENGTH))
        for value, label in options
    )
    values = [value for value, _label in lines]
    twice = next((each for each in values if values.count(each) > 1), None)
    if twice is not None:
        raise ValueError(_("The answer “%(value)s” stands there twice.") % {"value": twice})
    return replace(
        question,
        label=one_line(question.label, max_length=LABEL_LENGTH),
        help=_optional_text(question.help, HELP_LENGTH),
        options=lines,
    )


def new_key(label: str, taken: set[str]) -> str:
    """Return a key for a new question, made from its words, that no other question has."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = OWN_PREFIX + (re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30].strip("_") or "question")
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


def with_question(own: OwnQuestions, question: OwnQuestion) -> OwnQuestions:
    """Return the questions with one added, or put in place of the one with its key."""
    keys = [each.key for each in own.questions]
    if question.key not in keys:
        return checked(replace(own, questions=(*own.questions, question)))
    at = keys.index(question.key)
    return checked(
        replace(own, questions=(*own.questions[:at], question, *own.questions[at + 1 :]))
    )


def with_words(own: OwnQuestions, words: Mapping[str, str]) -> OwnQuestions:
    """Return the questions with other words around them."""
    return checked(
        replace(
            own,
            heading=words["heading"],
            prompt=words["prompt"],
            description=words["description"],
            button=words["button"],
        )
    )


def without(own: OwnQuestions, key: str) -> OwnQuestions:
    """Return the questions without one."""
    return replace(own, questions=tuple(each for each in own.questions if each.key != key))


def moved(own: OwnQuestions, key: str, by: int) -> OwnQuestions:
    """Return the questions with one moved up (-1) or down (1)."""
    keys = [each.key for each in own.questions]
    if key not in keys:
        return own
    at = keys.index(key)
    to = max(0, min(len(keys) - 1, at + by))
    rest = [each for each in own.questions if each.key != key]
    rest.insert(to, own.questions[at])
    return replace(own, questions=tuple(rest))


def as_asked(own: OwnQuestions) -> tuple[Question, ...]:
    """Return the questions as the application form puts them."""
    return tuple(
        Question(
            key=each.key,
            label=each.label,
            kind=each.kind,
            help=each.help,
            required=each.required,
            choices=dict(each.options) if each.kind == "select" else None,
            max_length=TEXT_LENGTH if each.kind == "text" else 500,
            personal=True,
        )
        for each in own.questions
        if each.kind != "place"
    )


@dataclass(frozen=True)
class Change:
    """What differs between two versions, for somebody whose draft meets the newer one."""

    added: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.reworded or self.dropped)


def changes(former: OwnQuestions, newer: OwnQuestions) -> Change:
    """Return which questions are new, which ask something else now, and which are gone."""
    before = {each.key: each for each in former.questions if each.kind != "place"}
    after = {each.key: each for each in newer.questions if each.kind != "place"}
    return Change(
        added=tuple(each.label for key, each in after.items() if key not in before),
        reworded=tuple(
            each.label for key, each in after.items() if key in before and before[key] != each
        ),
        dropped=tuple(each.label for key, each in before.items() if key not in after),
    )


def _optional_line(text: str, most: int) -> str:
    return one_line(text, max_length=most) if text.strip() else ""


def _optional_text(text: str, most: int) -> str:
    return paragraphs(text, max_length=most) if text.strip() else ""
