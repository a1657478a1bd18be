"""What the workers do for licensing. Each run is short and does whatever is owed."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from celery import shared_task
from django.utils import timezone

from licensing import selectors, services
from licensing.deadlines import (
    ANSWER_REMINDER,
    DRAFT_LAPSES,
    DRAFT_NOTICE,
    DRAFT_REMINDER,
)
from licensing.models import Application
from licensing.selectors import agreements, reviews
from licensing.services import duties, screening

logger = logging.getLogger(__name__)

CHUNK = 500


@shared_task(name="licensing.sweep_admissions")
def sweep_admissions() -> int:
    """Give the places that are owed."""
    return services.sweep_admissions()


@shared_task(name="licensing.sweep_terms")
def sweep_terms() -> int:
    """Follow the versions that came into force, and tell whoever has to accept them.

    What one run leaves over, the next one does at once.
    """
    for terms in agreements.terms_behind(timezone.now()):
        services.follow_terms(terms=terms)
    told = services.tell_of_terms(now=timezone.now())
    if told >= services.MOST_TOLD:
        sweep_terms.delay()
    return told


@shared_task(name="licensing.sweep_receipts")
def sweep_receipts() -> int:
    """Sign the receipts that are owed, for acceptances and for statements on duties."""
    return services.issue_owed_receipts() + duties.issue_owed_duty_receipts()


@shared_task(name="licensing.settle_duties")
def settle_duties(grant_id: int) -> int:
    """Open and close the duties of one grant, of which something has changed."""
    return duties.settle_duties(grant_id=grant_id)


@shared_task(name="licensing.sweep_duties")
def sweep_duties(after: int = 0) -> int:
    """Open and close the duties of every grant, a chunk in each run; the next follows at once."""
    last = duties.sweep_duties(after=after)
    if last:
        sweep_duties.delay(last)
    return last


@shared_task(name="licensing.tell_of_duties")
def tell_of_duties() -> int:
    """Remind of duties, and note which are overdue."""
    return duties.tell_of_duties()


@shared_task(name="licensing.sweep_motions")
def sweep_motions() -> None:
    """Apply what the boards decided, and keep those in conflict from what they decide now."""
    services.exclude_conflicted_voters()
    services.apply_decided_motions()


@shared_task(name="licensing.sweep_attachments")
def sweep_attachments() -> int:
    """Remove files that were attached and are named nowhere any more."""
    return services.sweep_attachments()


@shared_task(name="licensing.sweep_grants")
def sweep_grants() -> int:
    """Write down which grants have reached their end; the freed places are given at once."""
    expired = list(selectors.expired_grants(timezone.now())[:CHUNK])
    for grant in expired:
        try:
            services.expire_grant(grant=grant)
        except Exception:
            logger.exception("Grant %d could not be ended; the next sweep tries.", grant.pk)
    if expired:
        services.sweep_admissions()
    return len(expired)


@shared_task(name="licensing.tell_of_selection")
def tell_of_selection(suspension_id: int) -> None:
    """Tell those affected by one suspension, or by its end; what is left the sweep does."""
    services.tell_of_selection(suspension_id=suspension_id)


@shared_task(name="licensing.sweep_suspensions")
def sweep_suspensions() -> None:
    """Tell whoever was not told yet, and call for the reviews that are due."""
    services.tell_of_selections()
    services.call_for_review_of_selections()


@shared_task(name="licensing.tell_of_countries")
def tell_of_countries(telling_id: int) -> None:
    """Tell those whom one decision about countries concerns; what is left the sweep does."""
    services.tell_of_countries(telling_id=telling_id)


@shared_task(name="licensing.sweep_countries")
def sweep_countries() -> None:
    """Note which export licences end soon, and tell whoever was not told yet of any decision."""
    services.note_ending_licences()
    services.tell_of_all_countries()


@shared_task(name="licensing.sweep_references")
def sweep_references() -> None:
    """Remind referees and officials, and end the places of those who left the holder."""
    services.remind_of_references()
    services.end_lost_places()


@shared_task(name="licensing.sweep_screening")
def sweep_screening() -> None:
    """Have screened whom a missed step left out, and ask leads about exact names."""
    screening.sweep_watches()
    screening.ask_for_suspensions()


@shared_task(name="licensing.sweep_returned")
def sweep_returned() -> int:
    """Remind of what the applicant has to go on with, and lapse what was left alone for too long.

    Applications that came back with questions, by their date, and drafts, since the last answer.
    """
    now = timezone.now()
    acts = [
        *(partial(services.remind_of_answer, application=each) for each in _owed_reminder(now)),
        *(partial(services.lapse_returned, application=each) for each in _over(now)),
        *(partial(services.lapse_draft, application=each) for each in _drafts(now, lapse=True)),
        *(partial(services.remind_of_draft, application=each) for each in _drafts(now)),
    ]
    return sum(_attempt(act) for act in acts)


def _owed_reminder(now: datetime) -> list[Application]:
    return list(reviews.returned_before(now + ANSWER_REMINDER, reminded=False)[:CHUNK])


def _over(now: datetime) -> list[Application]:
    return list(reviews.returned_before(now)[:CHUNK])


def _drafts(now: datetime, *, lapse: bool = False) -> list[Application]:
    if lapse:
        return list(reviews.drafts_to_lapse(now - DRAFT_LAPSES, now - DRAFT_NOTICE)[:CHUNK])
    return list(reviews.drafts_to_remind(now - DRAFT_REMINDER)[:CHUNK])


def _attempt(act: Callable[[], bool]) -> bool:
    try:
        return act()
    except Exception:
        logger.exception("An application could not be ended or told of; the next sweep tries.")
        return False
