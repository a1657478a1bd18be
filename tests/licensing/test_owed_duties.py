"""Duties of grants: opened once, told of in time, met by statements, and what follows if not."""

import io
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership, Notification, User
from accounts.services import add_member
from audit import personal
from audit.models import Event
from common import dsse
from common.errors import Refused
from licensing import services, tasks
from licensing.duty_answers import checked, words
from licensing.facts import VerdictAction
from licensing.models import Decline, DutyStatement, Grant, OwedDuty
from licensing.selectors import duties as reading
from licensing.services import duties
from licensing.services.duties import FileGiven, opening
from licensing.verdict import Context, decide
from releases.models import Release
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    WITNESS,
    accept,
    approve,
    make_brake,
    make_grant,
    make_in_review,
    make_release,
    make_reviewer,
    make_terms,
)
from tests.licensing.owing import answers, duty, enter, make_bound_grant, perform
from tests.releases.comparables import at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def holder_of(grant: Grant) -> User:
    assert grant.person is not None
    return grant.person


def owed(grant: Grant) -> OwedDuty:
    return OwedDuty.objects.get(grant=grant, state__in=["due", "overdue"])


def told(user: User, kind: str) -> list[str]:
    found = Notification.objects.filter(recipient=user, kind=f"licensing.{kind}").order_by("pk")
    return [each.subject for each in found]


def downloads(grant: Grant) -> bool:
    release = Release.objects.get(model=grant.model, state="sealed")
    return decide(
        holder_of(grant), release, VerdictAction.DOWNLOAD, Context(now=timezone.now())
    ).allowed


def test_an_attestation_is_opened_told_of_overdue_stops_access_and_is_done_late() -> None:
    grant = make_bound_grant(duty())
    user, lead = holder_of(grant), make_brake(grant.model)
    assert tasks.sweep_duties() == 0
    # A month on: at most 30 days are left, or the month has 31.
    begun = timezone.now()
    with at(begun + 2 * DAY):
        tasks.sweep_duties()
        tasks.sweep_duties()
    row = owed(grant)
    assert (row.kind, row.state, row.anchor) == ("attest_use", "due", begun.date())
    assert len(told(user, "duty_due")) == 1
    for left in (8, 7, 6, 1, 1):
        with at(row.due_at - left * DAY):
            tasks.tell_of_duties()
    assert len(told(user, "duty_due")) == 3
    with at(row.due_at - DAY / 24):
        assert downloads(grant)
    with at(row.due_at):
        # By the clock, before any job has run.
        assert not downloads(grant)
        verdict = decide(
            user,
            row.model.releases.get(),
            VerdictAction.DOWNLOAD,
            Context(now=timezone.now()),
        )
        assert [check.rule for check in verdict.denials] == ["duties"]
        assert str(row.public_id) in verdict.denials[0].remedy_url
        tasks.tell_of_duties()
        tasks.tell_of_duties()
        assert (len(told(user, "duty_overdue")), len(told(lead, "duty_called"))) == (1, 1)
        row.refresh_from_db()
        assert row.state == "overdue"
        grant.refresh_from_db()
        assert grant.state == "active"
        perform(user, row)
        assert downloads(grant)
        row.refresh_from_db()
        assert row.state == "done_late"
        tasks.sweep_duties()
    assert OwedDuty.objects.filter(grant=grant).count() in (1, 2)


@pytest.mark.parametrize(("consequence", "calls"), [("remind", 0), ("call", 1)])
def test_what_only_reminds_or_calls_stops_nothing(consequence: str, calls: int) -> None:
    grant = make_bound_grant(duty(consequence=consequence))
    lead = make_brake(grant.model)
    with at(timezone.now() + 2 * DAY):
        tasks.sweep_duties()
    with at(owed(grant).due_at):
        tasks.tell_of_duties()
        assert downloads(grant)
    assert len(told(lead, "duty_called")) == calls


def test_a_newer_release_asks_the_grants_that_were_there_before(settings: Settings) -> None:
    grant = make_bound_grant(duty("apply_updates"))
    newer = enter(make_release(grant.model, "gated"))
    later = make_user()
    tasks.sweep_duties()
    row = owed(grant)
    assert (row.trigger, row.release) == (f"released:{newer.pk}", newer)
    assert row.due_on == timezone.localdate() + 14 * DAY
    assert not OwedDuty.objects.filter(grant__person=later).exists()
    perform(holder_of(grant), row)
    tasks.sweep_duties()
    assert [each.state for each in OwedDuty.objects.filter(grant=grant)] == ["done"]


def test_the_end_of_a_grant_asks_for_a_certificate_and_voids_the_rest(
    django_capture_on_commit_callbacks: object,
) -> None:
    grant = make_bound_grant(duty("certify_destruction"), duty("apply_updates"))
    enter(make_release(grant.model, "gated"))
    tasks.sweep_duties()
    updates = owed(grant)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.revoke_grant(actor=make_brake(grant.model), grant=grant, reason="Resold.")
    updates.refresh_from_db()
    assert (updates.state, updates.reason) == ("void", "The grant has ended.")
    row = owed(grant)
    assert (row.kind, row.trigger) == ("certify_destruction", "ended")
    assert row.due_on == timezone.localdate() + 30 * DAY


def test_declining_a_later_version_asks_for_destruction_until_it_is_accepted() -> None:
    grant = make_bound_grant(duty("certify_destruction"))
    user = holder_of(grant)
    version = make_terms("weights-terms", grace_days=20, duties=[duty("certify_destruction")])
    services.decline_terms(actor=user, version=version, witness=WITNESS)
    assert Decline.objects.count() == 1
    duties.settle_duties(grant_id=grant.pk)
    row = owed(grant)
    assert row.due_on == timezone.localdate() + 50 * DAY
    accept(user, version)
    duties.settle_duties(grant_id=grant.pk)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("void", "The later version was accepted.")


def make_organizations_grant(performer: str) -> tuple[Grant, dict[str, User]]:
    people = {role: make_user() for role in ("owner", "custodian", "official", "member")}
    organization = make_organization(people["owner"])
    for role, given in (
        ("custodian", Membership.Role.CUSTODIAN),
        ("official", Membership.Role.SIGNING_OFFICIAL),
        ("member", Membership.Role.MEMBER),
    ):
        add_member(actor=None, organization=organization, user=people[role], role=given)
    grant = make_bound_grant(
        duty(performer=performer), holder=people["owner"], organization=organization
    )
    services.add_named_user(actor=people["owner"], grant=grant, user=people["member"])
    with at(timezone.now() + 2 * DAY):
        tasks.sweep_duties()
    return grant, people


@pytest.mark.parametrize(
    ("performer", "may"),
    [
        ("keeper", {"owner", "custodian"}),
        ("signatory", {"owner", "official"}),
        ("user", {"owner", "member"}),
    ],
)
def test_only_who_was_declared_performs_it(performer: str, may: set[str]) -> None:
    grant, people = make_organizations_grant(performer)
    row = owed(grant)
    assert {each.pk for each in reading.performers_of(row)} == {people[each].pk for each in may}
    assert {
        role for role, user in people.items() if reading.duties_to_do(user).filter(pk=row.pk)
    } == may
    outsider = next(user for role, user in people.items() if role not in may)
    with pytest.raises(Refused, match="Somebody else"):
        perform(outsider, row)
    assert perform(people["owner"], row).capacity == performer


def test_a_change_of_the_grant_takes_what_is_owed_along() -> None:
    grant = make_bound_grant(duty())
    with at(timezone.now() + 2 * DAY):
        tasks.sweep_duties()
    row, user = owed(grant), holder_of(grant)
    amendment = services.start_amendment(actor=user, grant=grant)
    why = "We would also teach with it, in the course of the next term."
    services.save_draft(
        actor=user,
        application=amendment,
        answers={"amendment_reason": why, "uses": ["research", "education"]},
    )
    amendment = services.submit_application(actor=user, application=amendment)
    newer = approve(make_in_review(amendment))
    assert newer != grant
    row.refresh_from_db()
    assert row.grant == newer


def test_a_lead_waives_it_with_a_reason_or_answers_the_call_and_never_for_themselves() -> None:
    grant = make_bound_grant(duty())
    user, lead = holder_of(grant), make_brake(grant.model)
    with at(timezone.now() + 2 * DAY):
        tasks.sweep_duties()
    row = owed(grant)
    with pytest.raises(Refused, match="not overdue"):
        services.answer_call(actor=lead, duty=row, answer="We wrote to them.")
    for nobody in (user, make_reviewer(grant.model)):
        with pytest.raises(Refused):
            services.waive_duty(actor=nobody, duty=row, reason="Let it be.")
    with at(row.due_at):
        assert [each.pk for each in reading.calling([grant.model_id], timezone.now())] == [row.pk]
        services.answer_call(actor=lead, duty=row, answer="We wrote to them.")
        assert not reading.calling([grant.model_id], timezone.now()).exists()
        with pytest.raises(Refused, match="answered this call"):
            services.answer_call(actor=lead, duty=row, answer="Twice.")
        assert not downloads(grant)
        with pytest.raises(Refused, match="Reason"):
            services.waive_duty(actor=lead, duty=row, reason=" ")
        services.waive_duty(actor=lead, duty=row, reason="They were flooded.")
        assert downloads(grant)
    assert "No longer needed" in told(user, "duty_waived")[0]
    with pytest.raises(Refused, match="not owed any more"):
        perform(user, row)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"use": ""}, "How the model was used"),
        ({"within_scope": "perhaps"}, "choose one"),
        ({"within_scope": "no"}, "Incidents"),
        ({"position": "x" * 5000}, "position"),
    ],
)
def test_what_is_asked_must_be_answered(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checked("attest_use", answers("attest_use", **changes))


def test_whoever_held_no_copy_says_nothing_of_its_destruction() -> None:
    given = checked("certify_destruction", {"done": "never_held", "position": "Head"})
    assert [answer for _label, answer in words("certify_destruction", given)] == [
        "No copy was ever downloaded or made",
        "Head",
    ]


def test_a_statement_is_sealed_signed_corrected_and_verified_by_its_file(
    settings: Settings, tmp_path: Path
) -> None:
    private = dsse.derived_private_key("duties")
    settings.SIGNING_KEY = private
    settings.DOCUMENTS_ROOT = tmp_path / "documents"
    grant = make_bound_grant(duty("certify_destruction"))
    user = holder_of(grant)
    services.relinquish_grant(actor=user, grant=grant)
    duties.settle_duties(grant_id=grant.pk)
    row = owed(grant)
    with pytest.raises(Refused, match=r"virus\.exe"):
        perform(user, row, FileGiven(io.BytesIO(b"MZ\x90\x00"), "virus.exe"))
    first = perform(user, row, FileGiven(io.BytesIO(b"Deleted."), "log.txt"))
    second = perform(user, row, how="Burnt.")
    assert (second.previous, DutyStatement.objects.count()) == (first, 2)
    row.refresh_from_db()
    assert row.state == "done"
    assert first.file_size == 8
    assert b"Lovelace" not in bytes(first.sealed_name)
    assert "Burnt" in personal.unseal(user.pseudonym, second.sealed_answers)
    actions = Event.objects.filter(target=f"licensing.owedduty:{row.pk}").order_by("pk")
    assert [each.action for each in actions if "receipt" not in each.action] == [
        "duty.opened", "duty.done", "duty.corrected",
    ]  # fmt: skip
    file, key, out = tmp_path / "receipt.json", tmp_path / "key.pem", StringIO()
    file.write_text(second.receipt.file)
    key.write_text(dsse.public_pem(dsse.load_private_key(private)))
    nonce = personal.unseal(user.pseudonym, second.sealed_nonce)
    call_command("verify_record", file, key=key, stdout=out, name="Ada Lovelace", nonce=nonce)
    said = out.getvalue()
    assert "Duty: certify_destruction" in said
    assert f"Corrects: {first.public_id}" in said
    assert "Typed name: Ada Lovelace" in said
    assert "Lovelace" not in second.receipt.file
    assert "Burnt" not in second.receipt.file


def test_receipts_are_owed_until_there_is_a_key(settings: Settings) -> None:
    settings.SIGNING_KEY = ""
    grant = make_bound_grant(duty())
    with at(timezone.now() + 2 * DAY):
        tasks.sweep_duties()
    statement = perform(holder_of(grant), owed(grant))
    assert not hasattr(DutyStatement.objects.get(pk=statement.pk), "receipt")
    settings.SIGNING_KEY = dsse.derived_private_key("duties")
    assert tasks.sweep_receipts() >= 1
    assert duties.issue_owed_duty_receipts() == 0


def test_a_sweep_over_many_grants_takes_as_many_queries_as_over_one() -> None:
    grant = make_bound_grant(duty("attest_use"))

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            duties.sweep_duties()
        return len(queries)

    one = counted()
    for _number in range(2):
        make_grant(grant.model)
    assert counted() == one


def test_a_sweep_goes_on_where_the_last_chunk_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    grant = make_bound_grant(duty("attest_use"))
    monkeypatch.setattr(opening, "CHUNK", 1)
    assert duties.sweep_duties() == grant.pk
    assert duties.sweep_duties(after=grant.pk) == 0
