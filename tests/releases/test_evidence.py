"""Evidence: what is kept of it, to what it is bound, and how it ends."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Notification
from audit.models import Event
from audit.selectors import ref
from common import document_store
from common.errors import Refused
from releases import notifications, services
from releases.models import Document, Evidence, EvidenceEnd, EvidenceReminder, Release
from releases.selectors.evidence import evidence_facts, evidence_of, record_of, state_of
from tests.factories import make_user
from tests.releases.evidence import zips
from tests.releases.evidence_files import (
    PDF,
    entry,
    import_log,
    lm_eval,
    log_file,
    make_evidence,
    manager_of,
)
from tests.releases.factories import make_model, make_release
from tests.releases.failing import fail_once

pytestmark = pytest.mark.django_db

OTHER_DIGEST = "0" * 64


@pytest.fixture
def release() -> Release:
    return make_release()


# Imported


def test_results_that_come_in_an_archive_are_handed_out_as_one(
    release: Release, tmp_path: Path
) -> None:
    entries = {"results_x.json": json.dumps(lm_eval()).encode()}
    evidence = import_log(release, path=zips.written(tmp_path / "run.zip", entries))
    assert evidence.file is not None
    assert evidence.file.media_type == "application/zip"


def test_an_imported_log_is_kept_as_it_is_with_what_it_says(release: Release) -> None:
    path = log_file()
    evidence = import_log(release, path=path)
    assert evidence.type == "evaluation"
    assert evidence.title.startswith("arc")
    assert evidence.scores[0]["value"] == 0.25
    assert evidence.scores[0]["stderr"] == 0.125
    assert evidence.release_digest == release.digest
    assert "not_bound" in {flag["code"] for flag in evidence.flags}
    assert evidence.file is not None
    assert evidence.file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert evidence.file.media_type == "application/json"
    with document_store.fetch(evidence.file.sha256) as file:
        assert file.read() == path.read_bytes()
    assert evidence.seed is not None


def test_the_log_says_when_it_was_run_and_whether_it_is_about_this_release(
    release: Release,
) -> None:
    bound = import_log(release, path=log_file(lm_eval(release.digest or "")))
    assert "not_bound" not in {flag["code"] for flag in bound.flags}
    assert bound.report["bound_digest"] == release.digest
    assert timezone.now() - bound.ran_at < timedelta(days=3)
    assert bound.expires_at - bound.ran_at == timedelta(days=180)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[1, 2]", ""),
        (lm_eval(OTHER_DIGEST), ""),
        (lm_eval(results={"arc": {"acc,none": float("nan")}}), ""),
        (lm_eval(date=1_500_000_000), "expired already"),
        (lm_eval(date=4_000_000_000), "future"),
    ],
)
def test_what_is_no_evidence_leaves_nothing_behind(
    release: Release, content: Any, sentence: str
) -> None:
    with pytest.raises(services.EvidenceRefused) as refused:
        import_log(release, path=log_file(content))
    assert sentence in refused.value.sentence
    assert refused.value.field in {"file", "expires_at", "ran_at"}
    assert not Evidence.objects.exists()
    assert not Document.objects.exists()


def test_a_file_over_the_limit_is_not_read(release: Release, settings: Any) -> None:
    settings.EVIDENCE_MOST_BYTES = 100
    with pytest.raises(services.EvidenceRefused, match="larger than"):
        import_log(release)


def test_each_import_draws_by_a_seed_of_its_own(release: Release) -> None:
    manager = manager_of(release)
    seeds = {import_log(release, manager).seed for _ in range(3)}
    assert len(seeds) == 3


# Told


def test_the_digest_is_over_all_that_is_stated(release: Release) -> None:
    evidence = make_evidence(release, summary="Ünïcode, and a number: 0.1.")
    stated = record_of(evidence)
    assert hashlib.sha256(stated.encode()).hexdigest() == evidence.digest
    assert json.loads(stated)["release"]["digest"] == release.digest
    assert json.loads(stated)["added_by"] == str(evidence.added_by.pseudonym)
    assert evidence.added_by.full_name not in stated


def test_a_measurement_becomes_a_score_with_its_longer_side(release: Release) -> None:
    details = {
        "task": "uplift",
        "metric": "success",
        "value": 0.1,
        "low": 0.05,
        "high": 0.25,
        "level": 95,
        "samples": 40,
        "higher_is_better": False,
    }
    evidence = make_evidence(release, type="measurement", details=details)
    [facts] = evidence_facts(release, evidence_of(release))
    assert facts.scores[0].stderr == pytest.approx(0.15 / 1.96, rel=1e-3)
    assert facts.scores[0].samples == 40
    assert facts.scores[0].higher_is_better is False
    assert evidence.details == {"low": 0.05, "high": 0.25, "level": 95}


def test_only_whoever_manages_releases_adds(release: Release) -> None:
    for actor in (make_user(), make_user(is_superuser=True)):
        with pytest.raises(Refused, match="You need the right"):
            make_evidence(release, actor)
        with pytest.raises(Refused, match="You need the right"):
            import_log(release, actor)


def test_it_is_about_the_very_bytes_of_a_sealed_release(release: Release) -> None:
    manager = manager_of(release)
    for bound_to in ("", OTHER_DIGEST):
        with pytest.raises(services.EvidenceRefused, match="the one with the digest"):
            services.add_evidence(actor=manager, release=release, entry=entry(), bound_to=bound_to)
    Release.objects.filter(pk=release.pk).update(state="withdrawn")
    with pytest.raises(services.EvidenceRefused, match="sealed release"):
        make_evidence(Release.objects.get(pk=release.pk), manager)


def test_a_log_is_imported_and_not_told_of(release: Release) -> None:
    with pytest.raises(services.EvidenceRefused, match="imported from its file"):
        make_evidence(release, type="evaluation")


def test_a_document_of_another_release_is_not_its_file(release: Release) -> None:
    other = make_release(release.model)
    manager = manager_of(release)
    document = services.keep_attachment(
        actor=manager, release=other, file=io.BytesIO(PDF), name="a.pdf"
    )
    with pytest.raises(services.EvidenceRefused, match="another release"):
        services.add_evidence(
            actor=manager,
            release=release,
            entry=entry(),
            bound_to=release.digest or "",
            document=document,
        )


def test_adding_leaves_one_event_on_the_release(release: Release) -> None:
    manager = manager_of(release)
    before = Event.objects.count()
    evidence = import_log(release, manager)
    events = Event.objects.filter(action="evidence.added")
    assert Event.objects.count() == before + 1
    assert events.get().target == ref(evidence)
    assert ref(release) in events.get().refs
    assert events.get().data["digest"] == evidence.digest


# Kept for ever


@pytest.mark.parametrize("table", [Evidence, Document, EvidenceEnd, EvidenceReminder])
def test_the_database_lets_nothing_be_changed_or_removed(release: Release, table: Any) -> None:
    kept = "is used is kept" if table is Document else "never edited"
    evidence = import_log(release)
    services.withdraw_evidence(actor=manager_of(release), evidence=evidence, reason="Wrong.")
    EvidenceReminder.objects.create(evidence=evidence, days=7)
    for change in (
        lambda: table.objects.update(id=table.objects.get().pk),
        lambda: table.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match=kept), transaction.atomic():
            change()


def test_the_database_refuses_what_no_service_writes(release: Release) -> None:
    good = Evidence.objects.get(pk=make_evidence(release).pk)
    for change in (
        {"type": "hearsay"},
        {"elicitation": "a little"},
        {"digest": "0"},
        {"release_digest": "X" * 64},
        {"expires_at": good.ran_at},
        {"type": "evaluation"},
        {"independent": True, "independence_basis": ""},
    ):
        row = Evidence.objects.get(pk=good.pk)
        row.pk = None
        row.public_id = make_user().pseudonym
        for name, value in change.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


# How it ends


def test_withdrawn_evidence_stays_and_counts_for_nothing(release: Release) -> None:
    manager = manager_of(release)
    evidence = make_evidence(release, manager)
    services.withdraw_evidence(actor=manager, evidence=evidence, reason="The seed leaked.")
    [row] = evidence_of(release)
    assert state_of(row, timezone.now()) == "withdrawn"
    [facts] = evidence_facts(release, [row])
    assert facts.withdrawn
    assert not facts.stands(timezone.now())
    with pytest.raises(Refused, match="already"):
        services.withdraw_evidence(actor=manager, evidence=evidence, reason="Again.")
    assert Event.objects.get(action="evidence.withdrawn").data["reason"] == "The seed leaked."


def test_newer_evidence_takes_the_place_of_older(release: Release) -> None:
    manager = manager_of(release)
    old, new = make_evidence(release, manager), make_evidence(release, manager)
    end = services.supersede_evidence(actor=manager, evidence=old, by=new, reason="Ran again.")
    assert end.superseded_by == new
    states = {each.pk: state_of(each, timezone.now()) for each in evidence_of(release)}
    assert states == {old.pk: "superseded", new.pk: "current"}
    with pytest.raises(Refused, match="still stands"):
        services.supersede_evidence(actor=manager, evidence=new, by=old, reason="Back.")


def test_it_is_replaced_only_by_what_stands_for_the_same_release(release: Release) -> None:
    manager = manager_of(release)
    evidence = make_evidence(release, manager)
    elsewhere = make_evidence(make_release(release.model), manager)
    withdrawn = make_evidence(release, manager)
    services.withdraw_evidence(actor=manager, evidence=withdrawn, reason="Wrong.")
    for by in (evidence, elsewhere, withdrawn):
        with pytest.raises(Refused):
            services.supersede_evidence(actor=manager, evidence=evidence, by=by, reason="Odd.")
    assert EvidenceEnd.objects.count() == 1


def test_ending_takes_the_right_and_a_reason(release: Release) -> None:
    evidence = make_evidence(release)
    with pytest.raises(Refused, match="You need the right"):
        services.withdraw_evidence(actor=make_user(), evidence=evidence, reason="Wrong.")
    with pytest.raises(Refused, match="reason"):
        services.withdraw_evidence(actor=manager_of(release), evidence=evidence, reason=" ")


def test_expired_evidence_counts_for_nothing(release: Release) -> None:
    [facts] = evidence_facts(release, [make_evidence(release)])
    assert facts.stands(timezone.now())
    assert facts.expires_at is not None
    assert not facts.stands(facts.expires_at)
    assert not replace(facts, digest_bound=False).stands(timezone.now())


# Reminders


def expiring(release: Release, days: float) -> Evidence:
    """Add evidence long ago that expires in so many days."""
    now = timezone.now()
    ran_at = now - timedelta(days=100)
    evidence = make_evidence(release, ran_at=ran_at, expires_at=now + timedelta(days=days))
    row = Evidence.objects.get(pk=evidence.pk)
    # Inserted again as it would have been then: no row is ever changed.
    row.pk = None
    row.public_id = make_user().pseudonym
    row.added_at = ran_at
    row.save(force_insert=True)
    return row


def reminders() -> list[str]:
    rows = Notification.objects.filter(kind="evidence_expires").order_by("id")
    return list(rows.values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("days", "told"), [(31, []), (29, [30]), (8, [30]), (6.5, [7]), (0.5, [7]), (-1, [])]
)
def test_managers_are_reminded_in_time_and_once(days: float, told: list[int]) -> None:
    release = make_release(make_model(manager=make_user()))
    if days < 0:
        assert services.remind_of_expiry() == 0
        return
    evidence = expiring(release, days)
    services.remind_of_expiry()
    services.remind_of_expiry()
    found = EvidenceReminder.objects.filter(evidence=evidence).values_list("days", flat=True)
    assert list(found) == told
    assert all("expires in" in subject for subject in reminders())
    assert bool(reminders()) == bool(told)


def test_a_reminder_that_fails_does_not_hold_up_the_others(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    expiring(release, 20)
    expiring(release, 20)
    fail_once(monkeypatch, notifications, "evidence_expires")
    assert services.remind_of_expiry() == 1
    assert services.remind_of_expiry() == 1


def test_what_ended_or_was_short_from_the_first_day_is_not_reminded_of(release: Release) -> None:
    now = timezone.now()
    make_evidence(release, expires_at=now + timedelta(days=5))
    withdrawn = expiring(release, 20)
    services.withdraw_evidence(actor=manager_of(release), evidence=withdrawn, reason="Wrong.")
    # What `expiring` copied from was added today, to expire within 30 days.
    assert services.remind_of_expiry() == 0
