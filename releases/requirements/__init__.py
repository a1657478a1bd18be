"""Requirements: the gates between a release and its next stage. No database, no clock.

`evaluate` is asked twice: before voting opens, and again when an approved transition is about to
take effect. An unsatisfied or erroneous requirement keeps either from happening.
"""

from releases.requirements.facts import (
    BLOCKING,
    BlockerFacts,
    Facts,
    Finding,
    HoldFacts,
    OverrideFacts,
    Requirement,
    StageFacts,
    State,
)
from releases.requirements.judging import blocking, evaluate
from releases.requirements.metric import judge_metric

__all__ = [
    "BLOCKING",
    "BlockerFacts",
    "Facts",
    "Finding",
    "HoldFacts",
    "OverrideFacts",
    "Requirement",
    "StageFacts",
    "State",
    "blocking",
    "evaluate",
    "judge_metric",
]
