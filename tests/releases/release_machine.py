"""The little that ought to be true of a release, beside which its machine acts on the real one."""

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from audit.models import Event
from audit.selectors import ref
from boards.models import Motion
from boards.tally import Rule, SeatState, obstacles
from common.errors import Refused
from releases import services
from releases.choices import WEIGHTS_MODES
from releases.models import Blocker, Stage, Transition
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.factories import (
    DEMO_LADDER,
    DOSSIER,
    NO_COMPARABLE,
    STAGES,
    make_model,
    make_release,
    put_at,
    stage_of,
)
from tests.replay import Replay

# The last seat is the proposer's own, who manages the model's releases; the fourth may override.
ROLES = ["chair", "safety", "independent", "security", "legal"]
PROPOSER = 4
numbers = itertools.count(1)


def slow_ladder(version: int = 1) -> str:
    """Return the demo's stages with times that no test outlasts, no evidence, and an executive.

    The second version tightens the rules that ask for more than half: the chair has a veto.
    """
    text = re.sub(r"(minimum_soak|cool_off): \S+", r"\1: 1h", DEMO_LADDER.read_text())
    text = re.sub(r"    requirements:\n(?:      .*\n)+", "", text)
    text = text.replace("name: demo\nversion: 1", f"name: machine\nversion: {version}", 1)
    text = text.replace("hold_review: 14d", "hold_review: 14d\nexecutive: [security]", 1)
    half = '      approval: {more_than: "1/2"}\n'
    return text.replace(half, f"{half}      veto: [chair]\n") if version > 1 else text


def dossier_for(stage: Stage) -> dict[str, str]:
    """Return a dossier that no other motion has had."""
    texts = {**DOSSIER, "rationale": f"Version {next(numbers)}."}
    return {**texts, **NO_COMPARABLE} if stage.access_mode in WEIGHTS_MODES else texts


@dataclass
class Asked:
    """What the machine knows of a motion before the board."""

    motion: Motion
    rule: Rule
    state: str = "in_review"
    votes: dict[int, str] = field(default_factory=dict)
    excluded: set[int] = field(default_factory=set)
    overridden: str = ""
    may_override: bool = False

    @property
    def outcome(self) -> str:
        is_result = self.state in ("approved", "rejected", "lapsed")
        return self.overridden if is_result and self.overridden else self.state

    @property
    def is_open(self) -> bool:
        return self.state in ("in_review", "voting")

    @property
    def waits_for_override(self) -> bool:
        return self.state in ("rejected", "lapsed") and self.may_override and not self.overridden


@dataclass
class Move:
    """What the machine knows of the open transition."""

    asked: Asked
    transition: Transition
    approved: bool = False
    cooled: bool = False
    expired: bool = False


@dataclass
class Raise:
    """A motion for a higher cap that is not applied yet."""

    asked: Asked
    stage: str
    present: int
    cap: int


class Machine(RuleBasedStateMachine):
    """A release with its board, how an act on it is tried, and what ought to be true of it."""

    def __init__(self) -> None:
        super().__init__()
        self.move: Move | None = None
        self.holds: dict[int, tuple[str, bool]] = {}
        self.lifts: dict[int, Asked] = {}
        self.raises: list[Raise] = []
        self.caps: dict[str, int] = {}
        self.blockers: list[Blocker] = []
        self.managers = {PROPOSER}
        self.soaked = True
        self.withdrawn = False
        self.tightened = False
        self.replay = Replay()
        # Each sequence alone: the sweeps would go on with what an earlier one left.
        self.alone = transaction.atomic()
        self.alone.__enter__()

    def teardown(self) -> None:
        """Undo everything."""
        transaction.set_rollback(True)
        self.alone.__exit__(None, None, None)

    def seal(self, at: int) -> None:
        """Make the release, at a stage as if its boards had moved it there, long ago."""
        newest = Event.objects.order_by("-id").values_list("id", flat=True).first()
        self.last_event = newest or 0
        self.people = [make_user() for _role in ROLES]
        self.holder = make_user()
        ladder = services.load_ladder(actor=None, source_text=slow_ladder()).ladder
        self.model = make_model(
            board=make_board(*zip(ROLES, self.people, strict=True)),
            ladder=ladder,
            manager=self.people[PROPOSER],
            holder=self.holder,
        )
        self.release = make_release(self.model)
        self.stages = [stage_of(self.model, slug) for slug in STAGES]
        self.replay.take(self.news())
        put_at(self.release, STAGES[at])
        self.replay.releases[ref(self.release)].stage = STAGES[at]
        self.at = at

    # How an act is tried

    def news(self) -> list[Event]:
        found = list(Event.objects.filter(pk__gt=self.last_event).order_by("id"))
        self.last_event = found[-1].pk if found else self.last_event
        return found

    def attempt(self, allowed: bool, expected: list[str], act: Any, **arguments: Any) -> Any:
        """Try an act: it succeeds exactly where it is allowed, and leaves these events and no more.

        Returns what it returned, None where it was refused.
        """
        sentence, result = "", None
        try:
            result = act(**arguments)
        except Refused as refused:
            sentence = refused.sentence
        assert (not sentence) is allowed, sentence or act
        news = self.news()
        assert sorted(event.action for event in news) == sorted(expected if allowed else [])
        self.replay.take(news)
        return result

    def seat_states(self, asked: Asked) -> list[SeatState]:
        snapshot = asked.motion.board.seats.order_by("id").values_list("id", flat=True)
        return [
            SeatState(pk, ROLES[n], excluded=n in asked.excluded) for n, pk in enumerate(snapshot)
        ]

    def can_open(self, asked: Asked) -> bool:
        asked.excluded = set(self.managers)
        return not obstacles(asked.rule, self.seat_states(asked))

    def now_voting(self, asked: Asked) -> Asked:
        asked.state, asked.votes = "voting", {}
        return asked

    @property
    def is_stopped(self) -> bool:
        return bool(self.holds or self.blockers)

    @property
    def all_asked(self) -> list[Asked]:
        """What was put before the board and is not done with."""
        moved = [self.move.asked] if self.move else []
        return [*moved, *self.lifts.values(), *(each.asked for each in self.raises)]

    @property
    def cap(self) -> int | None:
        """How many the stage admits; None where there is no cap."""
        stage = self.stages[self.at]
        return self.caps.get(stage.slug, stage.cohort_cap) if stage.has_cohort else None
