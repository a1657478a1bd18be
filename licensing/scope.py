"""What a grant allows, as structured data: parsing, plain words, and asked against granted."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Labels = dict[str, str | Promise]

USES: Labels = {
    "research": gettext_lazy("Research"),
    "safety_research": gettext_lazy("Safety research and red teaming"),
    "evaluation": gettext_lazy("Evaluation before a decision to deploy"),
    "internal_tools": gettext_lazy("Tools for our own staff"),
    "product": gettext_lazy("A product or service for others"),
    "education": gettext_lazy("Teaching"),
}
ENVIRONMENTS: Labels = {
    "isolated": gettext_lazy("Isolated, without a network"),
    "internal": gettext_lazy("Internal network, own staff only"),
    "production": gettext_lazy("Production, reachable by others"),
}
SECTORS: Labels = {
    "general": gettext_lazy("General"),
    "science": gettext_lazy("Science and engineering"),
    "health": gettext_lazy("Health"),
    "finance": gettext_lazy("Finance and insurance"),
    "education": gettext_lazy("Education"),
    "public": gettext_lazy("Public administration"),
    "justice": gettext_lazy("Law enforcement and justice"),
    "infrastructure": gettext_lazy("Critical infrastructure"),
}
REGIONS: Labels = {
    "eea": gettext_lazy("European Economic Area and Switzerland"),
    "uk": gettext_lazy("United Kingdom"),
    "north_america": gettext_lazy("United States and Canada"),
    "latin_america": gettext_lazy("Latin America and the Caribbean"),
    "africa": gettext_lazy("Africa"),
    "middle_east": gettext_lazy("Middle East"),
    "south_asia": gettext_lazy("South and Central Asia"),
    "east_asia": gettext_lazy("East and Southeast Asia"),
    "oceania": gettext_lazy("Australia, New Zealand and the Pacific"),
}
MODIFICATIONS: Labels = {
    "fine_tune": gettext_lazy("Fine-tuning"),
    "quantise": gettext_lazy("Quantising or pruning"),
    "merge": gettext_lazy("Merging with other models"),
    "distil": gettext_lazy("Training other models on its outputs"),
}
# From the narrowest to the widest.
REDISTRIBUTIONS: Labels = {
    "none": gettext_lazy("None: the weights stay with us"),
    "named": gettext_lazy("To recipients named in the application"),
    "derivatives": gettext_lazy("Derived weights, under the same terms"),
}
# From the narrowest to the widest.
SERVED: Labels = {
    "named": gettext_lazy("Only the people named on the grant"),
    "staff": gettext_lazy("Our own staff or members"),
    "customers": gettext_lazy("Customers and partners who are known to us"),
    "public": gettext_lazy("Anyone"),
}
# From the least to the most.
USAGES: Labels = {
    "small": gettext_lazy("Up to 1 million tokens a day"),
    "medium": gettext_lazy("Up to 100 million tokens a day"),
    "large": gettext_lazy("Up to 10 billion tokens a day"),
    "unlimited": gettext_lazy("More, or not known"),
}

_LISTS: dict[str, tuple[Labels, str | Promise]] = {
    "uses": (USES, gettext_lazy("Uses")),
    "environments": (ENVIRONMENTS, gettext_lazy("Environments")),
    "sectors": (SECTORS, gettext_lazy("Sectors")),
    "regions": (REGIONS, gettext_lazy("Regions")),
    "modification": (MODIFICATIONS, gettext_lazy("Modification")),
}
# One choice each, from the narrowest to the widest.
LEVELS: dict[str, tuple[Labels, str | Promise]] = {
    "redistribution": (REDISTRIBUTIONS, gettext_lazy("Redistribution")),
    "served": (SERVED, gettext_lazy("End users")),
    "usage": (USAGES, gettext_lazy("Volume of use")),
}
SCOPE_KEYS = (*_LISTS, *LEVELS)
# Whoever applied, or was granted something, before these were asked set no limit to them.
UNASKED = {"served": "public", "usage": "unlimited"}
# An empty list of modifications means that none is allowed; the other lists must say something.
_MAY_BE_EMPTY = {"modification"}


@dataclass(frozen=True)
class Scope:
    """What may be done, where, by and for whom."""

    uses: tuple[str, ...]
    environments: tuple[str, ...]
    sectors: tuple[str, ...]
    regions: tuple[str, ...]
    modification: tuple[str, ...]
    redistribution: str
    served: str
    usage: str

    def as_data(self) -> dict[str, Any]:
        """Return the scope as JSON data."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Difference:
    """One line of the comparison of asked and granted."""

    label: str
    asked: str
    granted: str

    @property
    def narrowed(self) -> bool:
        """Whether less was granted than was asked."""
        return self.asked != self.granted


def parse_scope(data: Mapping[str, Any]) -> Scope:
    """Return the scope. Raises ValueError with a sentence for anything unknown or missing."""
    unknown = set(data) - set(SCOPE_KEYS)
    if unknown:
        raise ValueError(_("The scope has no part called “%(key)s”.") % {"key": min(unknown)})
    parts: dict[str, Any] = {key: _parse_list(key, data.get(key, [])) for key in _LISTS}
    parts |= {key: _parse_level(key, data) for key in LEVELS}
    return Scope(**parts)


def _parse_level(key: str, data: Mapping[str, Any]) -> str:
    """Return one choice; what is left out is the narrowest."""
    labels, name = LEVELS[key]
    value = data.get(key, next(iter(labels)))
    if not isinstance(value, str) or value not in labels:
        raise ValueError(_("Choose one of “%(name)s”.") % {"name": name})
    return value


def up_to(key: str, widest: object) -> list[str]:
    """Return the choices of a level that are no wider than one of them; else the narrowest."""
    order = list(LEVELS[key][0])
    return order[: order.index(widest) + 1] if widest in order else order[:1]


def _parse_list(key: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever was sent
    labels, name = _LISTS[key]
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError(_("“%(name)s” must be a list.") % {"name": name})
    for item in value:
        if item not in labels:
            raise ValueError(
                _("“%(item)s” is not one of the choices of “%(name)s”.")
                % {"item": item[:40], "name": name}
            )
    if not value and key not in _MAY_BE_EMPTY:
        raise ValueError(_("Choose at least one of “%(name)s”.") % {"name": name})
    # In the order of the choices, so that equal scopes are equal data.
    return tuple(choice for choice in labels if choice in value)


def excess(asked: Scope, granted: Scope) -> list[str]:
    """Return a sentence for each part in which more would be granted than was asked."""
    sentences = []
    for key, (labels, name) in _LISTS.items():
        extra = set(getattr(granted, key)) - set(getattr(asked, key))
        if extra:
            sentences.append(
                _("%(name)s: not asked for: %(extra)s.")
                % {"name": name, "extra": _words(labels, sorted(extra))}
            )
    for key, (_labels, name) in LEVELS.items():
        if getattr(granted, key) not in up_to(key, getattr(asked, key)):
            sentences.append(_("%(name)s: wider than what was asked for.") % {"name": name})
    return sentences


def compare(asked: Scope, granted: Scope) -> list[Difference]:
    """Return every part of the scope, asked beside granted."""
    lines = [
        Difference(
            label=str(name),
            asked=_words(labels, getattr(asked, key)),
            granted=_words(labels, getattr(granted, key)),
        )
        for key, (labels, name) in _LISTS.items()
    ]
    lines += [
        Difference(
            label=str(name),
            asked=str(labels[getattr(asked, key)]),
            granted=str(labels[getattr(granted, key)]),
        )
        for key, (labels, name) in LEVELS.items()
    ]
    return lines


def describe(scope: Scope) -> list[str]:
    """Return the scope in plain sentences, for the person who must keep to it."""
    sentences = [
        _("You may use it for: %(uses)s.") % {"uses": _words(USES, scope.uses)},
        _("You may run it here: %(places)s.")
        % {"places": _words(ENVIRONMENTS, scope.environments)},
        _("It may serve these sectors: %(sectors)s.") % {"sectors": _words(SECTORS, scope.sectors)},
        _("It may serve people in: %(regions)s.") % {"regions": _words(REGIONS, scope.regions)},
        {
            "named": _("Only the people named on the grant may use it."),
            "staff": _("Your own staff or members may use it, and nobody else."),
            "customers": _("Customers and partners who are known to you may use it."),
            "public": _("Anyone may use what you build with it."),
        }[scope.served],
        {
            "small": _("It may read and write up to 1 million tokens a day."),
            "medium": _("It may read and write up to 100 million tokens a day."),
            "large": _("It may read and write up to 10 billion tokens a day."),
            "unlimited": _("How much it is used is not limited."),
        }[scope.usage],
    ]
    if scope.modification:
        sentences.append(
            _("You may change it by: %(ways)s.")
            % {"ways": _words(MODIFICATIONS, scope.modification)}
        )
    else:
        sentences.append(_("You may not change it."))
    sentences.append(
        {
            "none": _("You may not pass the weights on, changed or unchanged."),
            "named": _("You may pass the weights on to the recipients named in the application."),
            "derivatives": _("You may pass derived weights on, under the same terms."),
        }[scope.redistribution]
    )
    return sentences


def _words(labels: Labels, keys: Iterable[str]) -> str:
    return "; ".join(str(labels[key]) for key in keys) or _("none")
