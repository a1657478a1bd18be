"""What a dossier of this room must say, as data."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from boards.kinds import Kind
from common.text import paragraphs

MOST_CHARACTERS = 20_000

# The confidence statement is required into the stages at which weights leave.
TRANSITION_FIELDS = (
    "rationale",
    "safety_margin",
    "invalidation_conditions",
    "preparation",
    "confidence",
)
LIFT_FIELDS = ("rationale", "remedy")
CAP_FIELDS = ("rationale", "experience")

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
        },
    ),
    Kind(
        "lift_hold",
        gettext_lazy("Lifting of a hold"),
        {"rationale": gettext_lazy("Rationale"), "remedy": gettext_lazy("What was remedied")},
    ),
    Kind(
        "raise_cap",
        gettext_lazy("More places in the cohort of a release"),
        {
            "rationale": gettext_lazy("Rationale"),
            "experience": gettext_lazy("What the present cohort has shown"),
        },
    ),
)


def check_transition_dossier(dossier: Mapping[str, str], *, weights: bool) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    optional = () if weights else ("confidence",)
    return _check(dossier, TRANSITION_FIELDS, optional)


def check_lift_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return _check(dossier, LIFT_FIELDS, ())


def check_cap_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return _check(dossier, CAP_FIELDS, ())


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
