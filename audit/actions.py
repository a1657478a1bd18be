"""The enumeration of everything that is recorded, put together from each room's own part.

A room declares `class Action(models.TextChoices)` in its `actions.py`, value a dotted past-tense
name ("release.sealed"), label the words that follow the actor's name in a timeline ("sealed the
release"), and registers it in its AppConfig.ready(). What is not registered cannot be recorded.
"""

import re
from collections.abc import Iterable

from django.db.models import TextChoices

_NAME = re.compile(r"^[a-z_]+(\.[a-z_]+)+$")
_labels: dict[str, str] = {}
_quiet: set[str] = set()


def register(actions: type[TextChoices], *, quiet: Iterable[TextChoices] = ()) -> None:
    """Add a room's actions. Raises ValueError for a malformed name or one already taken.

    The quiet ones are too many for a timeline: their room lists them on a page of their own.
    """
    _quiet.update(action.value for action in quiet)
    for value, label in actions.choices:
        if not _NAME.match(value):
            raise ValueError(f"{value!r} is not a dotted lower-case action name.")
        if _labels.get(value, label) != label:
            raise ValueError(f"The action {value!r} is declared twice.")
        _labels[value] = label


def quiet_actions() -> list[str]:
    """Return the actions that timelines leave out."""
    return sorted(_quiet)


def is_registered(action: str) -> bool:
    """Tell whether some room declared this action."""
    return action in _labels


def label(action: str) -> str:
    """Return the words that follow the actor's name; the name itself for a retired action."""
    return str(_labels.get(action, action))


def all_actions() -> dict[str, str]:
    """Return every declared action with its label, sorted by name."""
    return {name: str(_labels[name]) for name in sorted(_labels)}
