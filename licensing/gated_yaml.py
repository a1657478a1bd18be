"""A model's own questions as the `extra_gated_*` YAML of a model card on the Hugging Face hub.

What that form has no word for (whether an answer may be left out, a help text, a longer text, a
file, the key under which answers are kept) stands under `sluice_questions`, which the hub leaves
alone: what is exported here is imported again without loss.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from django.utils.translation import gettext as _

from common.plain_yaml import Lines, Path, YamlProblem, place, read_yaml
from licensing import own_questions
from licensing.own_questions import OwnQuestion, OwnQuestions

PREFIX = "extra_gated_"
FIELDS = f"{PREFIX}fields"
MORE = "sluice_questions"
MOST_PROBLEMS = 20
_WORDS = {
    "heading": f"{PREFIX}heading",
    "prompt": f"{PREFIX}prompt",
    "description": f"{PREFIX}description",
    "button": f"{PREFIX}button_content",
}
_KINDS = {
    "text": "line",
    "checkbox": "tick",
    "select": "select",
    "country": "country",
    "date_picker": "day",
    "ip_location": "place",
}
_TYPES = {kind: name for name, kind in _KINDS.items()} | {"text": "text", "files": "text"}
_MORE_KEYS = {"key", "kind", "required", "help"}
_TRUTH = {"true": True, "false": False}
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,15}")


@dataclass
class _Reading:
    """What is known while a file is read."""

    data: dict[str, Any]
    lines: Lines
    former: OwnQuestions
    problems: list[str] = field(default_factory=list)

    def problem(self, path: Path, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"{place(path, self.lines)}: {sentence}")


@dataclass(frozen=True)
class Imported:
    """What was read, and the names of what else the file holds and was left aside."""

    own: OwnQuestions
    left_aside: tuple[str, ...]


def read(text: str, former: OwnQuestions | None = None) -> Imported:
    """Return the questions that a model card, or only its front matter, asks.

    A question that reads as one of the `former` ones keeps its key, and so the answers to it.
    Raises YamlProblem with every problem and its line.
    """
    data, lines = read_yaml(_front_matter(text), as_text=True)
    if not isinstance(data, dict):
        raise YamlProblem([_("line 1: this is no list of keys with their values.")])
    if not any(key.startswith(PREFIX) for key in data):
        raise YamlProblem(
            [_("There is no key that begins with “%(prefix)s”.") % {"prefix": PREFIX}]
        )
    reading = _Reading(data, lines, former or OwnQuestions())
    own = OwnQuestions(
        **{name: _word(reading, key) for name, key in _WORDS.items()},
        kept=_kept(reading),
        questions=_questions(reading),
    )
    if not reading.problems:
        try:
            own = own_questions.checked(own)
        except ValueError as error:
            reading.problems.append(str(error))
    if reading.problems:
        raise YamlProblem(reading.problems)
    known = {MORE, *(key for key in data if key.startswith(PREFIX))}
    return Imported(own, tuple(sorted(set(data) - known)))


def write(own: OwnQuestions) -> str:
    """Return the questions as YAML, for the front matter of a model card."""
    data: dict[str, Any] = {
        key: getattr(own, name) for name, key in _WORDS.items() if getattr(own, name)
    }
    data |= {key: _typed(value) for key, value in own.kept.items()}
    if own.questions:
        data[FIELDS] = {each.label: _field(each) for each in own.questions}
        data[MORE] = {each.label: _more(each) for each in own.questions}
    if not data:
        data[FIELDS] = {}
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=96)


def _field(question: OwnQuestion) -> str | dict[str, Any]:
    kind = _TYPES[question.kind]
    if question.kind != "select":
        return kind
    options = [
        value if value == label else {"label": label, "value": value}
        for value, label in question.options
    ]
    return {"type": kind, "options": options}


def _more(question: OwnQuestion) -> dict[str, Any]:
    more: dict[str, Any] = {"key": question.key}
    if _KINDS[_TYPES[question.kind]] != question.kind:
        more["kind"] = question.kind
    if not question.required:
        more["required"] = False
    if question.help:
        more["help"] = question.help
    return more


def _typed(value: object) -> object:
    """Return what was kept as it was written with the type that it was written as."""
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    if isinstance(value, str) and value in _TRUTH:
        return _TRUTH[value]
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def _front_matter(text: str) -> str:
    """Return the YAML of a text, on the lines on which it stands there."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != "---":
        return "\n".join(lines)
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() == "---"), len(lines))
    return "\n".join(["", *lines[1:end]])


def _word(reading: _Reading, key: str) -> str:
    value = reading.data.get(key, "")
    if not isinstance(value, str):
        reading.problem((key,), _("this must be text."))
        return ""
    most = own_questions.PROMPT_LENGTH
    if len(value) > most:
        reading.problem((key,), _("this is longer than %(most)d characters.") % {"most": most})
    return value


def _kept(reading: _Reading) -> dict[str, Any]:
    known = {FIELDS, *_WORDS.values()}
    return {
        key: value
        for key, value in reading.data.items()
        if key.startswith(PREFIX) and key not in known
    }


def _questions(reading: _Reading) -> tuple[OwnQuestion, ...]:
    fields = reading.data.get(FIELDS, {})
    if fields == "":
        return ()
    if not isinstance(fields, dict):
        reading.problem((FIELDS,), _("write each question as “Question: type”, one a line."))
        return ()
    more = reading.data.get(MORE, {})
    if not isinstance(more, dict):
        reading.problem((MORE,), _("this must name questions."))
        more = {}
    found: list[OwnQuestion] = []
    for label, value in fields.items():
        question = _question(reading, label, value)
        if question is not None:
            question = _with_more(reading, question, more.get(label, {}))
            key = question.key or _former_key(reading, question.label)
            taken = {each.key for each in found}
            if not key or key in taken:
                key = own_questions.new_key(question.label, taken | _former_keys(reading))
            found.append(_checked(reading, replace(question, key=key), label))
    return tuple(found)


def _checked(reading: _Reading, question: OwnQuestion, label: str) -> OwnQuestion:
    try:
        return own_questions.checked_question(question)
    except ValueError as error:
        reading.problem((FIELDS, label), str(error))
        return question


def _former_key(reading: _Reading, label: str) -> str:
    words = " ".join(label.split())
    return next((each.key for each in reading.former.questions if each.label == words), "")


def _former_keys(reading: _Reading) -> set[str]:
    return {each.key for each in reading.former.questions}


def _question(reading: _Reading, label: str, value: object) -> OwnQuestion | None:
    path: Path = (FIELDS, label)
    if isinstance(value, str):
        value = {"type": value}
    if not isinstance(value, dict):
        reading.problem(path, _("give the type of its answer, such as “text”."))
        return None
    for key in set(value) - {"type", "options"}:
        reading.problem((*path, key), _("a question has no “%(key)s”.") % {"key": key[:40]})
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _KINDS:
        types = ", ".join(_KINDS)
        reading.problem(path, _("its type must be one of %(types)s.") % {"types": types})
        return None
    options: tuple[tuple[str, str], ...] = ()
    if kind == "select":
        options = _options(reading, (*path, "options"), value.get("options"))
    elif "options" in value:
        reading.problem((*path, "options"), _("only “select” has options."))
    return OwnQuestion(key="", label=label, kind=_KINDS[kind], options=options)


def _options(reading: _Reading, path: Path, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        reading.problem(path, _("“select” needs a list of options."))
        return ()
    found: list[tuple[str, str]] = []
    for number, option in enumerate(value):
        given = {"label": option} if isinstance(option, str) else option
        label = given.get("label") if isinstance(given, dict) else None
        kept = given.get("value", label) if isinstance(given, dict) else None
        if isinstance(label, str) and isinstance(kept, str) and set(given) <= {"label", "value"}:
            found.append((kept, label))
        else:
            reading.problem((*path, number), _("an option is text, or has a label and a value."))
    return tuple(found)


def _with_more(reading: _Reading, question: OwnQuestion, more: object) -> OwnQuestion:
    path: Path = (MORE, question.label)
    if (
        not isinstance(more, dict)
        or not set(more) <= _MORE_KEYS
        or not all(isinstance(value, str) for value in more.values())
    ):
        reading.problem(path, _("this may hold key, kind, required and help."))
        return question
    kind, required = more.get("kind", question.kind), more.get("required", "true")
    if _TYPES.get(kind) != _TYPES[question.kind]:
        reading.problem(path, _("the kind does not go with the type of the question."))
        kind = question.kind
    if required not in _TRUTH:
        reading.problem(path, _("“required” is true or false."))
    return replace(
        question,
        key=more.get("key", ""),
        kind=kind,
        required=_TRUTH.get(required, True),
        help=more.get("help", ""),
    )
