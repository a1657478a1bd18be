"""The register: who writes in it, what stays, and what a verification is worth."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Notification, User
from audit.models import Event
from audit.selectors import ref
from common.errors import Refused
from releases import notifications, services
from releases.comparables.standing import VALID
from releases.models import (
    Comparable,
    ComparableReminder,
    ComparableResult,
    ComparableStatement,
    ComparableVerification,
)
from releases.selectors import comparables as register
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.comparables import (
    at,
    make_comparable,
    make_keeper,
    reference_entry,
    result_entry,
    stands,
    statement_id,
    verify,
)
from tests.releases.factories import make_model
from tests.releases.failing import fail_once

pytestmark = pytest.mark.django_db


def actions(comparable: Comparable) -> list[str]:
    return list(
        Event.objects.filter(target=ref(comparable)).order_by("id").values_list("action", flat=True)
    )


# Who


def strangers() -> list[User]:
    """Return people who do not keep the register, whatever else they are."""
    holder, gone = make_user(), make_keeper()
    make_model(holder=holder)
    seated = make_user()
    make_board(("chair", seated))
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    return [
        make_user(),
        make_user(is_superuser=True),
        make_user(is_staff=True),
        holder,
        seated,
        gone,
    ]


def test_only_who_manages_releases_of_some_model_writes() -> None:
    comparable = make_comparable()
    [result] = stands(comparable).results
    for person in strangers():
        for act in (
            lambda who: services.add_comparable(actor=who, entry=reference_entry()),
            lambda who: services.correct_comparable(
                actor=who,
                comparable=comparable,
                statement=statement_id(comparable),
                entry=reference_entry(),
                reason="Why.",
            ),
            lambda who: services.add_result(
                actor=who, comparable=comparable, entry=result_entry(task="new")
            ),
            lambda who: services.correct_result(
                actor=who, result=result, entry=result_entry(value="1"), reason="Why."
            ),
            lambda who: services.withdraw_result(actor=who, result=result, reason="Why."),
            lambda who: verify(comparable, who),
            lambda who: services.import_comparables(actor=who, content=b""),
        ):
            with pytest.raises(Refused, match="kept by those who manage"):
                act(person)
    assert Comparable.objects.count() == 1
    assert actions(comparable) == ["comparable.added", "comparable.result_added"]


def test_a_model_is_entered_once_whatever_the_case_of_its_letters() -> None:
    make_comparable(developer="Borealis", name="Gale")
    with pytest.raises(Refused, match="has gale by BOREALIS already"):
        make_comparable(developer="BOREALIS", name="gale")


# What stays


def test_a_correction_of_what_somebody_corrected_meanwhile_is_refused() -> None:
    keeper = make_keeper()
    comparable = make_comparable(keeper, name="Gale")
    read = statement_id(comparable)

    def correct(**stated: str) -> None:
        services.correct_comparable(
            actor=keeper,
            comparable=comparable,
            statement=read,
            entry=reference_entry(name="Gale", **stated),
            reason="Why.",
        )

    correct(licence="MIT")
    with pytest.raises(Refused, match="Somebody corrected this after you opened the page"):
        correct(level="closed")
    assert stands(comparable).statement.licence == "MIT"


def test_a_correction_supersedes_and_what_was_stated_stays() -> None:
    keeper = make_keeper()
    comparable = make_comparable(keeper, name="Gale", level="closed")
    services.correct_comparable(
        actor=keeper,
        comparable=comparable,
        statement=statement_id(comparable),
        entry=reference_entry(name="Gale 2", level="weights_open"),
        reason="The developer opened it.",
    )
    reference = stands(comparable)
    assert reference.statement.level == "weights_open"
    assert str(reference.comparable) == "Gale 2 by Borealis"
    [former] = register.former_statements(comparable)
    assert (former.name, former.level) == ("Gale", "closed")
    assert actions(comparable)[-1] == "comparable.corrected"
    event = Event.objects.filter(action="comparable.corrected").get()
    assert event.data["reason"] == "The developer opened it."


def test_a_correction_that_changes_nothing_or_takes_anothers_name_is_refused() -> None:
    keeper = make_keeper()
    make_comparable(keeper, name="Squall")
    comparable = make_comparable(keeper, name="Gale")
    for entry, words in (
        (reference_entry(name="Gale"), "nothing was changed"),
        (reference_entry(name="squall"), "already"),
    ):
        with pytest.raises(Refused, match=words):
            services.correct_comparable(
                actor=keeper,
                comparable=comparable,
                statement=statement_id(comparable),
                entry=entry,
                reason="Why.",
            )
    with pytest.raises(Refused, match="The reason"):
        services.correct_comparable(
            actor=keeper,
            comparable=comparable,
            statement=statement_id(comparable),
            entry=reference_entry(),
            reason=" ",
        )
    assert stands(comparable).statement.name == "Gale"


def test_results_are_corrected_and_withdrawn_by_rows_of_their_own() -> None:
    keeper = make_keeper()
    comparable = make_comparable(keeper, results=2)
    first, second = stands(comparable).results
    corrected = services.correct_result(
        actor=keeper,
        result=first,
        entry=result_entry(task="task_0", value="0.8"),
        reason="A digit was wrong.",
    )
    services.withdraw_result(actor=keeper, result=second, reason="It is of another model.")
    assert stands(comparable).results == [corrected]
    former = register.former_results(comparable)
    assert [each.value for each in former] == [second.value, first.value]
    with pytest.raises(Refused, match="corrected or withdrawn already"):
        services.withdraw_result(actor=keeper, result=first, reason="Why.")
    again = services.add_result(
        actor=keeper, comparable=comparable, entry=result_entry(task="task_1")
    )
    assert again.supersedes is not None
    assert again.supersedes.withdrawn
    assert stands(comparable).results == [corrected, again]


def test_one_task_metric_and_source_has_one_result_that_stands() -> None:
    keeper = make_keeper()
    comparable = make_comparable(keeper)
    with pytest.raises(Refused, match="correct it instead"):
        services.add_result(
            actor=keeper, comparable=comparable, entry=result_entry(task="task_0", value="0.9")
        )
    [result] = stands(comparable).results
    with pytest.raises(Refused, match="another result"):
        services.correct_result(
            actor=keeper, result=result, entry=result_entry(task="other"), reason="Why."
        )
    with pytest.raises(Refused, match="nothing was changed"):
        services.correct_result(
            actor=keeper, result=result, entry=result_entry(task="task_0"), reason="Why."
        )


def test_the_database_keeps_history_and_lets_no_chain_fork() -> None:
    keeper = make_keeper()
    comparable = make_comparable(keeper, verifier=make_keeper())
    [result] = stands(comparable).results
    services.withdraw_result(actor=keeper, result=result, reason="Why.")
    row = ComparableResult.objects.values(
        "task", "metric", "value", "higher_is_better", "source_url", "measured_on"
    ).get(pk=result.pk)
    for supersedes in (result, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            ComparableResult.objects.create(
                comparable=comparable,
                supersedes=supersedes,
                reason="Fork.",
                entered_by=keeper,
                **row,
            )
    ComparableReminder.objects.create(verification=ComparableVerification.objects.get())
    for table in (
        ComparableStatement, ComparableResult, ComparableVerification, ComparableReminder,
    ):  # fmt: skip
        rows = table.objects.all()
        with pytest.raises(DatabaseError, match="added to, never edited"), transaction.atomic():
            rows._raw_delete(rows.db)


# Verification


def test_a_reference_is_verified_by_somebody_who_entered_none_of_it() -> None:
    keeper, second, third = make_keeper(), make_keeper(), make_keeper()
    comparable = make_comparable(keeper)
    services.add_result(actor=second, comparable=comparable, entry=result_entry(task="more"))
    assert stands(comparable).standing.state == "unverified"
    for enterer in (keeper, second):
        with pytest.raises(Refused, match="somebody else has to verify it"):
            verify(comparable, enterer)
    verify(comparable, third)
    reference = stands(comparable)
    assert reference.standing.is_live
    assert reference.verification is not None
    kept = ComparableVerification.objects.get()
    assert kept.digest == hashlib.sha256(kept.record.encode()).hexdigest()
    stated = json.loads(kept.record)
    assert stated["verified"]["by"] == str(third.pseudonym)
    assert [each["value"] for each in stated["reference"]["results"]] == ["0.71", "0.71"]
    assert actions(comparable)[-1] == "comparable.verified"


def test_it_is_for_what_was_on_the_page_and_says_how() -> None:
    comparable = make_comparable()
    with pytest.raises(Refused, match="changed since you opened"):
        verify(comparable, content_digest="0" * 64)
    with pytest.raises(Refused, match="How you verified it"):
        verify(comparable, note="  ")


def test_any_change_takes_a_new_verification() -> None:
    keeper, verifier = make_keeper(), make_keeper()
    comparable = make_comparable(keeper, verifier=verifier)
    services.add_result(actor=keeper, comparable=comparable, entry=result_entry(task="new"))
    assert stands(comparable).standing.state == "changed"
    verify(comparable, verifier)
    assert stands(comparable).standing.is_live


def test_it_lapses_by_time_alone_and_stands_again_once_verified_again() -> None:
    verifier = make_keeper()
    comparable = make_comparable()
    with at(timezone.now() - VALID):
        verify(comparable, verifier)
    assert stands(comparable).standing.state == "lapsed"
    verify(comparable, verifier)
    assert stands(comparable).standing.is_live


def test_a_verification_that_was_done_earlier_counts_from_then_and_none_from_the_future() -> None:
    comparable, verifier, now = make_comparable(), make_keeper(), timezone.now()
    said = {"content_digest": stands(comparable).digest, "note": "Read its report."}
    with pytest.raises(Refused, match="in the future"):
        services.verify_comparable(
            actor=verifier,
            comparable=comparable,
            verified_at=now + timedelta(minutes=5),
            **said,
        )
    services.verify_comparable(
        actor=verifier, comparable=comparable, verified_at=now - VALID, **said
    )
    assert stands(comparable).standing.state == "lapsed"


# Reminders


def test_keepers_are_reminded_once_a_month_before_the_lapse() -> None:
    keeper, verifier = make_keeper(), make_keeper()
    comparable = make_comparable(keeper, verifier=verifier)
    now = timezone.now()
    with at(now + VALID - timedelta(days=31)):
        assert services.remind_of_lapses() == 0
    with at(now + VALID - timedelta(days=29)):
        assert services.remind_of_lapses() == 1
        assert services.remind_of_lapses() == 0
    told = Notification.objects.filter(kind="reference_lapses")
    assert {each.recipient for each in told} == {keeper, verifier}
    assert str(comparable) in told[0].subject
    assert "lapses on" in told[0].subject


def test_a_reminder_that_was_missed_says_that_it_has_lapsed() -> None:
    make_comparable(verifier=make_keeper())
    with at(timezone.now() + VALID + timedelta(days=3)):
        assert services.remind_of_lapses() == 1
    assert "has lapsed" in Notification.objects.filter(kind="reference_lapses")[0].subject


def test_a_reminder_that_fails_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keeper, verifier = make_keeper(), make_keeper()
    for name in ("One", "Two"):
        services.add_comparable(actor=keeper, entry=reference_entry(name=name))
    for comparable in Comparable.objects.order_by("id"):
        verify(comparable, verifier)
    fail_once(monkeypatch, notifications, "reference_lapses")
    with at(timezone.now() + VALID):
        assert services.remind_of_lapses() == 1
        assert services.remind_of_lapses() == 1


def test_what_was_verified_again_meanwhile_reminds_nobody() -> None:
    verifier = make_keeper()
    comparable = make_comparable(verifier=verifier)
    now = timezone.now()
    with at(now + VALID - timedelta(days=40)):
        verify(comparable, verifier)
    with at(now + VALID):
        assert services.remind_of_lapses() == 0
