"""Whether a reference stands: verified as it is now, and not too long ago. No database, no clock.

Six months after the last verification a reference no longer counts (EU Code of Practice for
general-purpose AI, Safety and Security chapter, Appendix 2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from releases.choices import ReferenceState

# Shorter than any six months of the calendar.
VALID = timedelta(days=180)
REMIND_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Standing:
    """Where a reference stands at a moment, until when, and why in a sentence."""

    state: ReferenceState
    sentence: str
    lapses_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Tell whether a dossier may rest on it."""
        return self.state is ReferenceState.VERIFIED


def judge(
    *, content_digest: str, verified_digest: str, verified_at: datetime | None, now: datetime
) -> Standing:
    """Judge a reference by its last verification, if there was any."""
    if verified_at is None:
        return Standing(
            ReferenceState.UNVERIFIED,
            _("Nobody but those who entered it has verified it yet."),
        )
    lapses_at = verified_at + VALID
    days = {"at": date_format(verified_at, "j M Y"), "end": date_format(lapses_at, "j M Y")}
    if content_digest != verified_digest:
        return Standing(
            ReferenceState.CHANGED,
            _("It was changed after it was verified on %(at)s.") % days,
        )
    if now >= lapses_at:
        return Standing(
            ReferenceState.LAPSED,
            _("It was last verified on %(at)s and lapsed on %(end)s.") % days,
            lapses_at,
        )
    return Standing(
        ReferenceState.VERIFIED,
        _("It was verified on %(at)s and lapses on %(end)s.") % days,
        lapses_at,
    )
