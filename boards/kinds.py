"""The kinds of motions, put together from each room's own part.

A kind is declared by the room that owns it, in its AppConfig.ready(). That room proposes motions
of it and sweeps those that are decided (`boards.services.apply_decided`); this room knows only
what pages show.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Kind:
    """One kind of motion.

    `part_names` are the labels of the dossier's text parts, and `texts` those of them that the
    proposer writes, and may change while the motion is open. `revise_page` is the name of the
    owning room's route, which takes the motion's public id, where its dossier is more than texts;
    `open_page` the same where more is checked before its vote opens than that nobody in conflict
    votes.
    `facts` says of a motion what it would do, as (label, value) pairs, at a fixed number of
    queries; it takes the motion. `warnings` says of a dossier what nobody who decides on it may
    overlook, a sentence each.
    """

    slug: str
    name: Text
    part_names: Mapping[str, Text] = field(default_factory=dict)
    facts: Callable[[Any], list[tuple[str, str]]] | None = None
    warnings: Callable[[Mapping[str, Any]], list[str]] | None = None
    texts: tuple[str, ...] = ()
    revise_page: str = ""
    open_page: str = ""


# What other rooms have a board decide by, as (what for, rule) pairs. The boards' pages say which of
# it a vacancy makes impossible.
Rules = Callable[[Any], Sequence[tuple[str, Mapping[str, Any]]]]

_kinds: dict[str, Kind] = {}
_rules: list[Rules] = []


def register(kind: Kind) -> None:
    """Add a room's kind. Raises ValueError for a slug that another kind has."""
    if _kinds.get(kind.slug, kind) != kind:
        raise ValueError(f"The kind of motion {kind.slug!r} is declared twice.")
    _kinds[kind.slug] = kind


def is_registered(slug: str) -> bool:
    """Tell whether some room declared this kind."""
    return slug in _kinds


def is_opened_here(slug: str) -> bool:
    """Tell whether this room opens the vote on motions of the kind; its own room does otherwise."""
    return is_registered(slug) and not kind_of(slug).open_page


def all_kinds() -> list[Kind]:
    """Return every declared kind, sorted by slug."""
    return [_kinds[slug] for slug in sorted(_kinds)]


def kind_of(slug: str) -> Kind:
    """Return the kind; one named by its slug where no room declares it any more."""
    return _kinds.get(slug) or Kind(slug=slug, name=_words(slug))


def part_name(slug: str, key: str) -> str:
    """Return the label of a dossier's part."""
    return str(kind_of(slug).part_names.get(key) or _words(key))


def warnings_of(slug: str, dossier: Mapping[str, Any]) -> list[str]:
    """Return what a page must say loudly about a dossier."""
    warn = kind_of(slug).warnings
    return warn(dossier) if warn else []


def _words(key: str) -> str:
    return key.replace("_", " ").strip().capitalize()


# What the owning room adds to the record of a decision: acts that bore on it, each with `what`,
# `role`, `by` (a pseudonym), `reason`, `at`, and whatever else it wants told, as text.
Annex = Callable[[Any], list[dict[str, str]]]
_annexes: dict[str, Annex] = {}


def register_annex(slug: str, annex: Annex) -> None:
    """Have a room add to the records of a kind of its own, at a fixed number of queries."""
    _annexes[slug] = annex


def annex_of(slug: str, motion: object) -> list[dict[str, str]]:
    """Return what the owning room adds to the record of a motion."""
    annex = _annexes.get(slug)
    return annex(motion) if annex else []


# Who holds no vote on a motion as things are now, by the id of the person, and why.
Conflicts = Callable[[Any], dict[int, str]]
_conflicts: dict[str, Conflicts] = {}


def register_conflicts(slug: str, conflicts: Conflicts) -> None:
    """Have a room say who is in conflict with a motion of a kind of its own; it takes the motion.

    Asked again whenever it counts: when votes are counted, when a result would be overridden, and
    when the full review of such a motion opens. It reads, and locks nothing.
    """
    _conflicts[slug] = conflicts


def conflicts_of(motion: Any) -> dict[int, str]:  # noqa: ANN401 - a motion; models stand above
    """Return who holds no vote on the motion, or on the decision that it is the full review of."""
    about = motion.reviews or motion
    conflicts = _conflicts.get(about.kind)
    return conflicts(about) if conflicts else {}


def register_rules(rules: Rules) -> None:
    """Add what a room has a board, which is given, decide by; read in one query at most."""
    if rules not in _rules:
        _rules.append(rules)


def rules_in_use(board: object) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what the board decides by in other rooms: what for, and the rule."""
    return [pair for rules in _rules for pair in rules(board)]
