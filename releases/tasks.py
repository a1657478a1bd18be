"""Work in the background. Every task takes ids, may run twice, and is swept for if it is lost."""

from celery import shared_task

from releases import services

# After this a chunk hands over. One artifact is the smallest piece, and a large one may take
# longer: it keeps its lease alive, and gets time to finish.
CHUNK_SECONDS = 45
LONGEST_ARTIFACT_SECONDS = 6 * 3600


@shared_task(name="releases.continue_ingest", time_limit=LONGEST_ARTIFACT_SECONDS)
def continue_ingest(release_id: int) -> None:
    """Read the next files of a release into the store."""
    services.continue_ingest(release_id=release_id, budget_seconds=CHUNK_SECONDS)


@shared_task(name="releases.verify_release", time_limit=LONGEST_ARTIFACT_SECONDS)
def verify_release(release_id: int) -> None:
    """Verify the next artifacts of a release, and seal it after the last."""
    services.verify_release(release_id=release_id, budget_seconds=CHUNK_SECONDS)


@shared_task(name="releases.sweep_jobs")
def sweep_jobs() -> None:
    """Ask again for ingests whose worker is gone."""
    services.requeue_stalled()


@shared_task(name="releases.sweep_objects")
def sweep_objects() -> None:
    """Remove from the store what a killed worker kept and no release names."""
    services.sweep_unnamed()


@shared_task(name="releases.rehash", time_limit=LONGEST_ARTIFACT_SECONDS)
def rehash() -> None:
    """Read stored objects again whose turn it is, the longest unread first."""
    services.rehash_due(budget_seconds=CHUNK_SECONDS)


@shared_task(name="releases.sweep_signatures")
def sweep_signatures() -> None:
    """Sign what was sealed before there was a key."""
    services.sign_unsigned()


@shared_task(name="releases.sweep_motions")
def sweep_motions() -> None:
    """Apply what the boards decided."""
    services.apply_decided_motions()


@shared_task(name="releases.take_effect")
def take_effect(transition_id: int) -> None:
    """Let one transition take effect, if it may."""
    services.take_effect(transition_id=transition_id)


@shared_task(name="releases.sweep_holds")
def sweep_holds() -> None:
    """Call for the review of holds that are due."""
    services.call_for_review()


@shared_task(name="releases.check_conditions")
def check_conditions(release_id: int) -> None:
    """Hold one release against the conditions of its decisions."""
    services.check_conditions(release_id=release_id)


@shared_task(name="releases.sweep_conditions")
def sweep_conditions() -> None:
    """Hold every release against the conditions of its decisions."""
    services.sweep_conditions()


@shared_task(name="releases.sweep_reviews")
def sweep_reviews() -> None:
    """Call for releases to be judged again, and hold the admissions of what was not."""
    services.call_re_reviews()


@shared_task(name="releases.sweep_full_reviews")
def sweep_full_reviews() -> None:
    """Hold the admissions of what emergency decisions opened that were not confirmed."""
    services.hold_unconfirmed()


@shared_task(name="releases.sweep_evidence")
def sweep_evidence() -> None:
    """Remind managers of evidence that expires soon."""
    services.remind_of_expiry()


@shared_task(name="releases.sweep_documents")
def sweep_documents() -> None:
    """Remove documents that were uploaded and never used."""
    services.sweep_unused_documents()


@shared_task(name="releases.sweep_comparables")
def sweep_comparables() -> None:
    """Remind of references of the register that lapse soon."""
    services.remind_of_lapses()
