"""Reading a ladder from YAML: strictly, and naming the line of everything that is wrong."""

from common.plain_yaml import MOST_CHARACTERS
from common.plain_yaml import YamlProblem as LadderError
from releases.ladder.checks import parse_ladder
from releases.ladder.plans import EmergencyPlan, LadderPlan, StagePlan

__all__ = [
    "MOST_CHARACTERS",
    "EmergencyPlan",
    "LadderError",
    "LadderPlan",
    "StagePlan",
    "parse_ladder",
]
