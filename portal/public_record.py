"""What a model's page tells whoever may see it: stages so far, and what the board published."""

from collections.abc import Sequence

from audit.selectors import ref
from boards.gathering import Published, published_about
from portal.showing import Data
from releases.models import Hold, Model, Release
from releases.selectors import stage_entries

SHOWN_ENTRIES = 50


def stages_so_far(releases: Sequence[Release]) -> list[Data]:
    """Return when the releases arrived at their stages, the newest first, in one query."""
    by_id = {release.pk: release for release in releases}
    return [
        {
            "release": by_id[entry.release_id],
            "stage": entry.stage.name,
            "at": entry.entered_at,
            "cause": entry.get_cause_display(),
        }
        for entry in stage_entries(by_id, SHOWN_ENTRIES)
    ]


def summaries(model: Model, releases: Sequence[Release]) -> list[Published]:
    """Return what the board published on the model and on these releases of it.

    A motion about a release that the viewer may not see, or about a hold on it, is not among them.
    """
    holds = Hold.objects.filter(model=model).only("pk", "release_id")
    ids = {None, *(release.pk for release in releases)}
    subjects = [model, *releases, *(hold for hold in holds if hold.release_id in ids)]
    return published_about(ref(subject) for subject in subjects)
