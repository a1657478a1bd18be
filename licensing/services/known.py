"""Taking over what vetting knows into a new application, and noticing what changed of it."""

import json
from typing import Any

from django.utils import timezone

from accounts.models import Clearance
from accounts.services import reopen_clearances
from audit import personal
from licensing import application_form, selectors
from licensing.models import Application, KnownAnswers
from licensing.selectors import asked
from licensing.selectors import known as reading


def take_over(application: Application) -> None:
    """Fill a new draft with what was vetted; called in the transaction that begins it."""
    now = timezone.now()
    source = reading.source_for(
        application.applicant, application.model, application.organization, application.track, now
    )
    if source is None:
        return
    sections = asked.sections_now(application)
    answers = reading.taken_over(source.application, sections)
    complete = [
        section.key
        for section in sections
        if section.key in reading.LASTING
        and application_form.section_state(section, answers, timezone.localdate()) == "done"
    ]
    if not complete:
        return
    clear, private = application_form.split_personal(answers)
    application.answers = clear
    application.sealed_answers = personal.seal(application.applicant.pseudonym, json.dumps(private))
    application.save(update_fields=["answers", "sealed_answers"])
    KnownAnswers.objects.create(
        application=application,
        source=source.application,
        sections=complete,
        valid_until=source.valid_until,
    )


def note_changed(application: Application, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Take the sections out of what is known whose answers somebody changed."""
    known = reading.known_of(application)
    if known is None:
        return
    changed = {
        section.key
        for section in asked.sections_now(application)
        if any((before.get(q.key) or "") != (after.get(q.key) or "") for q in section.questions)
    }
    kept = [key for key in known.sections if key not in changed]
    if kept != known.sections:
        known.sections = kept
        known.save(update_fields=["sections"])


def reopen_renamed(application: Application) -> None:
    """Reopen the clearance of who gives another legal name than the one that was vetted."""
    known = reading.known_of(application)
    if known is None or "who" in known.sections:
        return
    former, given = selectors.answers_of(known.source), selectors.answers_of(application)
    if former.get("legal_name") != given.get("legal_name"):
        reopen_clearances(
            actor=application.applicant,
            change=Clearance.Change.NAME,
            user=application.applicant,
        )
