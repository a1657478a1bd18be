"""The truth table of the verdict: each fact alone, and the main ones against each other."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.countries import Effect, Place, Source, StageEffects
from licensing.facts import (
    ACCESS_MODES,
    BanFact,
    DutyFact,
    Facts,
    GrantFact,
    Links,
    Outcome,
    SecondFactorFact,
    SignatureFact,
    SuspensionFact,
    TermsFact,
    TokenFact,
    VerdictAction,
)
from licensing.rules import evaluate

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TERMS = TermsFact(
    slug="t",
    title="The terms",
    number=2,
    accepted=True,
    url="/accept/",
    accepted_number=2,
    signature=SignatureFact(signed=True),
)
GRANT = GrantFact(
    id=7,
    state="active",
    modes=frozenset({"api", "weights"}),
    ends_at=NOW + timedelta(days=1),
    named=True,
    for_organization=True,
    member=True,
    organization_tier=2,
    place="admitted",
    reviewed=frozenset({"api", "weights"}),
    url="/grant/",
)
GOOD = Facts(
    now=NOW,
    release_state="sealed",
    access_mode="weights_gated",
    stage_name="Gated weights",
    required_tier=2,
    holds=frozenset(),
    takes_applications=True,
    self_service=frozenset(),
    staff=False,
    signed_in=True,
    active=True,
    email_verified=True,
    token=TokenFact(live=True, rights=frozenset({"api", "weights"})),
    person_tier=2,
    terms=(TERMS,),
    grant=GRANT,
    held="",
    open_application="",
    declined=False,
)
# Where the API too asks for a place in the cohort.
GOOD_API = replace(GOOD, access_mode="api_named")
GOOD_APPLY = replace(GOOD, grant=None, token=None)


def with_grant(**changes: Any) -> dict[str, Any]:
    return {"grant": replace(GRANT, **changes)}


def with_terms(**changes: Any) -> dict[str, Any]:
    return {"terms": (replace(TERMS, **changes), TERMS)}


def stated(code: str, source: Source, **changes: Any) -> dict[str, Any]:
    """Return a grant with a country stated, and a stage that is not for all."""
    return {**with_grant(places=(Place(code, source),), **changes), "countries": NOT_FOR_ALL}


NOT_FOR_ALL = StageEffects(
    Effect.ALLOW,
    Effect.LICENCE,
    (("CU", Effect.DENY), ("IN", Effect.REVIEW), ("RU", Effect.LICENCE)),
)


# One change to a world in which everything is well, and the one rule that it breaks.
USE_FLIPS: list[tuple[dict[str, Any], str]] = [
    (stated("RU", Source.PARENT), "country"),
    (stated("CU", Source.HOSTING, licensed=frozenset({"CU", "RU"})), "country"),
    (stated("", Source.PERSON), "country"),
    ({"signed_in": False}, "signed_in"),
    ({"active": False}, "account"),
    ({"ban": BanFact("A leak")}, "banned"),
    (with_grant(ban=BanFact("A leak")), "banned"),
    ({"listed": True}, "screening"),
    (with_grant(listed=True), "screening"),
    ({"email_verified": False}, "email_verified"),
    ({"token": TokenFact(live=False, rights=frozenset({"api", "weights"}))}, "token_live"),
    ({"token": TokenFact(live=True, rights=frozenset())}, "token_right"),
    ({"release_state": "withdrawn"}, "sealed"),
    ({"release_state": "verifying"}, "sealed"),
    ({"access_mode": "none"}, "stage"),
    ({"holds": frozenset({"all"})}, "hold"),
    ({"holds": frozenset({"all", "admissions"})}, "hold"),
    ({"grant": None}, "grant"),
    ({"grant": None, "declined": True}, "grant"),
    ({"grant": None, "declined": True, "takes_applications": False}, "grant"),
    (with_grant(modes=frozenset(), reviewed=frozenset()), "grant"),
    (with_grant(reviewed=frozenset()), "grant"),
    (with_grant(state="pending_terms"), "grant_state"),
    (with_grant(state="queued"), "grant_state"),
    (with_grant(state="suspended", reason="A leak"), "grant_state"),
    (with_grant(suspensions=(SuspensionFact("A leak"),)), "suspension"),
    (
        with_grant(
            suspensions=(SuspensionFact("A leak", frozenset({"weights_gated", "api_named"})),)
        ),
        "suspension",
    ),
    (with_grant(duties=(DutyFact("attest_use"),)), "duties"),
    (with_grant(state="revoked", reason="A leak"), "grant_state"),
    (with_grant(state="expired"), "grant_state"),
    (with_grant(state="relinquished"), "grant_state"),
    (with_grant(state="superseded"), "grant_state"),
    (with_grant(ends_at=NOW), "grant_time"),
    (with_grant(named=False), "named"),
    (with_grant(member=False), "membership"),
    (with_grant(place="queued"), "cohort"),
    (with_grant(place="none"), "cohort"),
    (with_terms(accepted=False), "terms"),
    (with_terms(accepted=False, accepted_earlier=True), "terms"),
    (with_terms(accepted=False, number=None), "terms"),
    (with_terms(signature=SignatureFact(signed=False)), "organization_terms"),
    (with_terms(signature=SignatureFact(signed=False, signed_earlier=True)), "organization_terms"),
    ({"person_tier": 1}, "person_tier"),
    ({"person_tier": 0, "person_reopened": True}, "person_tier"),
    (with_grant(organization_tier=0, organization_reopened=True), "organization_tier"),
    (with_grant(organization_tier=1), "organization_tier"),
]
HOUR = timedelta(hours=1)
# What only a download asks.
DOWNLOAD_FLIPS: list[tuple[dict[str, Any], str]] = [
    ({"second_factor": SecondFactorFact(within=HOUR)}, "second_factor"),
    ({"second_factor": SecondFactorFact(within=HOUR), "token": None}, "second_factor"),
    (
        {"second_factor": SecondFactorFact(within=HOUR, shown_at=NOW - HOUR - timedelta(1))},
        "second_factor",
    ),
]
APPLY_FLIPS: list[tuple[dict[str, Any], str]] = [
    ({"release_state": "verifying"}, "visible"),
    ({"access_mode": "none"}, "visible"),
    ({"signed_in": False}, "signed_in"),
    ({"active": False}, "account"),
    ({"ban": BanFact("A leak")}, "banned"),
    ({"email_verified": False}, "email_verified"),
    ({"holds": frozenset({"all"})}, "hold"),
    ({"holds": frozenset({"admissions"})}, "hold"),
    ({"takes_applications": False}, "takes_applications"),
    ({"open_application": "draft"}, "no_application"),
    ({"open_application": "in_review"}, "no_application"),
    ({"held": "complete"}, "no_grant"),
    ({"held": "suspended"}, "no_grant"),
]


def denied(action: VerdictAction, facts: Facts) -> list[str]:
    return [check.rule for check in evaluate(action, facts).denials]


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        (VerdictAction.SEE, GOOD),
        (VerdictAction.APPLY, GOOD_APPLY),
        (VerdictAction.USE_API, GOOD_API),
        (VerdictAction.DOWNLOAD, GOOD),
    ],
)
def test_where_everything_is_well_the_answer_is_yes(action: VerdictAction, facts: Facts) -> None:
    verdict = evaluate(action, facts)
    assert verdict.allowed
    assert not verdict.denials
    assert verdict.sentence.startswith("You may")


@pytest.mark.parametrize(("changes", "rule"), USE_FLIPS + DOWNLOAD_FLIPS)
def test_one_wrong_fact_refuses_a_download_by_exactly_one_rule(
    changes: dict[str, Any], rule: str
) -> None:
    assert denied(VerdictAction.DOWNLOAD, replace(GOOD, **changes)) == [rule]


@pytest.mark.parametrize(("changes", "rule"), USE_FLIPS)
def test_one_wrong_fact_refuses_the_api_by_exactly_one_rule(
    changes: dict[str, Any], rule: str
) -> None:
    assert denied(VerdictAction.USE_API, replace(GOOD_API, **changes)) == [rule]


@pytest.mark.parametrize(("changes", "rule"), APPLY_FLIPS)
def test_one_wrong_fact_refuses_an_application_by_exactly_one_rule(
    changes: dict[str, Any], rule: str
) -> None:
    assert denied(VerdictAction.APPLY, replace(GOOD_APPLY, **changes)) == [rule]


def test_every_fact_that_a_download_looks_at_is_flipped_above() -> None:
    flipped = {rule for _changes, rule in USE_FLIPS + DOWNLOAD_FLIPS}
    assert flipped == {check.rule for check in evaluate(VerdictAction.DOWNLOAD, GOOD).checks}
    applied = {rule for _changes, rule in APPLY_FLIPS}
    assert applied == {check.rule for check in evaluate(VerdictAction.APPLY, GOOD_APPLY).checks}


def test_a_ban_says_why_and_where_to_object() -> None:
    (denial,) = evaluate(
        VerdictAction.DOWNLOAD, replace(GOOD, ban=BanFact("Weights were resold.", "/bans/1/"))
    ).denials
    assert denial.sentence == "You are banned: Weights were resold."
    assert denial.remedy_url == "/bans/1/"


def test_a_ban_of_the_organisation_leaves_a_grant_of_one_s_own_alone() -> None:
    own = replace(GRANT, for_organization=False, member=False)
    assert denied(VerdictAction.DOWNLOAD, replace(GOOD, grant=own)) == []
    banned = replace(GRANT, ban=BanFact("A leak"))
    assert denied(VerdictAction.DOWNLOAD, replace(GOOD, grant=banned)) == ["banned"]


def test_a_failed_check_of_details_says_whom_to_write_to_and_nothing_of_lists() -> None:
    told = replace(GOOD, listed=True, contact="desk@sluice.example")
    (denial,) = evaluate(VerdictAction.DOWNLOAD, told).denials
    assert denial.sentence == "A check of your details is open or failed."
    assert "desk@sluice.example" in denial.remedy
    assert "list" not in f"{denial.sentence} {denial.remedy}".lower()


def test_a_country_that_is_reviewed_or_licensed_stops_nobody_who_has_a_grant() -> None:
    for facts in (stated("IN", Source.PERSON), stated("RU", Source.PARENT, licensed={"RU"})):
        assert denied(VerdictAction.DOWNLOAD, replace(GOOD, **facts)) == []


def test_every_country_that_is_not_served_is_told_with_its_source_and_what_to_do() -> None:
    places = (Place("RU", Source.PARENT), Place("CU", Source.HOSTING), Place("DE", Source.PERSON))
    grant = replace(GRANT, places=places)
    facts = replace(GOOD, grant=grant, countries=NOT_FOR_ALL, contact="desk@sluice.example")
    told = evaluate(VerdictAction.DOWNLOAD, facts).denials
    assert [check.rule for check in told] == ["country", "country"]
    assert "Cuba (the country in which the model will run)" in told[0].sentence
    assert "Russia" in told[1].sentence
    assert "export licence" in told[1].sentence
    assert all("desk@sluice.example" in check.remedy for check in told)


def test_a_country_that_is_stated_in_several_places_is_told_once_with_all_of_them() -> None:
    places = tuple(Place("CU", source) for source in (Source.ORGANIZATION, Source.PERSON))
    facts = replace(GOOD, grant=replace(GRANT, places=places), countries=NOT_FOR_ALL)
    (told,) = evaluate(VerdictAction.DOWNLOAD, facts).denials
    stated = "(the organisation's country, the country that the person works in)"
    assert f"Cuba {stated}" in told.sentence


def test_a_ban_hides_nothing() -> None:
    assert evaluate(VerdictAction.SEE, replace(GOOD, ban=BanFact("A leak"))).allowed


def test_all_denials_are_told_at_once() -> None:
    facts = replace(
        GOOD,
        email_verified=False,
        holds=frozenset({"all"}),
        person_tier=0,
        grant=replace(GRANT, state="suspended", place="none"),
    )
    assert set(denied(VerdictAction.DOWNLOAD, facts)) == {
        "email_verified",
        "hold",
        "person_tier",
        "grant_state",
        "cohort",
    }


@pytest.mark.parametrize(("changes", "rule"), USE_FLIPS + APPLY_FLIPS)
def test_every_denial_has_a_sentence_and_most_say_what_to_do(
    changes: dict[str, Any], rule: str
) -> None:
    action = VerdictAction.DOWNLOAD if (changes, rule) in USE_FLIPS else VerdictAction.APPLY
    world = GOOD if action is VerdictAction.DOWNLOAD else GOOD_APPLY
    (denial,) = evaluate(action, replace(world, **changes)).denials
    assert denial.sentence.endswith((".", "A leak"))
    if rule not in {"visible", "sealed", "takes_applications", "no_grant", "grant_state"}:
        assert denial.remedy


@pytest.mark.parametrize("mode", ACCESS_MODES)
@pytest.mark.parametrize("action", [VerdictAction.USE_API, VerdictAction.DOWNLOAD])
@pytest.mark.parametrize("place", ["admitted", "queued", "none"])
def test_a_stage_serves_what_its_access_mode_covers(
    mode: str, action: VerdictAction, place: str
) -> None:
    facts = replace(GOOD, access_mode=mode, grant=replace(GRANT, place=place))
    order = ACCESS_MODES.index(mode)
    serves = order >= (1 if action is VerdictAction.USE_API else 3)
    named_here = "api_named" if action is VerdictAction.USE_API else "weights_gated"
    expected = serves and (mode != named_here or place == "admitted")
    assert evaluate(action, facts).allowed is expected


@pytest.mark.parametrize(
    ("state", "mode", "staff", "had_grant"),
    list(
        itertools.product(
            ["ingesting", "verifying", "sealed", "refused", "withdrawn"],
            ACCESS_MODES,
            [False, True],
            [False, True],
        )
    ),
)
def test_who_sees_a_release(state: str, mode: str, staff: bool, had_grant: bool) -> None:
    facts = replace(
        GOOD,
        release_state=state,
        access_mode=mode,
        staff=staff,
        grant=GRANT if had_grant else None,
    )
    expected = (
        staff or (state == "sealed" and mode != "none") or (state == "withdrawn" and had_grant)
    )
    assert evaluate(VerdictAction.SEE, facts).allowed is expected


def test_a_selection_that_counts_at_other_stages_leaves_this_one_alone() -> None:
    elsewhere = SuspensionFact("A letter", frozenset({"weights_open", "api_public"}))
    facts = replace(GOOD, grant=replace(GRANT, suspensions=(elsewhere,)))
    assert evaluate(VerdictAction.DOWNLOAD, facts).allowed
    opened = replace(facts, access_mode="weights_open")
    assert denied(VerdictAction.DOWNLOAD, opened) == ["suspension"]


def test_each_selection_that_stops_a_grant_is_told_with_its_reason() -> None:
    both = (SuspensionFact("A letter"), SuspensionFact("A leak"))
    facts = replace(GOOD, grant=replace(GRANT, suspensions=both))
    told = [check.sentence for check in evaluate(VerdictAction.DOWNLOAD, facts).denials]
    assert [sentence.rpartition(" ")[2] for sentence in told] == ["letter", "leak"]


def test_staff_may_see_and_nothing_more() -> None:
    facts = replace(GOOD, staff=True, grant=None)
    assert denied(VerdictAction.DOWNLOAD, facts) == ["grant"]


def test_a_waiting_application_is_told_instead_of_an_invitation_to_apply() -> None:
    facts = replace(GOOD, grant=None, open_application="in_review")
    (denial,) = evaluate(VerdictAction.DOWNLOAD, facts).denials
    assert denial.state is Outcome.WAITING
    assert "reviewers" in denial.sentence


def _about_the_grant(**changes: Any) -> tuple[str, str, str]:
    """Return what somebody without a grant, whose application was declined, is told of it."""
    links = Links(apply="/apply/", application="/mine/")
    world = replace(GOOD, grant=None, declined=True, links=links)
    checks = evaluate(VerdictAction.DOWNLOAD, replace(world, **changes)).checks
    (check,) = (each for each in checks if each.rule == "grant")
    return check.sentence, check.remedy, check.remedy_url


def test_who_was_declined_reads_so_and_where_the_reason_is() -> None:
    assert _about_the_grant() == (
        "Your application was declined.",
        "Read the reason on its page; you may apply again from there.",
        "/mine/",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"takes_applications": False},
        {"holds": frozenset({"admissions"})},
        {"holds": frozenset({"all"})},
    ],
)
def test_who_was_declined_is_not_sent_to_apply_where_the_rules_forbid_it(
    changes: dict[str, Any],
) -> None:
    assert _about_the_grant(**changes) == (
        "Your application was declined.",
        "Read the reason on its page.",
        "/mine/",
    )
    apply = replace(GOOD_APPLY, declined=True, **changes)
    assert not evaluate(VerdictAction.APPLY, apply).allowed


def test_a_decline_forbids_no_further_application() -> None:
    assert evaluate(VerdictAction.APPLY, replace(GOOD_APPLY, declined=True)).allowed


def test_a_decline_counts_for_nothing_where_accepting_the_terms_is_enough() -> None:
    open_to_all = {"access_mode": "weights_open", "self_service": frozenset({"api", "weights"})}
    assert "Accept the terms" in _about_the_grant(**open_to_all)[1]


def test_a_decline_is_not_told_where_a_grant_was_given_all_the_same() -> None:
    api_only = replace(GRANT, modes=frozenset({"api"}), reviewed=frozenset({"api"}))
    sentence, remedy, url = _about_the_grant(grant=api_only)
    assert "for the hosted API and not for the weights" in sentence
    assert (remedy, url) == ("Apply for access.", "/apply/")
    assert evaluate(VerdictAction.DOWNLOAD, replace(GOOD, declined=True)).allowed


@pytest.mark.parametrize("state", ["revoked", "suspended", "expired", "relinquished"])
def test_how_a_grant_ended_is_told_rather_than_a_decline(state: str) -> None:
    facts = replace(GOOD, declined=True, grant=replace(GRANT, state=state))
    (denial,) = evaluate(VerdictAction.DOWNLOAD, facts).denials
    assert denial.rule == "grant_state"


def test_at_a_public_stage_the_remedy_is_to_accept_the_terms() -> None:
    facts = replace(
        GOOD,
        access_mode="weights_open",
        self_service=frozenset({"api", "weights"}),
        grant=None,
        terms=(replace(TERMS, accepted=False),),
    )
    verdict = evaluate(VerdictAction.DOWNLOAD, facts)
    assert {check.rule for check in verdict.denials} == {"grant", "terms"}
    assert verdict.next_step is not None
    assert verdict.next_step.remedy_url == "/accept/"


@pytest.mark.parametrize("state", ["revoked", "suspended"])
def test_whose_grant_was_stopped_is_not_sent_to_accept_terms(state: str) -> None:
    facts = replace(
        GOOD,
        access_mode="weights_open",
        self_service=frozenset({"api", "weights"}),
        grant=replace(GRANT, state=state, modes=frozenset({"api"})),
    )
    found = {check.rule: check for check in evaluate(VerdictAction.DOWNLOAD, facts).denials}
    assert "Accept the terms" not in found["grant"].remedy
    assert "grant_state" in found


def test_a_grant_by_public_terms_opens_no_named_stage() -> None:
    public = replace(GRANT, reviewed=frozenset())
    assert denied(VerdictAction.DOWNLOAD, replace(GOOD, grant=public)) == ["grant"]
    facts = replace(GOOD, access_mode="weights_open", grant=public)
    assert evaluate(VerdictAction.DOWNLOAD, facts).allowed


def test_a_person_s_own_grant_needs_no_organisation() -> None:
    own = replace(GRANT, for_organization=False, member=False, organization_tier=0)
    verdict = evaluate(VerdictAction.DOWNLOAD, replace(GOOD, grant=own))
    assert verdict.allowed
    states = {check.rule: check.state for check in verdict.checks}
    assert states["membership"] is Outcome.NOT_APPLICABLE
    assert states["organization_tier"] is Outcome.NOT_APPLICABLE


# The whole space of facts, sampled: allowed exactly where each requirement holds.

grants = st.builds(
    GrantFact,
    id=st.just(1),
    state=st.sampled_from(
        ["active", "active", "active", "pending_terms", "queued", "suspended", "revoked", "expired"]
    ),
    modes=st.sampled_from([frozenset({"api"}), frozenset({"weights"}), GRANT.modes]),
    ends_at=st.sampled_from([NOW - timedelta(1), NOW, NOW + timedelta(1), NOW + timedelta(2)]),
    named=st.sampled_from([True, True, False]),
    for_organization=st.booleans(),
    member=st.sampled_from([True, True, False]),
    organization_tier=st.integers(0, 3),
    organization_reopened=st.booleans(),
    place=st.sampled_from(["admitted", "queued", "none"]),
    reviewed=st.sampled_from([frozenset(), GRANT.modes]),
    suspensions=st.lists(
        st.builds(
            SuspensionFact,
            reason=st.just("A letter"),
            access_modes=st.sets(st.sampled_from(ACCESS_MODES[1:]), max_size=2).map(frozenset),
        ),
        max_size=1,
    ).map(tuple),
    duties=st.sampled_from([(), (), (), (DutyFact("apply_updates"),)]),
)
worlds = st.builds(
    Facts,
    now=st.just(NOW),
    release_state=st.sampled_from(["sealed", "sealed", "sealed", "verifying", "withdrawn"]),
    access_mode=st.sampled_from(ACCESS_MODES),
    stage_name=st.just("S"),
    required_tier=st.integers(0, 3),
    holds=st.sampled_from(
        [frozenset(), frozenset(), frozenset({"admissions"}), frozenset({"all"})]
    ),
    takes_applications=st.booleans(),
    self_service=st.sampled_from([frozenset(), frozenset({"api"})]),
    staff=st.booleans(),
    signed_in=st.sampled_from([True, True, False]),
    active=st.sampled_from([True, True, False]),
    email_verified=st.sampled_from([True, True, False]),
    token=st.one_of(
        st.none(),
        st.builds(
            TokenFact,
            live=st.booleans(),
            rights=st.sampled_from([frozenset({"api"}), frozenset({"weights"})]),
        ),
    ),
    person_tier=st.integers(0, 3),
    person_reopened=st.booleans(),
    terms=st.lists(
        st.builds(
            TermsFact,
            slug=st.just("t"),
            title=st.just("T"),
            number=st.just(1),
            accepted=st.sampled_from([True, True, True, False]),
            renew_by=st.sampled_from([None, NOW + timedelta(days=1)]),
            signature=st.sampled_from(
                [None, SignatureFact(signed=True), SignatureFact(signed=False)]
            ),
        ),
        max_size=2,
    ).map(tuple),
    grant=st.one_of(grants, grants, st.none()),
    held=st.sampled_from(["", "", "complete", "suspended"]),
    open_application=st.sampled_from(["", "", "draft", "submitted", "returned"]),
    declined=st.booleans(),
)


def _signed(terms: TermsFact) -> bool:
    return terms.signature is None or terms.signature.signed


def _expected_use(facts: Facts, mode: str, served: tuple[str, ...], named: str) -> bool:
    """Say the rules a second time, in the shortest way, to compare with the long one."""
    grant = facts.grant
    return (
        facts.signed_in
        and facts.active
        and facts.email_verified
        and (facts.token is None or (facts.token.live and mode in facts.token.rights))
        and facts.release_state == "sealed"
        and facts.access_mode in served
        and "all" not in facts.holds
        and grant is not None
        and grant.state == "active"
        and not any(
            facts.access_mode in each.access_modes or not each.access_modes
            for each in grant.suspensions
        )
        and not grant.duties
        and mode in grant.modes
        and grant.ends_at > facts.now
        and grant.named
        and (grant.member or not grant.for_organization)
        and (facts.access_mode != named or (grant.place == "admitted" and mode in grant.reviewed))
        and all(terms.accepted for terms in facts.terms)
        and (facts.access_mode != named or all(_signed(terms) for terms in facts.terms))
        and facts.person_tier >= facts.required_tier
        and (not grant.for_organization or grant.organization_tier >= facts.required_tier)
    )


@settings(max_examples=600, deadline=None)
@given(worlds)
def test_a_verdict_is_yes_exactly_where_every_rule_holds(facts: Facts) -> None:
    api = ACCESS_MODES[1:]
    weights = ("weights_gated", "weights_open")
    download = evaluate(VerdictAction.DOWNLOAD, facts)
    use = evaluate(VerdictAction.USE_API, facts)
    assert download.allowed == _expected_use(facts, "weights", weights, "weights_gated")
    assert use.allowed == _expected_use(facts, "api", api, "api_named")
    visible = (
        facts.staff
        or (facts.release_state == "sealed" and facts.access_mode != "none")
        or (facts.release_state == "withdrawn" and facts.grant is not None)
    )
    assert evaluate(VerdictAction.SEE, facts).allowed == visible
    assert evaluate(VerdictAction.APPLY, facts).allowed == (
        visible
        and facts.signed_in
        and facts.active
        and facts.email_verified
        and not facts.holds
        and facts.takes_applications
        and not facts.open_application
        and not facts.held
    )


@settings(max_examples=150, deadline=None)
@given(worlds, st.sampled_from(list(VerdictAction)))
def test_every_verdict_has_a_sentence(facts: Facts, action: VerdictAction) -> None:
    verdict = evaluate(action, facts)
    assert verdict.sentence
    assert all(check.sentence for check in verdict.checks)
    assert verdict.allowed == (not verdict.denials)


def test_a_reopened_clearance_leads_to_its_renewal() -> None:
    links = Links(apply="/apply/", clearances="/clearances/")
    facts = replace(GOOD, person_tier=0, person_reopened=True, links=links)
    [denial] = evaluate(VerdictAction.DOWNLOAD, facts).denials
    assert denial.rule == "person_tier"
    assert "reopened" in denial.sentence
    assert denial.remedy_url == "/clearances/"
    # Within its grace it counts, and nothing is said.
    assert evaluate(VerdictAction.DOWNLOAD, replace(facts, person_tier=2)).allowed


@pytest.mark.parametrize(
    ("fact", "state"),
    [
        (SecondFactorFact(), Outcome.NOT_APPLICABLE),
        (SecondFactorFact(shown_at=NOW), Outcome.NOT_APPLICABLE),
        (SecondFactorFact(within=HOUR, known=False), Outcome.NOT_APPLICABLE),
        (SecondFactorFact(within=HOUR), Outcome.DENIED),
        (SecondFactorFact(within=HOUR, shown_at=NOW - HOUR - timedelta(seconds=1)), Outcome.DENIED),
        (SecondFactorFact(within=HOUR, shown_at=NOW - HOUR), Outcome.OK),
        (SecondFactorFact(within=HOUR, shown_at=NOW), Outcome.OK),
    ],
)
def test_a_second_factor_counts_while_it_is_as_fresh_as_the_stage_asks(
    fact: SecondFactorFact, state: Outcome
) -> None:
    facts = replace(GOOD, second_factor=fact, links=Links(second_factor="/show/"))
    (check,) = (
        each
        for each in evaluate(VerdictAction.DOWNLOAD, facts).checks
        if each.rule == "second_factor"
    )
    assert check.state is state
    assert bool(check.remedy_url) == (state is Outcome.DENIED)
    # The hosted API is not asked about it: a gateway's client cannot show one.
    assert evaluate(VerdictAction.USE_API, facts).allowed


def test_a_token_is_told_to_be_made_anew() -> None:
    facts = replace(GOOD, second_factor=SecondFactorFact(within=HOUR))
    (check,) = evaluate(VerdictAction.DOWNLOAD, facts).denials
    assert "make a new token" in check.remedy
    stale = SecondFactorFact(within=HOUR, shown_at=NOW - 2 * HOUR)
    (late,) = evaluate(VerdictAction.DOWNLOAD, replace(facts, second_factor=stale)).denials
    assert "was shown longer ago" in late.sentence
    (check,) = evaluate(VerdictAction.DOWNLOAD, replace(facts, token=None)).denials
    assert "Show your passkey or a code" in check.remedy
