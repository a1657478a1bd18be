"""The counterfactual form of a dossier: what a release adds to what others have released already.

The three conditions are those of OpenAI's Preparedness Framework, section 4.3, for resting on
another developer's release; "similarly safe or safer" is of Appendix 2 of the EU Code of Practice
for general-purpose AI, Safety and Security chapter. No database, no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from releases.choices import ReferenceState
from releases.comparables.standing import Standing

RISK, ACKNOWLEDGED, PROTECTIVE = (
    "counterfactual_risk",
    "counterfactual_acknowledged",
    "counterfactual_protective",
)
CONDITIONS: dict[str, Promise] = {
    RISK: gettext_lazy("The overall risk of severe harm does not meaningfully rise"),
    ACKNOWLEDGED: gettext_lazy("This is publicly acknowledged"),
    PROTECTIVE: gettext_lazy(
        "We stay more protective than the reference, and share what proves it"
    ),
}
SIMILARLY_SAFE = "similarly_safe"
NO_COMPARABLE = "no_comparable"
PARTS: dict[str, Promise] = {
    **CONDITIONS,
    SIMILARLY_SAFE: gettext_lazy("Similarly safe or safer than the reference"),
    NO_COMPARABLE: gettext_lazy("No comparable model exists: how it was searched"),
}
# The dossier is one text for all its readers, so that its digest is one: these are not translated.
YES, NO = "Yes.", "No."


def answer(*, holds: bool, reasons: str) -> str:
    """Return the part of the dossier that an answer becomes."""
    return f"{YES if holds else NO}\n\n{reasons}"


def split_answer(text: str) -> tuple[bool | None, str]:
    """Return what was answered, None where neither, and the reasons."""
    first, _blank, reasons = text.partition("\n\n")
    return {YES: True, NO: False}.get(first), reasons.strip()


def check_parts(dossier: Mapping[str, str], references: int, *, required: bool) -> None:
    """Check that the form is filled in as a whole. Raises ValueError with a sentence.

    Either a search for comparable models found none, or the three conditions are answered about
    at least one reference. Where it is not required, it may be left out altogether.
    """
    none_found = dossier.get(NO_COMPARABLE, "").strip()
    answered = [key for key in CONDITIONS if dossier.get(key, "").strip()]
    if none_found:
        if references or answered or dossier.get(SIMILARLY_SAFE, "").strip():
            raise ValueError(
                _("Either there is no comparable model, or there are references: not both.")
            )
        return
    if not required and not references and not answered:
        if dossier.get(SIMILARLY_SAFE, "").strip():
            raise ValueError(_("Choose the comparable models that it is similarly safe to."))
        return
    if not references:
        raise ValueError(_("Choose a comparable model, or say how you searched and found none."))
    for key, label in CONDITIONS.items():
        holds, reasons = split_answer(dossier.get(key, ""))
        if holds is None or not reasons:
            raise ValueError(_("Answer yes or no, with reasons: %(label)s.") % {"label": label})


@dataclass(frozen=True)
class ReferenceFacts:
    """A reference that a dossier names, as it stands now."""

    title: str
    state: ReferenceState
    sentence: str
    url: str = ""

    @classmethod
    def of(cls, title: str, standing: Standing, url: str) -> "ReferenceFacts":
        """Return a reference with where it stands."""
        return cls(title, standing.state, standing.sentence, url)

    @property
    def is_live(self) -> bool:
        """Tell whether it is verified, as it is, and not too long ago."""
        return self.state is ReferenceState.VERIFIED


@dataclass(frozen=True)
class CounterfactualFacts:
    """What a dossier's form says, and whether it holds at this moment."""

    filled: bool
    none_exists: bool
    denied: tuple[str, ...] = ()
    references: tuple[ReferenceFacts, ...] = ()

    @property
    def fallen(self) -> tuple[ReferenceFacts, ...]:
        """Return the references that do not stand."""
        return tuple(each for each in self.references if not each.is_live)

    @property
    def holds(self) -> bool:
        """Tell whether it is filled in, every condition is met and every reference stands."""
        return self.filled and not self.denied and not self.fallen

    def problems(self) -> list[str]:
        """Return a sentence for everything that keeps it from holding."""
        if not self.filled:
            return [_("The form on comparable models is not filled in.")]
        said = [_("The dossier says no to: %(label)s.") % {"label": label} for label in self.denied]
        return said + [
            f"{each.title}: {each.sentence}" if each.sentence else each.title
            for each in self.fallen
        ]


def judge_form(
    dossier: Mapping[str, Any], references: Iterable[ReferenceFacts]
) -> CounterfactualFacts:
    """Return what the dossier's form comes to; `references` are those that it names."""
    texts = {key: value for key, value in dossier.items() if isinstance(value, str)}
    named = tuple(references)
    try:
        check_parts(texts, len(named), required=True)
    except ValueError:
        return CounterfactualFacts(False, False, denied_conditions(dossier), named)
    return CounterfactualFacts(
        filled=True,
        none_exists=bool(texts.get(NO_COMPARABLE)),
        denied=denied_conditions(dossier),
        references=named,
    )


def denied_conditions(dossier: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the conditions that a dossier says are not met."""
    return tuple(
        str(label)
        for key, label in CONDITIONS.items()
        if split_answer(str(dossier.get(key, "")))[0] is False
    )


def warnings(dossier: Mapping[str, Any]) -> list[str]:
    """Return what whoever decides on the dossier must not overlook."""
    return [
        _("The proposer says no to a condition for comparing with another model: %(label)s.")
        % {"label": label}
        for label in denied_conditions(dossier)
    ]
