"""What a suspension selects, as plain data and in words. Asks no database."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.countries import COUNTRIES
from licensing.questions.kinds import Track
from releases.choices import AccessMode


class HolderKind(models.TextChoices):
    """Who holds a grant."""

    ORGANIZATION = "organization", gettext_lazy("Organisations")
    PERSON = "person", gettext_lazy("People without an organisation")


class Origin(models.TextChoices):
    """How a grant came about."""

    REVIEWED = "reviewed", gettext_lazy("By review of an application")
    SELF_SERVICE = "self_service", gettext_lazy("By accepting public terms")


@dataclass(frozen=True)
class Criteria:
    """Which grants are meant. An empty criterion means all; those given must all be met.

    `access_modes` are those of the stages at which a release of the grant's model stands. The names
    are for reading.
    """

    model: int | None = None
    organization: int | None = None
    access_modes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    all_other_countries: bool = False
    unknown_country: bool = False
    holder_kind: str = ""
    origin: str = ""
    # Of the application that the grant came from.
    track: str = ""
    model_name: str = field(default="", compare=False)
    organization_name: str = field(default="", compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows it."""
        return self == Criteria()

    def counts_at(self, access_mode: str) -> bool:
        """Tell whether it counts at a stage of this access mode."""
        return not self.access_modes or access_mode in self.access_modes


def describe(criteria: Criteria) -> list[tuple[str, str]]:
    """Return the criteria as (label, value) pairs, of which all must be met."""
    modes, kinds, origins, tracks = (
        dict(choices.choices) for choices in (AccessMode, HolderKind, Origin, Track)
    )
    lines = [(_("Model"), criteria.model_name if criteria.model else _("Every model"))]
    if criteria.access_modes:
        lines.append((_("Stage"), _listed(str(modes[mode]) for mode in criteria.access_modes)))
    if criteria.organization:
        lines.append((_("Organisation"), criteria.organization_name))
    if criteria.countries or criteria.unknown_country:
        lines.append((_("Country of the holder"), _countries(criteria)))
    if criteria.holder_kind:
        lines.append((_("Held by"), str(kinds[criteria.holder_kind])))
    if criteria.origin:
        lines.append((_("How it was given"), str(origins[criteria.origin])))
    if criteria.track:
        lines.append((_("Track of the application"), str(tracks[criteria.track])))
    return lines


def in_short(criteria: Criteria) -> str:
    """Return the criteria in one line."""
    return "; ".join(value for _label, value in describe(criteria))


def _countries(criteria: Criteria) -> str:
    named = _listed(COUNTRIES.get(code, code) for code in criteria.countries)
    unknown = _("those whose country is not known")
    if criteria.all_other_countries:
        every = _("every one but %(countries)s") % {"countries": named}
        return f"{every}; {unknown}" if criteria.unknown_country else every
    if not named:
        return unknown
    return f"{named}; {unknown}" if criteria.unknown_country else named


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
