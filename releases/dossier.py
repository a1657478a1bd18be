"""What a dossier of this room must say, as data."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from boards.dossier import check_texts
from boards.kinds import Kind
from releases.comparables import counterfactual

# The confidence statement is required into the stages at which weights leave.
TRANSITION_FIELDS = (
    "rationale",
    "safety_margin",
    "invalidation_conditions",
    "preparation",
    "confidence",
)
# Required on the fast track, and part of no other dossier.
URGENCY = "urgency"
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
            URGENCY: gettext_lazy("Why it cannot wait"),
            **counterfactual.PARTS,
        },
        warnings=counterfactual.warnings,
        revise_page="transition_revise",
        open_page="transition_open",
    ),
    Kind(
        "lift_hold",
        gettext_lazy("Lifting of a hold"),
        {"rationale": gettext_lazy("Rationale"), "remedy": gettext_lazy("What was remedied")},
        texts=LIFT_FIELDS,
    ),
    Kind(
        "re_review",
        gettext_lazy("Judging a release again at its stage"),
        {
            "rationale": gettext_lazy("Why it may stay where it is"),
            "changes": gettext_lazy("What has changed since the last decision"),
        },
        texts=RE_REVIEW_FIELDS,
    ),
    Kind(
        "raise_cap",
        gettext_lazy("More places in the cohort of a release"),
        {
            "rationale": gettext_lazy("Rationale"),
            "experience": gettext_lazy("What the present cohort has shown"),
        },
        texts=CAP_FIELDS,
    ),
    Kind(
        "change_ladder",
        gettext_lazy("Looser rules for a model"),
        {
            "rationale": gettext_lazy("Rationale"),
            "safeguards": gettext_lazy("What takes the place of the former rule"),
            "changes": gettext_lazy("What changes, and what that does"),
        },
        texts=LADDER_FIELDS,
    ),
)


def check_transition_dossier(
    dossier: Mapping[str, str], *, weights: bool, references: int = 0, emergency: bool = False
) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong.

    `references` is how many models of the register the release is compared with; an `emergency`
    says why it cannot wait.
    """
    optional = COUNTERFACTUAL_FIELDS if weights else ("confidence", *COUNTERFACTUAL_FIELDS)
    urgency = (URGENCY,) if emergency else ()
    texts = check_texts(dossier, (*TRANSITION_FIELDS, *urgency, *COUNTERFACTUAL_FIELDS), optional)
    counterfactual.check_parts(texts, references, required=weights)
    return texts


def check_lift_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return check_texts(dossier, LIFT_FIELDS)


def check_re_review_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return check_texts(dossier, RE_REVIEW_FIELDS)


def check_cap_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return check_texts(dossier, CAP_FIELDS)


def check_ladder_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return check_texts(dossier, LADDER_FIELDS)
