"""What a stage does with all the countries that somebody has to do with."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.countries import COUNTRIES
from licensing.countries.table import Effect, StageEffects


class Source(models.TextChoices):
    """Which statement a country comes from."""

    ORGANIZATION = "organization", gettext_lazy("the organisation's country")
    PARENT = "parent", gettext_lazy("the country of an organisation that it belongs to")
    PERSON = "person", gettext_lazy("the country that the person works in")
    HOSTING = "hosting", gettext_lazy("the country in which the model will run")


@dataclass(frozen=True)
class Place:
    """A country by its ISO 3166-1 code, and where it is stated. "" is one that nobody stated."""

    country: str
    source: Source
    # Of whom, where it may be several; for those who may read it.
    whose: str = ""

    @property
    def name(self) -> str:
        """The country's name, or that nobody stated one."""
        return COUNTRIES.get(self.country, self.country) or _("no country stated")


@dataclass(frozen=True)
class Finding:
    """One country, and what the stage does with it; a licence for it may be on record."""

    place: Place
    effect: Effect
    licensed: bool = False

    @property
    def stops(self) -> bool:
        """Whether it alone is enough to say no."""
        return self.effect is Effect.DENY or (self.effect is Effect.LICENCE and not self.licensed)

    @property
    def needs_second(self) -> bool:
        """Whether an approval takes a second reviewer for it."""
        return self.effect is not Effect.ALLOW


def judge(
    effects: StageEffects, places: Iterable[Place], licensed: Container[str] = ()
) -> list[Finding]:
    """Return what is done with each place, the strictest first; `licensed` are countries."""
    findings = [
        Finding(place, effects.effect_on(place.country), place.country in licensed)
        for place in dict.fromkeys(places)
    ]
    return sorted(findings, key=lambda finding: -finding.effect.strictness)
