"""What the operator looks at: parts, jobs, mail that failed. Reading only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from accounts.models import Notification
from accounts.selectors.messages import failing_notifications, owed_notifications
from boards.gathering import owed_records
from portal import health
from releases.models import Artifact, Release, Transition

# A job that is alive says so at least once a minute.
STUCK_AFTER = timedelta(minutes=5)
SHOWN = 50


@dataclass(frozen=True)
class Job:
    """A release that is being read or verified."""

    release: Release
    stuck: bool


def jobs(now: datetime) -> list[Job]:
    """Return the releases whose background job is not done, stuck ones first."""
    rows = Release.objects.filter(state__in=["ingesting", "verifying"]).select_related("model")
    found = [
        Job(release, now - (release.job_at or release.created_at) > STUCK_AFTER)
        for release in rows.order_by("id")[:SHOWN]
    ]
    return sorted(found, key=lambda job: not job.stuck)


def failed_mail() -> list[Notification]:
    """Return the mails that could not be sent so far, the newest first."""
    return list(failing_notifications().select_related("recipient")[:SHOWN])


def owed_mail(now: datetime) -> int:
    """Return how many mails should have gone out by now."""
    return owed_notifications(now).order_by().count()


def waiting_transitions() -> list[Transition]:
    """Return the approved transitions that have not taken effect."""
    rows = Transition.objects.filter(state="approved").select_related(
        "release", "release__model", "to_stage"
    )
    return list(rows.order_by("effective_after")[:SHOWN])


def unsigned_records() -> int:
    """Return how many decisions are owed a signed record."""
    return owed_records().count()


def damaged_files() -> list[Artifact]:
    """Return the files that are not served because their stored bytes are wrong."""
    rows = Artifact.objects.exclude(damage="").select_related("release__model")
    return list(rows.order_by("release", "path")[:SHOWN])


def longest_unread() -> datetime | None:
    """Return when the stored object was read whose turn it is next."""
    rows = Artifact.objects.filter(release__state__in=["sealed", "withdrawn"])
    return rows.aggregate(oldest=Min("verified_at"))["oldest"]


def checks(now: datetime) -> list[health.Check]:
    """Return the state of every part, worker and scheduler included."""
    return [*health.check_all(), health.check_worker(now)]
