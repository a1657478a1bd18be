"""What a version of a ladder is said to tighten lets nothing through that the former kept back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from releases.evidence.facts import EvidenceFacts
from releases.evidence.told import Flag, Score
from releases.ladder import StagePlan
from releases.ladder_changes import compare, loosening
from releases.requirements import Facts, OverrideFacts, StageFacts, blocking, evaluate
from tests.releases.test_ladder_changes import BIO, GATED, at_gated, only, roles

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BELOW = StageFacts("Below", 0, timedelta(0))
asked: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "key": st.just("bio"),
        "kind": st.just("metric"),
        "name": st.just("Bio"),
        "task": st.just("bio"),
        "metric": st.just("accuracy"),
        "unsafe": st.just("above"),
        "bound": st.sampled_from(["0.3", "0.4"]),
    },
    optional={
        "confidence": st.sampled_from(["0.6", "0.95"]),
        "min_samples": st.sampled_from([1, 100]),
        "allow_flags": st.lists(st.sampled_from(["edited", "limited"]), unique=True),
        "elicitation": st.sampled_from(["mitigations_on", "fully_elicited"]),
        "filter": st.sampled_from(["strict", "loose"]),
        "stderr": st.just("none"),
        "override": st.lists(st.sampled_from(["legal", "safety"]), unique=True),
    },
)
fresh: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "key": st.just("red"),
        "kind": st.just("evidence"),
        "name": st.just("Red"),
        "type": st.sampled_from(["red_team_report", "external_review"]),
        "max_age": st.sampled_from(["10d", "90d"]),
    }
)


@st.composite
def versions_of_entries(draw: st.DrawFn) -> tuple[tuple[dict[str, Any], ...], ...]:
    """Draw two versions of a stage's entries that differ in a part or two."""
    former, new = [], []
    for kind in draw(st.sampled_from([(asked,), (fresh,), (asked, fresh)])):
        one, other = draw(kind), draw(kind)
        parts = draw(st.lists(st.sampled_from(sorted({*one, *other})), max_size=2))
        mixed = {key: part for key, part in one.items() if key not in parts}
        mixed |= {key: other[key] for key in parts if key in other}
        former.append(one)
        new.append(mixed)
    return tuple(former), tuple(new[draw(st.integers(0, 1)) :])


scores = st.builds(
    Score,
    task=st.just("bio"),
    metric=st.just("accuracy"),
    filter=st.sampled_from(["strict", "loose"]),
    value=st.sampled_from([0.1, 0.28, 0.35, 0.9]),
    stderr=st.sampled_from([None, 0.0, 0.02]),
    samples=st.sampled_from([None, 10, 200]),
    higher_is_better=st.none(),
)
flags = st.sampled_from(["edited", "limited", "invalidated"]).map(lambda code: Flag(code, "Why."))
items = st.builds(
    EvidenceFacts,
    public_id=st.just("1"),
    type=st.sampled_from(["evaluation", "red_team_report", "external_review"]),
    title=st.just("Run"),
    scores=st.lists(scores, max_size=2).map(tuple),
    flags=st.lists(flags, max_size=1).map(tuple),
    digest_bound=st.just(True),
    ran_at=st.sampled_from([None, NOW - timedelta(days=5), NOW - timedelta(days=30)]),
    expires_at=st.sampled_from([NOW, NOW + timedelta(days=1)]),
    elicitation=st.sampled_from(["mitigations_on", "fully_elicited"]),
)
given_overrides = st.builds(
    OverrideFacts,
    key=st.sampled_from(["bio", "red", "soak"]),
    role=st.sampled_from(["legal", "safety"]),
    reason=st.just("Because."),
    stands=st.booleans(),
)


def _let_through(stage: StagePlan, facts: Facts) -> bool:
    target = StageFacts(stage.name, 1, stage.minimum_soak, stage.requirements, stage.override)
    return not blocking(evaluate(replace(facts, target=target), NOW))


@trials(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    versions_of_entries(),
    st.tuples(roles, roles),
    st.lists(items, max_size=3),
    st.lists(given_overrides, max_size=2),
    st.booleans(),
)
def test_requirements_that_loosen_nothing_let_nothing_through_that_the_former_did_not(
    asks: tuple[tuple[dict[str, Any], ...], ...],
    overriders: tuple[list[str], list[str]],
    evidence: list[EvidenceFacts],
    overrides: list[OverrideFacts],
    soaked: bool,
) -> None:
    one, other = (
        at_gated(requirements=entries, override=tuple(named), minimum_soak=timedelta(days=1))
        for entries, named in zip(asks, overriders, strict=True)
    )
    pairs = [(one, other), (other, one)]
    ordered = [pair for pair in pairs if not loosening(compare(*pair))]
    assume(ordered)
    facts = Facts(
        "sealed",
        BELOW,
        NOW - timedelta(days=2 if soaked else 0),
        BELOW,
        evidence=tuple(evidence),
        overrides=tuple(overrides),
    )
    for pair in ordered:
        former, new = (next(stage for stage in plan.stages if stage.slug == GATED) for plan in pair)
        assert not _let_through(new, facts) or _let_through(former, facts)


def test_a_flag_that_may_stand_no_more_lets_nothing_through_that_it_kept_back() -> None:
    bad = EvidenceFacts(
        public_id="1",
        type="evaluation",
        title="Edited, and too high",
        scores=(Score("bio", "accuracy", "", 0.9, 0.01, 200, None),),
        flags=(Flag("edited", "Edited."),),
        ran_at=NOW - timedelta(days=1),
        expires_at=NOW + timedelta(days=1),
    )
    good = replace(bad, scores=(replace(bad.scores[0], value=0.1),), flags=())
    former, new = {**BIO, "allow_flags": ["edited"]}, BIO
    change = only(compare(at_gated(requirements=(former,)), at_gated(requirements=(new,))))
    assert change.effect == "tightens"
    facts = Facts("sealed", BELOW, NOW, BELOW, evidence=(bad, good))
    for entry in (former, new):
        target = StageFacts("Gated", 1, timedelta(0), (entry,))
        assert blocking(evaluate(replace(facts, target=target), NOW))
