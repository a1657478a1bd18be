"""What a requirement asks for, in a sentence."""

from typing import Any

import pytest

from releases.requirement_plans import parse_requirement
from releases.requirements.asked import asked

METRIC = {"kind": "metric", "task": "nests", "metric": "accuracy", "unsafe": "above"}


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            {**METRIC, "bound": "0.2"},
            "accuracy on nests stays below 0.2 with 95 % confidence.",
        ),
        (
            {**METRIC, "unsafe": "below", "bound": "0.5", "filter": "strict", "confidence": "0.99"},
            "accuracy on nests (strict) stays above 0.5 with 99 % confidence.",
        ),
        (
            {
                **METRIC,
                "bound": "0.2",
                "min_samples": 200,
                "elicitation": "fully_elicited",
                "stderr": "none",
            },
            (
                "accuracy on nests stays below 0.2 with 95 % confidence. At least 200 samples. "
                "Fully elicited, mitigations off or got around. Without a standard error the value "
                "alone counts."
            ),
        ),
        (
            {"kind": "evidence", "type": "red_team_report", "max_age": "180d"},
            "Red-team report, made at most 180 days ago.",
        ),
        (
            {"kind": "external_evaluation"},
            "an independent review from outside, or a search for one that failed.",
        ),
        (
            {"kind": "counterfactual"},
            "the dossier's form on comparable models is filled in and holds.",
        ),
        ({"kind": "no_blocker"}, "no blocker is open."),
    ],
)
def test_each_kind_says_what_it_asks_for(entry: dict[str, Any], sentence: str) -> None:
    assert asked(parse_requirement({"key": "one", "name": "One", **entry}).asks) == sentence
