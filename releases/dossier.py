"""What a dossier of this room must say, as data."""

from collections.abc import Mapping

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


def check_transition_dossier(dossier: Mapping[str, str], *, weights: bool) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    optional = () if weights else ("confidence",)
    return _check(dossier, TRANSITION_FIELDS, optional)


def check_lift_dossier(dossier: Mapping[str, str]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    return _check(dossier, LIFT_FIELDS, ())


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
