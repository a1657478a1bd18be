"""Whose turn it is: a table over every state, and what nobody may be left to guess."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licensing.facts import Check, Outcome, Verdict, VerdictAction
from licensing.models import ApplicationState, GrantState
from licensing.turns import ApplicationFacts, GrantFacts, Owed, of_application, of_grant

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(days=3), NOW + timedelta(days=3)
FACTS = ApplicationFacts(
    now=NOW,
    state="submitted",
    changed_at=BEFORE,
    due_at=LATER,
    answer_by=LATER,
    votes_until=LATER,
    service_days=10,
    reason="No plan.",
    references_url="/references/",
    apply_url="/apply/",
)


@pytest.mark.parametrize("state", ApplicationState.values)
def test_every_state_of_an_application_says_whose_turn_it_is_since_when(state: str) -> None:
    turn = of_application(replace(FACTS, state=state))
    assert turn.sentence
    assert turn.since == BEFORE
    waits = {
        "draft": "You",
        "returned": "You",
        "submitted": "The reviewers of the model",
        "in_review": "The reviewer",
        "awaiting_second": "A second reviewer",
        "appealed": "A reviewer who did not decide before",
        "referred": "The board of the model",
    }
    assert turn.who == waits.get(state, "")
    assert turn.yours == (turn.who == "You")
    # Of reviewers one learns how long it takes, and of a board until when it votes.
    reviewers = state in ("submitted", "in_review", "awaiting_second", "appealed")
    assert bool(turn.usual) == reviewers
    assert (turn.by == LATER) == (turn.who not in ("", "You") or state == "returned")


def test_a_promise_that_was_not_kept_is_admitted() -> None:
    turn = of_application(replace(FACTS, due_at=BEFORE))
    assert turn.late
    assert "later than was promised" in turn.sentence
    assert not of_application(FACTS).late


def test_what_is_missing_is_named_with_where_to_fill_it_in() -> None:
    missing = (("Purpose", "/purpose/"), ("Hosting", "/hosting/"))
    turn = of_application(replace(FACTS, state="draft", missing=missing))
    assert [(each.sentence, each.remedy_url) for each in turn.checks] == list(missing)
    assert all(each.state is Outcome.DENIED for each in turn.checks)
    (check,) = of_application(replace(FACTS, state="draft")).checks
    assert check.state is Outcome.OK


def test_who_has_not_answered_is_told_wherever_it_is_awaited() -> None:
    facts = replace(FACTS, unanswered=(("Referee", BEFORE), ("Signing official", BEFORE)))
    for state in ("submitted", "in_review", "returned", "awaiting_second", "appealed", "referred"):
        found = [
            check.sentence
            for check in of_application(replace(facts, state=state)).checks
            if check.rule == "reference"
        ]
        assert found == [
            "Has not answered yet: Referee.",
            "Has not answered yet: Signing official.",
        ], state


def test_a_denial_says_why_and_both_ways_back() -> None:
    declined = replace(FACTS, state="declined", appeal_url="/appeal/", appeal_until=LATER)
    turn = of_application(declined)
    assert (turn.by, turn.by_words) == (LATER, "Appeal until")
    assert [(each.rule, each.remedy_url) for each in turn.checks] == [
        ("decision", "/apply/"),
        ("appeal", "/appeal/"),
    ]
    assert turn.checks[0].sentence == "Declined: No plan."
    final = of_application(replace(FACTS, state="declined", appealed=True))
    assert "last word" in final.sentence
    assert final.by is None
    assert [each.rule for each in final.checks] == ["decision"]


GRANT = GrantFacts(state="active", changed_at=BEFORE, ends_at=LATER, apply_url="/apply/")


@pytest.mark.parametrize("state", GrantState.values)
def test_every_state_of_a_grant_says_whose_turn_it_is(state: str) -> None:
    turn = of_grant(replace(GRANT, state=state))
    assert turn.sentence
    live = state in ("pending_terms", "queued", "suspended")
    assert bool(turn.who) == live
    if state == "active":
        assert (turn.by, turn.by_words) == (LATER, "Runs until")
    else:
        assert turn.since == BEFORE
    if state in ("revoked", "expired", "relinquished", "superseded"):
        assert turn.checks[0].remedy_url == "/apply/"


def test_a_grant_that_waits_for_terms_says_whose() -> None:
    waits = replace(GRANT, state="pending_terms", unsigned=("Licence",))
    assert of_grant(waits).who.startswith("Whoever may sign")
    own = of_grant(replace(waits, unaccepted=(("Terms of use", "/terms/"),)))
    assert (own.who, own.yours) == ("You", True)
    assert [(each.rule, each.remedy_url) for each in own.checks] == [
        ("terms", "/terms/"),
        ("organization_terms", ""),
    ]


@pytest.mark.parametrize("state", ["active", "expired"])
def test_a_grant_that_owes_something_waits_for_who_does_it_first(state: str) -> None:
    owed = (
        Owed("Attest how it is used", "The holder", LATER, url="/duties/1/"),
        Owed("Certify", "An owner", BEFORE, overdue=True, url="/duties/2/"),
    )
    turn = of_grant(replace(GRANT, state=state, owed=owed))
    assert (turn.who, turn.by, turn.late) == ("An owner", BEFORE, True)
    assert "owed for it" in turn.sentence
    assert [(each.state, each.remedy_url) for each in turn.checks] == [
        (Outcome.WAITING, "/duties/1/"),
        (Outcome.DENIED, "/duties/2/"),
    ]
    late = Check("terms", Outcome.DENIED, "Not accepted.", "Accept it.", "/terms/")
    stopped = of_grant(replace(GRANT, state=state, owed=owed, asked=(late,)))
    assert stopped.yours == (state == "active")
    assert len(stopped.checks) == (3 if state == "active" else 2)


def test_an_active_grant_says_whose_acceptance_it_needs_now_or_soon() -> None:
    soon = Check("terms", Outcome.OK, "Accept it by Friday.", "Accept it.", "/terms/")
    late = replace(soon, state=Outcome.DENIED)
    turn = of_grant(replace(GRANT, asked=(soon,)))
    assert (turn.who, turn.yours, turn.by, turn.checks) == ("You", True, LATER, (soon,))
    assert "Terms have changed" in turn.sentence
    turn = of_grant(replace(GRANT, asked=(late,)))
    assert "once the terms in force are accepted" in turn.sentence
    turn = of_grant(replace(GRANT, asked=(replace(late, remedy_url=""),)))
    assert (turn.who, turn.yours) == ("Whoever may sign for the organisation", False)
    suspended = of_grant(replace(GRANT, state="suspended", asked=(late,)))
    assert not suspended.checks


def test_agreements_are_asked_for_only_where_nothing_else_stands_in_the_way() -> None:
    late = Check("terms", Outcome.DENIED, "Not accepted.", "Accept it.", "/terms/")
    met = Check("grant", Outcome.OK, "There is a grant.")
    held = Check("hold", Outcome.DENIED, "A hold is in force.")
    download = VerdictAction.DOWNLOAD
    assert Verdict(download, (met, late)).agreements_asked == (late,)
    assert Verdict(download, (met, late, held)).agreements_asked == ()
    assert Verdict(download, (met,)).agreements_asked == ()


def test_a_suspension_of_several_grants_counts_before_the_state_of_one() -> None:
    turn = of_grant(replace(GRANT, selections=(NOW, BEFORE)))
    assert turn.since == BEFORE
    assert "several grants" in turn.sentence
    ended = of_grant(replace(GRANT, state="revoked", selections=(NOW,)))
    assert ended.sentence == "It has ended."


def test_a_grant_that_a_country_or_a_hold_bars_says_so_before_what_is_owed() -> None:
    bar = Check("country", Outcome.DENIED, "This stage does not serve Germany.")
    facts = replace(GRANT, barred=(bar,))
    turn = of_grant(facts)
    assert turn.sentence == "It is active, but nothing that it gives can be used now."
    assert (turn.by, turn.checks) == (LATER, (bar,))
    owing = of_grant(replace(facts, owed=(Owed("Attest the use", "An owner", BEFORE, True),)))
    assert owing.sentence.endswith("Something is owed for it as well.")
    assert [check.rule for check in owing.checks] == ["country", "duties"]
    assert (owing.who, owing.late) == ("An owner", True)
