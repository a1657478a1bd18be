"""The small pure rules: names, the manifest, requirements as a table."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from releases.manifest import Entry, manifest_bytes, manifest_digest
from releases.names import check_model_name, check_version
from releases.requirements import Facts, HoldFacts, StageFacts, blocking, evaluate

NOW = datetime(2026, 1, 31, tzinfo=UTC)
INTERNAL = StageFacts("Internal", 0, timedelta(0))
PUBLIC = StageFacts("Public API", 1, timedelta(days=30))
READY = Facts("sealed", INTERNAL, NOW - timedelta(days=30), PUBLIC, fallen=())


def states(facts: Facts) -> dict[str, str]:
    return {requirement.key: requirement.state for requirement in evaluate(facts, NOW)}


def test_all_satisfied() -> None:
    assert set(states(READY).values()) == {"satisfied"}


@pytest.mark.parametrize(
    ("change", "key", "state"),
    [
        ({"state": "verifying"}, "sealed", "unsatisfied"),
        ({"state": "withdrawn"}, "sealed", "unsatisfied"),
        ({"present": None}, "sealed", "unsatisfied"),
        ({"target": replace(PUBLIC, position=2)}, "one_step", "unsatisfied"),
        ({"target": replace(PUBLIC, position=0)}, "one_step", "unsatisfied"),
        ({"target": replace(PUBLIC, minimum_soak=timedelta(0))}, "soak", "not_applicable"),
        ({"staged_at": NOW - timedelta(days=29, hours=23)}, "soak", "unsatisfied"),
        ({"staged_at": None}, "soak", "unsatisfied"),
        ({"staged_at": NOW.replace(tzinfo=None)}, "soak", "error"),
        ({"holds": (HoldFacts("admissions", True, "Odd."),)}, "no_hold", "unsatisfied"),
        ({"holds": (HoldFacts("all", False, "Odd."),)}, "no_hold", "unsatisfied"),
        ({"fallen": None}, "dossier", "not_applicable"),
        ({"fallen": (("ARC", "withdrawn"),)}, "dossier", "unsatisfied"),
        ({"fallen": (("ARC", "superseded"),)}, "dossier", "unsatisfied"),
        ({"fallen": (("ARC", "expired"),)}, "dossier", "unsatisfied"),
        ({"fallen": (("ARC", "unheard-of"),)}, "dossier", "error"),
        ({"other_move": "Internal to Public API"}, "one_move", "unsatisfied"),
    ],
)
def test_each_requirement(change: dict[str, Any], key: str, state: str) -> None:
    facts = replace(READY, **change)
    assert states(facts)[key] == state
    found = evaluate(facts, NOW)
    assert all(requirement.sentence and requirement.name for requirement in found)
    if state in ("unsatisfied", "error"):
        assert found[0].blocks
        assert blocking(found)


def test_the_soak_ends_to_the_second() -> None:
    start = NOW - timedelta(days=30) + timedelta(seconds=1)
    assert states(replace(READY, staged_at=start))["soak"] == "unsatisfied"
    assert states(replace(READY, staged_at=start - timedelta(seconds=1)))["soak"] == "satisfied"


def test_the_digest_is_over_canonical_json_of_the_sorted_manifest() -> None:
    entries = [Entry("b", 2, "b" * 64), Entry("a", 1, "a" * 64)]
    data = manifest_bytes("acme/heron", "v1", entries)
    assert json.loads(data) == {
        "format": "sluice-manifest-v1",
        "model": "acme/heron",
        "version": "v1",
        "artifacts": [
            {"path": "a", "size": 1, "sha256": "a" * 64},
            {"path": "b", "size": 2, "sha256": "b" * 64},
        ],
    }
    digest = manifest_digest("acme/heron", "v1", reversed(entries))
    assert digest == hashlib.sha256(data).hexdigest()
    assert digest != manifest_digest("acme/heron", "v2", entries)


@pytest.mark.parametrize("name", ["acme/heron", "a/b", "my-lab/Heron-7B.v2_x"])
def test_model_names(name: str) -> None:
    assert "/".join(check_model_name(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "", "heron", "a/b/c", "/b", "a/", "A/b", "a_b/c", "-a/b", "a/.b", "a/b.", "a/..", "a/b..c",
        "a/b c", "a/ü", "a/b\n", "x" * 61 + "/b", "a/" + "x" * 97, "a/b\x00",
    ],
)  # fmt: skip
def test_what_is_no_model_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"namespace|name"):
        check_model_name(name)


@pytest.mark.parametrize("version", ["v1.0", "1", "2026-01-01", "v1.0+cu12", "x" * 64])
def test_versions(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize(
    "version",
    ["", ".", "..", "v..1", "a/b", "v 1", "v1\n", "-1", "v1-", "main", "HEAD", "latest", "ü",
     "x" * 65, "a" * 40, "0" * 64, "v1\x00"],
)  # fmt: skip
def test_what_is_no_version(version: str) -> None:
    with pytest.raises(ValueError, match=r"version|digest"):
        check_version(version)
