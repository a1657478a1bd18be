"""What the verdict says of agreements: in time, in grace, too late; and of signatures."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licensing.facts import Outcome, SignatureFact, VerdictAction
from licensing.rules import evaluate
from tests.licensing.test_rules import GOOD, NOW, TERMS

SOON = NOW + timedelta(days=3)


def checks(rule: str, *, mode: str = "weights_gated", **terms: Any) -> list[Any]:
    facts = replace(GOOD, access_mode=mode, terms=(replace(TERMS, **terms),))
    found = evaluate(VerdictAction.DOWNLOAD, facts).checks
    return [check for check in found if check.rule == rule]


def test_in_the_grace_period_the_verdict_is_yes_and_says_until_when() -> None:
    (check,) = checks("terms", accepted_number=1, renew_by=SOON)
    assert check.state is Outcome.OK
    assert "version 1. Version 2 is in force: accept it by 24 Nov 2026" in check.sentence
    assert (check.remedy, check.remedy_url) == ("See what changed and accept it.", "/accept/")


def test_what_counts_for_good_asks_for_nothing() -> None:
    (check,) = checks("terms")
    assert (check.state, check.remedy) == (Outcome.OK, "")


@pytest.mark.parametrize(
    ("signature", "remedy"),
    [
        (SignatureFact(signed=False, url="/sign/"), "Sign for your organisation"),
        (SignatureFact(signed=False, officials=("Ada", "Eva")), "signing official: Ada, Eva."),
        (SignatureFact(signed=False), "Ask whoever may sign"),
    ],
)
def test_an_unsigned_agreement_says_who_can_sign_it(signature: SignatureFact, remedy: str) -> None:
    (check,) = checks("organization_terms", signature=signature)
    assert check.state is Outcome.DENIED
    assert "has not signed “The terms”" in check.sentence
    assert remedy in check.remedy
    assert check.remedy_url == signature.url


def test_an_earlier_signature_holds_until_the_grace_period_ends() -> None:
    (check,) = checks("organization_terms", signature=SignatureFact(signed=True, renew_by=SOON))
    assert check.state is Outcome.OK
    assert "must be signed by 24 Nov 2026" in check.sentence
    earlier = SignatureFact(signed=False, signed_earlier=True)
    (check,) = checks("organization_terms", signature=earlier)
    assert "newer version, 2, that your organisation has not signed" in check.sentence


def test_where_a_stage_is_open_to_all_no_organisation_has_to_sign() -> None:
    unsigned = SignatureFact(signed=False)
    (check,) = checks("organization_terms", mode="weights_open", signature=unsigned)
    assert check.state is Outcome.NOT_APPLICABLE


def test_a_grant_that_waits_for_the_signature_alone_says_so() -> None:
    facts = replace(
        GOOD,
        terms=(replace(TERMS, signature=SignatureFact(signed=False)),),
        grant=replace(GOOD.grant, state="pending_terms"),  # type: ignore[type-var]
    )
    found = evaluate(VerdictAction.DOWNLOAD, facts).checks
    (check,) = [check for check in found if check.rule == "grant_state"]
    assert "until your organisation has signed" in check.sentence
