"""What a statement on a duty answers beside the sentence that is signed. Pure.

Answers are texts, and choices from a closed set, by the kind of duty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.text import paragraphs
from licensing.duties import DutyKind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST = 4000


@dataclass(frozen=True)
class Asked:
    """One thing that is asked. With `choices` the answer is one of their keys."""

    key: str
    label: "str | _StrPromise"
    help: "str | _StrPromise" = ""
    choices: tuple[tuple[str, "str | _StrPromise"], ...] = ()
    required: bool = True
    rows: int = 3


_POSITION = Asked(
    "position",
    gettext_lazy("Your position"),
    gettext_lazy("For example “Head of machine learning”, or what you are to the holder."),
    rows=1,
)
ASKED: dict[str, tuple[Asked, ...]] = {
    DutyKind.ATTEST_USE: (
        Asked(
            "within_scope",
            gettext_lazy("Was all use within what the grant allows?"),
            choices=(
                ("yes", gettext_lazy("Yes, all of it")),
                ("no", gettext_lazy("No, or I do not know: I say below what was not")),
            ),
        ),
        Asked(
            "use",
            gettext_lazy("How the model was used since the last time"),
            gettext_lazy("For what, by how many people, and about how much."),
            rows=5,
        ),
        Asked(
            "incidents",
            gettext_lazy("Incidents, misuse or losses of control that you know of"),
            gettext_lazy("Leave it empty if you know of none."),
            required=False,
        ),
        _POSITION,
    ),
    DutyKind.APPLY_UPDATES: (
        Asked(
            "done",
            gettext_lazy("What was done"),
            choices=(
                ("taken_up", gettext_lazy("The newer version is in use, the former is not")),
                ("put_out", gettext_lazy("The former version is out of use, none replaced it")),
                ("never_used", gettext_lazy("The former version was never in use here")),
            ),
        ),
        Asked(
            "where",
            gettext_lazy("Where"),
            gettext_lazy("The systems or deployments that this concerns, and since when."),
        ),
        _POSITION,
    ),
    DutyKind.CERTIFY_DESTRUCTION: (
        Asked(
            "done",
            gettext_lazy("What was done"),
            choices=(
                ("destroyed", gettext_lazy("Every copy was destroyed")),
                ("never_held", gettext_lazy("No copy was ever downloaded or made")),
            ),
        ),
        Asked(
            "what",
            gettext_lazy("What was destroyed"),
            gettext_lazy(
                "Every copy, with its place: servers, backups, caches, derived and quantised "
                "weights, copies with subcontractors. How many there were."
            ),
            rows=5,
        ),
        Asked("how", gettext_lazy("How"), gettext_lazy("The method, and how it was checked.")),
        Asked("by_whom", gettext_lazy("By whom, and when"), rows=2),
        _POSITION,
    ),
}
# Nothing was there to be destroyed, so these are not asked then.
_NOT_IF_NEVER_HELD = frozenset({"what", "how", "by_whom"})


def checked(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers to what a kind of duty asks, each as text.

    Raises ValueError with a sentence that names the question.
    """
    found: dict[str, str] = {}
    for asked in ASKED[kind]:
        value = given.get(asked.key)
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            if is_needed(asked, given):
                raise ValueError(_("%(question)s: answer this.") % {"question": asked.label})
            found[asked.key] = ""
        elif asked.choices:
            if text not in dict(asked.choices):
                raise ValueError(
                    _("%(question)s: choose one of the answers.") % {"question": asked.label}
                )
            found[asked.key] = text
        else:
            try:
                found[asked.key] = paragraphs(text, max_length=LONGEST)
            except ValueError as error:
                raise ValueError(f"{asked.label}: {error}") from None
    return found


def is_needed(asked: Asked, given: Mapping[str, Any]) -> bool:
    """Tell whether a question has to be answered beside the other answers."""
    if given.get("done") == "never_held" and asked.key in _NOT_IF_NEVER_HELD:
        return False
    if asked.key == "incidents":
        return given.get("within_scope") == "no"
    return asked.required


def words(kind: str, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what was asked and answered, in words; what was left empty is left out."""
    return [
        (str(asked.label), str(dict(asked.choices).get(answers[asked.key], answers[asked.key])))
        for asked in ASKED[kind]
        if answers.get(asked.key)
    ]
