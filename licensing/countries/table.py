"""A country table as plain data: for each kind of stage, what is done with whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy

from releases.choices import ACCESS_MODES

# The kinds of stages that give something: a table speaks of each of them.
GIVING = tuple(mode for mode in ACCESS_MODES if mode != "none")


class Effect(models.TextChoices):
    """What a stage does with a country, from the loosest to the strictest.

    Each also asks what those before it ask: with a licence it still takes two reviewers.
    """

    ALLOW = "allow", gettext_lazy("Allowed")
    REVIEW = "review", gettext_lazy("Second reviewer")
    LICENCE = "licence", gettext_lazy("Export licence")
    DENY = "deny", gettext_lazy("Denied")

    @property
    def strictness(self) -> int:
        """Its place in the order, 0 the loosest."""
        return _ORDER.index(self)


_ORDER = tuple(Effect)


@dataclass(frozen=True)
class Group:
    """Countries under one name, such as a group of the Export Administration Regulations."""

    slug: str
    name: str
    countries: tuple[str, ...]


@dataclass(frozen=True)
class StageEffects:
    """What stages of one access mode do. `named` are (country, effect) pairs, sorted by country.

    `by` says of a named country which group it is in the table by; it is missing where the country
    stands there itself.
    """

    everyone_else: Effect = Effect.ALLOW
    unknown: Effect = Effect.ALLOW
    named: tuple[tuple[str, Effect], ...] = ()
    by: Mapping[str, str] = field(default_factory=dict, compare=False)

    def effect_on(self, country: str) -> Effect:
        """Return the effect on a country by its ISO 3166-1 code, "" for one nobody stated."""
        if not country:
            return self.unknown
        return dict(self.named).get(country, self.everyone_else)


ALLOWS_ALL = StageEffects()


@dataclass(frozen=True)
class Table:
    """A whole table, its groups resolved. A stage that it does not have allows everybody."""

    title: str = ""
    source: str = ""
    groups: tuple[Group, ...] = ()
    stages: Mapping[str, StageEffects] = field(default_factory=dict)

    def at(self, access_mode: str) -> StageEffects:
        """Return what stages of an access mode do."""
        return self.stages.get(access_mode) or ALLOWS_ALL


# What holds before there is a table.
NO_TABLE = Table()
