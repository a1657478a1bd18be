"""A ladder as plain data. No database."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

HOLD_REVIEW = timedelta(days=14)


@dataclass(frozen=True)
class StagePlan:
    """One rung. `override`: the seats that may override a requirement of the move into it.

    `second_factor`: how long ago whoever downloads may have shown one; None asks for none.
    """

    slug: str
    name: str
    description: str
    access_mode: str
    cohort_cap: int | None
    minimum_soak: timedelta
    cool_off: timedelta
    voting_period: timedelta
    required_tier: int
    terms: tuple[str, ...]
    rule: dict[str, Any]
    irreversible: bool
    requirements: tuple[dict[str, Any], ...] = ()
    re_review: timedelta | None = None
    override: tuple[str, ...] = ()
    second_factor: timedelta | None = None


@dataclass(frozen=True)
class EmergencyPlan:
    """The fast track: a rule and a time of its own, and when the full review must be done."""

    rule: dict[str, Any]
    voting_period: timedelta
    full_review: timedelta

    def stored(self) -> dict[str, Any]:
        """Return it as JSON, times in seconds."""
        return {
            "rule": self.rule,
            "voting_period": int(self.voting_period.total_seconds()),
            "full_review": int(self.full_review.total_seconds()),
        }

    @classmethod
    def from_stored(cls, data: dict[str, Any]) -> "EmergencyPlan":
        """Read what `stored` made."""
        return cls(
            rule=data["rule"],
            voting_period=timedelta(seconds=data["voting_period"]),
            full_review=timedelta(seconds=data["full_review"]),
        )


@dataclass(frozen=True)
class LadderPlan:
    """A ladder, the narrowest stage first.

    `executive`: the seats that may override the board's result. `hold_review`: the time after
    which a hold asks for its review.
    """

    name: str
    version: int
    title: str
    stages: tuple[StagePlan, ...]
    executive: tuple[str, ...] = ()
    emergency: EmergencyPlan | None = None
    hold_review: timedelta = HOLD_REVIEW
