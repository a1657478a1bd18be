"""What a dossier of this room must say, as data."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from boards.kinds import Kind
from common.text import paragraphs
from releases.comparables import counterfactual

MOST_CHARACTERS = 20_000

# The confidence statement is required into the stages at which weights leave.
TRANSITION_FIELDS = (
    "rationale",
    "safety_margin",
    "invalidation_conditions",
    "preparation",
    "confidence",
)
COUNTERFACTUAL_FIELDS = tuple(counterfactual.PARTS)
LIFT_FIELDS = ("rationale", "remedy")
RE_REVIEW_FIELDS = ("rationale", "changes")
CAP_FIELDS = ("rationale", "experience")
LADDER_FIELDS = ("rationale", "safeguards")

KINDS = (
    Kind(
        "transition",
        gettext_lazy("Move of a release to another stage"),
        {
            "rationale": gettext_lazy("Rationale"),
            "safety_margin": gettext_lazy("Safety margin"),
            "invalidation_conditions": gettext_lazy("When this stops holding"),
            "preparation": gettext_lazy("How the decision was prepared"),
            "confidence": gettext_lazy("Statement of confidence"),
            **counterfactual.PARTS,
        },
        warnings=counterfactual.warnings,
    ),
    Kind(
        "lift_hold",
        gettext_lazy("Lifting of a hold"),
        {"rationale": gettext_lazy("Rationale"), "remedy": gettext_lazy("What was remedied")},
    ),
    Kind(
        "re_review",
        gettext_lazy("Judging a release again at its stage"),
        {
            "rationale": gettext_lazy("Why it may stay where it is"),
            "changes": gettext_lazy("What has changed since the last decision"),
        },
    ),
    Kind(
        "raise_cap",
        gettext_lazy("More places in the cohort of a release"),
        {
            "rationale": gettext_lazy("Rationale"),
            "experience": gettext_lazy("What the present cohort has shown"),
        },
    ),
    Kind(
        "change_ladder",
        gettext_lazy("Looser rules for a model"),
        {
            "rationale": gettext_lazy("Rationale"),
            "safeguards": gettext_lazy("What takes the place of the former rule"),
            "changes": gettext_lazy("What changes, and what that does"),
        },
    ),
)


def check_transition_dossier(
    dossier: Mapping[str, str], *, weights: bool, references: int = 0
) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong.

    `references` is how many models of the register the release is compared with.
    """
    optional = COUNTERFACTUAL_FIELDS if weights else ("confidence", *COUNTERFACTUAL_FIELDS)
    texts = _check(dossier, (*TRANSITION_FIELDS, *COUNTERFACTUAL_FIELDS), optional)
    counterfactual.check_parts(texts, references, required=weights)
    return texts


def check_lift_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return _check(dossier, LIFT_FIELDS, ())


def check_re_review_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return _check(dossier, RE_REVIEW_FIELDS, ())


def check_cap_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return _check(dossier, CAP_FIELDS, ())


def check_ladder_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return _check(dossier, LADDER_FIELDS, ())


def _check(
    dossier: Mapping[str, str], fields: tuple[str, ...], optional: tuple[str, ...]
) -> dict[str, str]:
    unknown = sorted(set(dossier) - set(fields))
    if unknown:
        raise ValueError(f"The dossier has no part called {unknown[0]!r}.")
    texts = {}
    for field in fields:
        text = dossier.get(field, "")
        if field in optional and not text.strip():
            continue
        try:
            texts[field] = paragraphs(text, max_length=MOST_CHARACTERS)
        except ValueError as error:
            name = field.replace("_", " ")
            raise ValueError(f"The dossier's {name}: {error}") from None
    return texts
