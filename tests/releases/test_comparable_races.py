"""Two hands at one reference of the register, over real connections: one right outcome."""

import pytest

from common.errors import Refused
from releases import services
from releases.models import ComparableResult, ComparableStatement, ComparableVerification
from releases.selectors.comparables import former_statements, verifications_of
from tests.racing import ROUNDS, Race
from tests.releases.comparables import (
    make_comparable,
    make_keeper,
    reference_entry,
    result_entry,
    stands,
)

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(results: list[object]) -> list[str]:
    return [result.sentence for result in results if isinstance(result, Refused)]


def test_of_two_who_correct_what_they_both_read_one_does(race: Race) -> None:
    """The other one's page said what stands no more: nothing is put back unseen."""
    keepers = [make_keeper(), make_keeper()]
    comparable = make_comparable(keepers[0], name="Gale", licence="MIT 0", level="closed")
    for number in range(ROUNDS):
        read = stands(comparable).statement
        entries = [
            reference_entry(name="Gale", licence=f"MIT {number + 1}", level=read.level),
            reference_entry(name="Gale", licence=read.licence, level=_other(read.level)),
        ]
        results = race(
            *[
                lambda keeper=keeper, entry=entry, read=read: services.correct_comparable(
                    actor=keeper,
                    comparable=comparable,
                    statement=str(read.pk),
                    entry=entry,
                    reason="I read the card.",
                )
                for keeper, entry in zip(keepers, entries, strict=True)
            ]
        )
        [sentence] = refusals(results)
        assert "Somebody corrected this" in sentence
        [winner] = [each for each in results if isinstance(each, ComparableStatement)]
        now = stands(comparable).statement
        assert (now, now.supersedes) == (winner, read)
    assert len(former_statements(comparable)) == ROUNDS


def _other(level: str) -> str:
    return "closed" if level == "weights_open" else "weights_open"


def test_a_verification_is_of_what_stood_before_a_correction_or_is_refused(race: Race) -> None:
    keeper, verifier = make_keeper(), make_keeper()
    comparable = make_comparable(keeper, name="Gale", licence="MIT")
    for number in range(ROUNDS):
        seen = stands(comparable)
        verified, corrected = race(
            lambda seen=seen: services.verify_comparable(
                actor=verifier, comparable=comparable, content_digest=seen.digest, note="Read it."
            ),
            lambda number=number, seen=seen: services.correct_comparable(
                actor=keeper,
                comparable=comparable,
                statement=str(seen.statement.pk),
                entry=reference_entry(name="Gale", licence=f"MIT {number}"),
                reason="Relicensed.",
            ),
        )
        assert isinstance(corrected, ComparableStatement)
        now = stands(comparable)
        assert now.statement == corrected
        # Whichever came first, what stands now is verified by nobody.
        assert not now.standing.is_live
        if isinstance(verified, ComparableVerification):
            assert verified.content_digest == seen.digest
            assert verified.verified_at < corrected.entered_at
        else:
            assert "changed since you opened this page" in refusals([verified])[0]


def test_of_two_who_correct_one_result_one_does_and_a_withdrawal_ends_it(race: Race) -> None:
    keepers = [make_keeper(), make_keeper()]
    comparable = make_comparable(keepers[0], results=1)
    for number in range(ROUNDS):
        [result] = stands(comparable).results
        results = race(
            lambda result=result, number=number: services.correct_result(
                actor=keepers[0],
                result=result,
                entry=result_entry(task=result.task, value=f"0.{number + 1}"),
                reason="A typo.",
            ),
            lambda result=result: services.withdraw_result(
                actor=keepers[1], result=result, reason="Contaminated."
            ),
        )
        [sentence] = refusals(results)
        assert "corrected or withdrawn already" in sentence
        [row] = [each for each in results if isinstance(each, ComparableResult)]
        assert row.supersedes == result
        if row.withdrawn:
            assert not stands(comparable).results
            services.add_result(
                actor=keepers[0],
                comparable=comparable,
                entry=result_entry(task=result.task, value=f"0.{number + 1}9"),
            )


def test_two_who_verify_at_once_both_did_and_it_stands(race: Race) -> None:
    verifiers = [make_keeper(), make_keeper()]
    comparable = make_comparable()
    digest = stands(comparable).digest
    for number in range(ROUNDS):
        results = race(
            *[
                lambda who=who: services.verify_comparable(
                    actor=who, comparable=comparable, content_digest=digest, note="Read it."
                )
                for who in verifiers
            ]
        )
        assert not refusals(results)
        newest, before = verifications_of(comparable)[:2]
        assert newest.verified_at > before.verified_at
        assert stands(comparable).verification == newest
        assert len(verifications_of(comparable)) == 2 * (number + 1)
