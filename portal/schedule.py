"""What is asked for again and again, so that whatever was missed is done after all."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab


def beat_schedule(sweep: timedelta) -> dict[str, dict[str, Any]]:
    """Return the schedule; `sweep` is how often what somebody waits for is looked at."""
    return {
        "notifications": {"task": "accounts.sweep_notifications", "schedule": sweep},
        "digests": {"task": "accounts.sweep_digests", "schedule": crontab(minute="*/10")},
        "tokens": {"task": "accounts.sweep_tokens", "schedule": crontab(minute="*/10")},
        "screening": {"task": "accounts.sweep_screening", "schedule": sweep},
        "former-lists": {"task": "accounts.sweep_former_lists", "schedule": crontab(minute="23")},
        "affiliations": {"task": "accounts.sweep_affiliations", "schedule": crontab(minute="*/5")},
        "motions-deadlines": {"task": "boards.sweep_motions", "schedule": sweep},
        "motions-records": {"task": "boards.sweep_records", "schedule": crontab(minute="*/5")},
        "boards-decisions": {"task": "boards.sweep_decisions", "schedule": sweep},
        "boards-reminders": {"task": "boards.sweep_reminders", "schedule": crontab(minute="*/5")},
        "releases-motions": {"task": "releases.sweep_motions", "schedule": sweep},
        "releases-rehash": {"task": "releases.rehash", "schedule": crontab(minute="*/5")},
        "releases-signatures": {
            "task": "releases.sweep_signatures",
            "schedule": crontab(minute="*/5"),
        },
        "releases-objects": {"task": "releases.sweep_objects", "schedule": crontab(minute="*/10")},
        "releases-jobs": {"task": "releases.sweep_jobs", "schedule": sweep},
        "releases-conditions": {
            "task": "releases.sweep_conditions",
            "schedule": crontab(minute="*/5"),
        },
        "releases-reviews": {"task": "releases.sweep_reviews", "schedule": crontab(minute="*/10")},
        "releases-full-reviews": {
            "task": "releases.sweep_full_reviews",
            "schedule": crontab(minute="*/5"),
        },
        "holds-review": {"task": "releases.sweep_holds", "schedule": crontab(minute="*/10")},
        "evidence": {"task": "releases.sweep_evidence", "schedule": crontab(minute="*/10")},
        "comparables": {"task": "releases.sweep_comparables", "schedule": crontab(minute="*/10")},
        "documents": {"task": "releases.sweep_documents", "schedule": crontab(minute="23")},
        "admissions": {"task": "licensing.sweep_admissions", "schedule": sweep},
        "licensing-motions": {"task": "licensing.sweep_motions", "schedule": sweep},
        "attachments": {"task": "licensing.sweep_attachments", "schedule": crontab(minute="37")},
        "suspensions": {"task": "licensing.sweep_suspensions", "schedule": crontab()},
        "countries": {"task": "licensing.sweep_countries", "schedule": crontab()},
        "terms": {"task": "licensing.sweep_terms", "schedule": crontab(minute="*/5")},
        "duties": {"task": "licensing.sweep_duties", "schedule": crontab(minute="7")},
        "duties-reminders": {"task": "licensing.tell_of_duties", "schedule": crontab(minute="*/5")},
        "receipts": {"task": "licensing.sweep_receipts", "schedule": crontab(minute="*/10")},
        "references": {"task": "licensing.sweep_references", "schedule": crontab(minute="*/5")},
        "licensing-screening": {"task": "licensing.sweep_screening", "schedule": sweep},
        "grants-expiry": {"task": "licensing.sweep_grants", "schedule": crontab(minute="*/5")},
        "applications-returned": {
            "task": "licensing.sweep_returned",
            "schedule": crontab(minute="*/10"),
        },
        "heartbeat": {"task": "portal.beat_heartbeat", "schedule": timedelta(seconds=20)},
        "sessions": {"task": "portal.clear_sessions", "schedule": crontab(hour="3", minute="17")},
    }
