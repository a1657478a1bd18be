"""Which version of an agreement is in force, and which acceptance counts. Pure: time is given.

A version is in force from a moment on, until the next one is. A material one binds from the end of
its grace period: until then the acceptance of what went before still lets in. An editorial one
never asks to be accepted again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_GRACE_DAYS = 180
# How long before access stops whoever has not accepted is reminded.
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


class Change(models.TextChoices):
    """What a version is to the one before it."""

    MATERIAL = "material", _("Material: it has to be accepted")
    EDITORIAL = "editorial", _("Editorial: what was accepted before still counts")


class VersionState(models.TextChoices):
    """Where a version is in its life; it follows from the time."""

    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RETIRED = "retired", _("Retired")


class Phase(models.TextChoices):
    """What whoever has not accepted a version is told, by how long is left."""

    PUBLISHED = "published", _("It is in force")
    WEEK = "week", _("A week is left")
    DAY = "day", _("A day is left")
    BOUND = "bound", _("Access has stopped")


@dataclass(frozen=True)
class VersionFact:
    """A version that was not withdrawn. `binds_at` is None for an editorial one."""

    number: int
    in_force_at: datetime
    binds_at: datetime | None
    id: int = 0
    signs: bool = False


def in_force(versions: Iterable[VersionFact], now: datetime) -> VersionFact | None:
    """Return the version that is in force."""
    begun = [version for version in versions if version.in_force_at <= now]
    return max(begun, key=lambda version: version.number, default=None)


def lowest_accepted(versions: Iterable[VersionFact], now: datetime) -> int | None:
    """Return the lowest number whose acceptance still counts; None where nothing is in force.

    It is the newest version that binds: whatever was accepted before it counts no more.
    """
    versions = list(versions)
    current = in_force(versions, now)
    if current is None:
        return None
    binding = [v.number for v in versions if v.binds_at is not None and v.binds_at <= now]
    # Before its first version binds, an agreement still lets nobody in who accepted nothing.
    return max(binding, default=min(version.number for version in versions))


def renew_by(versions: Iterable[VersionFact], accepted: int, now: datetime) -> datetime | None:
    """Return until when the acceptance of a version counts; None where nothing ends it.

    Only versions in force end it: what is scheduled is announced when it comes into force.
    """
    ends = [
        version.binds_at
        for version in versions
        if version.number > accepted and version.in_force_at <= now and version.binds_at is not None
    ]
    return min(ends, default=None)


def binding(versions: Sequence[VersionFact], now: datetime) -> VersionFact | None:
    """Return the version whose duties are owed: what binds, with the editorial ones after it."""
    lowest = lowest_accepted(versions, now)
    if lowest is None:
        return None
    found = None
    for version in sorted(versions, key=lambda version: version.number):
        if version.in_force_at > now or version.number < lowest:
            continue
        if found is not None and version.binds_at is not None and version.binds_at > now:
            break
        found = version
    return found


def state_of(
    number: int,
    in_force_at: datetime,
    current: int | None,
    now: datetime,
    *,
    withdrawn: bool = False,
    retired: bool = False,
) -> VersionState:
    """Return the state of a version, of which `current` is the number in force."""
    if withdrawn:
        return VersionState.WITHDRAWN
    if in_force_at > now:
        return VersionState.SCHEDULED
    if current is not None and number < current:
        return VersionState.SUPERSEDED
    return VersionState.RETIRED if retired else VersionState.PUBLISHED


def phase_of(binds_at: datetime, now: datetime) -> Phase:
    """Return what is to be told now of a version that asks to be accepted by `binds_at`."""
    if now >= binds_at:
        return Phase.BOUND
    if now >= binds_at - DAY:
        return Phase.DAY
    return Phase.WEEK if now >= binds_at - WEEK else Phase.PUBLISHED
