"""What the audit events alone tell of motions, moves, releases and holds. No rows, no services.

Each event is taken in its turn; what contradicts those before it (a vote opened that was never
cast, an effect under a hold) fails at once.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from boards.sealing import Opening, opens
from boards.tally import Rule, SeatState, combine, parse_rule, tally

OPEN = ("in_review", "voting")


class Told(Protocol):
    """An event, as far as a replay reads it."""

    action: str
    target: str
    refs: list[str]
    data: dict[str, Any]


@dataclass
class MotionTold:
    """A motion: `sealed` are the commitments of its round by seat, `tally` counts the opened."""

    kind: str
    subject: str
    params: dict[str, Any]
    digest: str
    state: str = "in_review"
    rule: Rule | None = None
    seats: dict[int, dict[str, Any]] = field(default_factory=dict)
    sealed: dict[int, str] = field(default_factory=dict)
    tally: dict[str, Any] | None = None
    overridden: str = ""
    reviewed: str = ""

    @property
    def outcome(self) -> str:
        """What it counts as."""
        is_result = self.state in ("approved", "rejected", "lapsed")
        return self.overridden if is_result and self.overridden else self.state

    def count(self, closing: dict[str, Any]) -> str:
        """Count what the close opened: every commitment of the round, each as it was made."""
        excluded = {key for key, seat in self.seats.items() if seat["excluded"]}
        opened = {each["seat"]: each for each in closing["openings"]}
        assert len(opened) == len(closing["openings"])
        assert set(opened) == set(self.sealed) - excluded
        for seat, each in opened.items():
            assert each["dossier_digest"] == self.digest
            keys = ("nonce", "choice", "reason", "dossier_digest", "conflict")
            assert opens(self.sealed[seat], Opening(*(each[key] for key in keys)))
        assert self.rule == parse_rule(closing["rule"])
        states = [
            SeatState(key, seat["role"], seat["holder"] is None, key in excluded)
            for key, seat in self.seats.items()
        ]
        votes = {seat: each["choice"] for seat, each in opened.items()}
        result = tally(self.rule, states, votes)
        self.tally = {**asdict(result), "reasons": list(result.reasons)}
        assert self.tally == closing["tally"]
        return {"approved": "approved", "rejected": "rejected"}.get(result.outcome, "undecided")


@dataclass
class MoveTold:
    """A transition."""

    release: str
    target: str
    state: str = "proposed"


@dataclass
class ReleaseTold:
    """A release: its state, the slug of its stage."""

    model: str
    state: str
    stage: str | None = None


@dataclass
class HoldTold:
    """A hold on a model, or on one release of it."""

    kind: str
    model: str
    release: str | None
    state: str = "placed"


@dataclass
class BlockerTold:
    """What forbids forward moves of a release."""

    release: str
    state: str = "open"


class Replay:
    """Everything that was told so far, each by the name under which events refer to it.

    A move has the name of its motion; `caps` are by release and stage.
    """

    def __init__(self) -> None:
        self.motions: dict[str, MotionTold] = {}
        self.moves: dict[str, MoveTold] = {}
        self.releases: dict[str, ReleaseTold] = {}
        self.holds: dict[str, HoldTold] = {}
        self.blockers: dict[str, BlockerTold] = {}
        self.caps: dict[tuple[str, str], int] = {}

    def take(self, events: Iterable[Told]) -> None:
        """Go on with later events, in their order."""
        for event in events:
            room, _, what = event.action.partition(".")
            act = getattr(self, f"_{room}", None)
            if act is not None:
                act(event, what)

    def holds_on(self, release: str) -> list[HoldTold]:
        """Return the holds in force on a release, its model's among them."""
        model = self.releases[release].model
        return [
            hold
            for hold in self.holds.values()
            if hold.state != "lifted" and hold.model == model and hold.release in (None, release)
        ]

    # Motions

    def _motion(self, event: Told, what: str) -> None:
        if what == "proposed":
            self._propose(event)
            return
        motion, data = self.motions[event.target], event.data
        match what:
            case "dossier_revised":
                assert (motion.state in OPEN, data["from"]) == (True, motion.digest)
                motion.state, motion.digest, motion.sealed = "in_review", data["to"], {}
            case "voting_opened":
                assert (motion.state, data["dossier_digest"]) == ("in_review", motion.digest)
                motion.state, motion.sealed = "voting", {}
                motion.seats = {each["seat"]: dict(each) for each in data["seats"]}
                motion.rule = parse_rule(data["rule"])
            case "voter_excluded":
                assert motion.state == "voting"
                motion.seats[data["seat"]]["excluded"] = data["excluded"]
            case "rule_tightened":
                assert motion.state in OPEN
                assert combine([data["from"], data["to"]]) == parse_rule(data["to"])
                motion.rule = parse_rule(data["to"])
            case "full_review_ended":
                motion.reviewed = data["result"]
            case _:
                self._end(motion, data, what)

    def _end(self, motion: MotionTold, data: dict[str, Any], what: str) -> None:
        match what:
            case "approved" | "rejected" | "undecided":
                assert motion.state == "voting"
                assert motion.count(data) == what
                motion.state = "lapsed" if what == "undecided" else what
            case "result_overridden":
                assert (motion.state, motion.tally) == (data["board_result"], data["tally"])
                assert data["role"] in (motion.rule.executive if motion.rule else ())
                motion.overridden = data["outcome"]
            case "lapsed" | "withdrawn":
                assert motion.state in OPEN
                motion.state = what
            case "cancelled":
                assert motion.outcome == "approved"
                motion.state = what

    def _propose(self, event: Told) -> None:
        data = event.data
        motion = MotionTold(data["kind"], data["subject"], data["params"], data["dossier_digest"])
        assert event.target not in self.motions
        self.motions[event.target] = motion
        if motion.kind == "transition" and motion.subject in self.releases:
            assert motion.params["from"] == self.releases[motion.subject].stage
            self.moves[event.target] = MoveTold(motion.subject, motion.params["to"])

    def _vote(self, event: Told, _what: str) -> None:
        """A cast vote tells its commitment and nothing else."""
        motion = self.motions[event.target]
        seat = motion.seats[event.data["seat"]]
        assert set(event.data) == {"seat", "round", "commitment"}
        assert (motion.state, seat["excluded"]) == ("voting", "")
        motion.sealed[event.data["seat"]] = event.data["commitment"]

    # Moves and releases

    def _transition(self, event: Told, what: str) -> None:
        motion = _named(event, "boards.motion")
        move, data = self.moves[motion], event.data
        match what:
            case "approved":
                assert (move.state, self.motions[motion].outcome) == ("proposed", "approved")
                move.state = what
            case "effective":
                release = self.releases[move.release]
                assert (move.state, self.motions[motion].outcome) == ("approved", "approved")
                assert (release.state, release.stage) == ("sealed", data["from"])
                assert not self.holds_on(move.release)
                assert BlockerTold(move.release) not in self.blockers.values()
                assert data["dossier_digest"] == self.motions[motion].digest
                move.state, release.stage = what, data["to"]
            case "ended":
                assert move.state in ("proposed", "approved")
                move.state = data["state"]

    def _release(self, event: Told, what: str) -> None:
        data = event.data
        if what == "ingest_started":
            model = _named(event, "releases.model")
            self.releases[event.target] = ReleaseTold(model, "ingesting")
            return
        release = self.releases.get(event.target)
        if release is None:
            return
        match what:
            case "ingested":
                release.state = "verifying"
            case "sealed":
                release.state, release.stage = what, data["stage"]
            case "refused":
                release.state = what
            case "withdrawn":
                assert (release.state, bool(self.holds_on(event.target))) == ("sealed", True)
                release.state = what
            case "demoted":
                assert release.stage == data["from"]
                release.stage = data["to"]
            case "cap_raised" | "cap_lowered":
                is_higher = data["from"] is not None and data["to"] > data["from"]
                assert is_higher == (what == "cap_raised")
                self.caps[event.target, data["stage"]] = data["to"]

    def _model(self, event: Told, what: str) -> None:
        if what != "ladder_adopted":
            return
        for release, caps in event.data["caps"].items():
            for stage, cap in caps.items():
                self.caps[release, stage] = cap

    # What stops them

    def _hold(self, event: Told, what: str) -> None:
        if what == "placed":
            model = _named(event, "releases.model")
            release = _named(event, "releases.release") or None
            self.holds[event.target] = HoldTold(event.data["kind"], model, release)
            return
        hold = self.holds[event.target]
        if what == "lifted":
            motion = self.motions[_named(event, "boards.motion")]
            assert (motion.kind, motion.subject) == ("lift_hold", event.target)
            assert motion.outcome == "approved"
        hold.state = what

    def _blocker(self, event: Told, what: str) -> None:
        state = "open" if what == "opened" else what
        self.blockers[event.target] = BlockerTold(_named(event, "releases.release"), state)


def _named(event: Told, label: str) -> str:
    """Return the one object of a kind that the event names, if it names one."""
    found = [each for each in event.refs if each.startswith(f"{label}:")]
    assert len(found) <= 1
    return found[0] if found else ""
