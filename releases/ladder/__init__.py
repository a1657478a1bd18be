"""Reading a ladder from YAML: strictly, and naming the line of everything that is wrong."""

from releases.ladder.checks import parse_ladder
from releases.ladder.plans import EmergencyPlan, LadderPlan, StagePlan
from releases.ladder.reading import MOST_CHARACTERS, LadderError

__all__ = [
    "MOST_CHARACTERS",
    "EmergencyPlan",
    "LadderError",
    "LadderPlan",
    "StagePlan",
    "parse_ladder",
]
