"""What the gates look at, and what they say. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from boards.choices import SeatRole
from releases.comparables.counterfactual import CounterfactualFacts
from releases.evidence.facts import EvidenceFacts
from releases.requirements.words import evidence_adders

State = Literal["satisfied", "unsatisfied", "overridden", "not_applicable", "error"]
BLOCKING = ("unsatisfied", "error")


@dataclass(frozen=True)
class StageFacts:
    """A rung, as far as the gates care.

    `requirements` are the entries of the ladder, `override` the seats that may override one.
    """

    name: str
    position: int
    minimum_soak: timedelta
    requirements: tuple[Mapping[str, Any], ...] = ()
    override: tuple[str, ...] = ()


@dataclass(frozen=True)
class HoldFacts:
    """A hold in force on the release or on its model."""

    kind: str
    on_model: bool
    reason: str


@dataclass(frozen=True)
class BlockerFacts:
    """An open blocker on the release; `url` is where what caused it can be read."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class OverrideFacts:
    """A requirement that the holder of a seat set aside. `stands`: for the dossier as it is now."""

    key: str
    role: str
    reason: str
    stands: bool


@dataclass(frozen=True)
class Facts:
    """Everything the gates look at.

    `fallen`: title and state of what the dossier refers to and no longer stands.
    `counterfactual`: what the dossier's form on comparable models comes to. Both are
    None where there is no dossier yet.
    """

    state: str
    present: StageFacts | None
    staged_at: datetime | None
    target: StageFacts
    holds: tuple[HoldFacts, ...] = ()
    blockers: tuple[BlockerFacts, ...] = ()
    other_move: str = ""
    evidence: tuple[EvidenceFacts, ...] = ()
    fallen: tuple[tuple[str, str], ...] | None = None
    counterfactual: CounterfactualFacts | None = None
    overrides: tuple[OverrideFacts, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """One gate with its state and the reason in words.

    `source` is what the state was read from, at `source_url`. `who` may act. `override` are the
    roles of the seats that may override it, none where nobody may; `override_url` is where.
    """

    key: str
    state: State
    name: str
    sentence: str
    kind: str = ""
    who: str = ""
    source: str = ""
    source_url: str = ""
    taxonomy: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    override_url: str = ""

    @property
    def reason(self) -> str:
        """The sentence, under the name that the requirements panel uses."""
        return self.sentence

    @property
    def blocks(self) -> bool:
        """Tell whether voting, or the effect, must wait for this one."""
        return self.state in BLOCKING

    @property
    def overriders(self) -> str:
        """The seats that may override it, in words."""
        return ", ".join(str(SeatRole(role).label).lower() for role in self.override)


@dataclass(frozen=True)
class Finding:
    """What the judging of one kind found, before it is a requirement with a key and a name."""

    state: State
    sentence: str
    who: str = ""
    source: str = ""
    source_url: str = ""

    @classmethod
    def about(cls, state: State, evidence: EvidenceFacts, sentence: str) -> "Finding":
        """Return what a piece of evidence led to."""
        return cls(
            state,
            sentence,
            who="" if state == "satisfied" else evidence_adders(),
            source=evidence.title,
            source_url=evidence.url,
        )
