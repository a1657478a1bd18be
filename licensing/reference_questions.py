"""What referees and signing officials are asked. Data, and the rules of an answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.text import paragraphs

Text = str | Promise
REFEREE = "referee"
OFFICIAL = "official"


@dataclass(frozen=True)
class Asked:
    """One question of free text. What is `confidential` the applicant never reads."""

    key: str
    label: Text
    help: Text = ""
    required: bool = False
    confidential: bool = True
    max_length: int = 2000


QUESTIONS: dict[str, tuple[Asked, ...]] = {
    REFEREE: (
        Asked(
            "known",
            gettext_lazy("How you know them, and for how long"),
            gettext_lazy("If you do not know them, say so."),
            required=True,
            max_length=1000,
        ),
        Asked("comment", gettext_lazy("What reviewers should know in their favour")),
        Asked(
            "concerns",
            gettext_lazy("Concerns, in confidence"),
            gettext_lazy("Reviewers read this. The applicant never does."),
        ),
    ),
    OFFICIAL: (
        Asked(
            "comment",
            gettext_lazy("Anything to add, or why you decline"),
            gettext_lazy("Needed if you decline. Reviewers read it. The applicant does not."),
        ),
    ),
}
VOUCHES: dict[str, tuple[Text, Text, Text]] = {
    REFEREE: (
        gettext_lazy("Can you vouch for them?"),
        gettext_lazy("Yes, I can vouch for them"),
        gettext_lazy("No, I cannot"),
    ),
    OFFICIAL: (
        gettext_lazy("Do you stand for this application?"),
        gettext_lazy(
            "Yes: I have authority to bind the organisation, I vouch for the applicant, and the "
            "end users named here are ours"
        ),
        gettext_lazy("No, I decline"),
    ),
}


def clean_answer(kind: str, *, vouches: bool, said: Mapping[str, Any]) -> dict[str, str]:
    """Return what was said, ready to be kept. Raises ValueError with a sentence."""
    kept: dict[str, str] = {}
    unknown = set(said) - {question.key for question in QUESTIONS[kind]}
    if unknown:
        raise ValueError(_("The form has no such question."))
    for question in QUESTIONS[kind]:
        text = said.get(question.key) or ""
        if not isinstance(text, str):
            raise ValueError(_("Write text here."))
        if text.strip():
            kept[question.key] = paragraphs(text, max_length=question.max_length)
        elif question.required:
            raise ValueError(_("%(label)s: write an answer.") % {"label": question.label})
    if kind == OFFICIAL and not vouches and "comment" not in kept:
        raise ValueError(_("Say why you decline."))
    return kept


def wanted(answers: Mapping[str, Any]) -> dict[tuple[str, int], dict[str, str]]:
    """Return whom an application names, by kind and place: name, address, and what they are."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    rows = answers.get("referees")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, Mapping) and row.get("email"):
            found[REFEREE, place] = {
                "name": str(row.get("name", "")),
                "email": str(row["email"]),
                "detail": str(row.get("relation", "")),
            }
    if answers.get("official_email"):
        found[OFFICIAL, 0] = {
            "name": str(answers.get("official_name", "")),
            "email": str(answers["official_email"]),
            "detail": str(answers.get("official_position", "")),
        }
    return found
