"""What a grant allows, in sentences and as data: a table of grants and what is said of them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from licensing import scope as scopes
from licensing import summary
from licensing.summary import Granted
from licensing.volume import Volume
from tests.licensing.factories import SCOPE

GRANTED = Granted("acme/owl", ("api", "weights"), SCOPE, datetime(2027, 6, 15, 12, tzinfo=UTC))
SERVED = {
    "named": "Only the people named on the grant may use it.",
    "staff": "Your own staff or members may use it, and nobody else.",
    "customers": "Customers and partners who are known to you may use it.",
    "public": "Anyone may use what you build with it.",
}
USAGE = {
    "small": "up to 1 million tokens",
    "medium": "up to 100 million tokens",
    "large": "up to 10 billion tokens",
    "unlimited": "How much it is used is not limited.",
}
TABLE: list[tuple[dict[str, Any], str]] = [
    ({}, "You may use acme/owl through the hosted API and download its weights."),
    ({"modes": ("api",)}, "through the hosted API; the weights are not yours."),
    ({"modes": ("weights",)}, "You may download the weights of acme/owl."),
    ({"scope": {}}, "You may use it as the terms you accepted say."),
    ({}, "You may use it for: Research."),
    ({}, "You may run it here: Isolated, without a network."),
    ({}, "It may serve these sectors: Science and engineering."),
    ({}, "It may serve people in: European Economic Area and Switzerland."),
    ({}, "You may not change it."),
    ({"scope": {**SCOPE, "modification": ["distil"]}}, "You may change it by: Training other"),
    ({}, "You may not pass the weights on, changed or unchanged."),
    ({"scope": {**SCOPE, "redistribution": "named"}}, "recipients named in the application."),
    ({"scope": {**SCOPE, "redistribution": "derivatives"}}, "derived weights on, under the same"),
    ({"volume": Volume(5_000_000_000, 30)}, "You may download at most"),
    ({}, "All of this ends on 15 Jun 2027"),
    *(({"scope": {**SCOPE, "served": key}}, words) for key, words in SERVED.items()),
    *(({"scope": {**SCOPE, "usage": key}}, words) for key, words in USAGE.items()),
]


@pytest.mark.parametrize(("changes", "words"), TABLE)
def test_what_is_granted_is_said_once(changes: dict[str, Any], words: str) -> None:
    said = summary.sentences(replace(GRANTED, **changes))
    assert len([sentence for sentence in said if words in sentence]) == 1
    assert all(sentence.endswith(".") for sentence in said)


def test_no_quota_is_no_sentence() -> None:
    assert not [each for each in summary.sentences(GRANTED) if "at most" in each]


def test_every_choice_of_a_level_has_a_sentence_of_its_own() -> None:
    for key, (labels, _name) in scopes.LEVELS.items():
        told = {
            tuple(summary.sentences(replace(GRANTED, scope={**SCOPE, key: value})))
            for value in labels
        }
        assert len(told) == len(labels)


def test_the_data_says_the_same_and_names_nobody() -> None:
    granted = replace(GRANTED, volume=Volume(1000, 7))
    data = summary.as_data(granted, "an-id", "active")
    assert data["sentences"] == summary.sentences(granted)
    assert scopes.parse_scope(data["scope"]) == scopes.parse_scope(SCOPE)
    assert data["download_quota"] == {"bytes": 1000, "days": 7}
    assert set(data) == {
        *("schema", "grant", "state", "model", "modes", "scope"),
        *("download_quota", "ends_at", "sentences"),
    }
