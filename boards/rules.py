"""A voting rule as data: reading it, saying it in words, and joining several to the strictest.

A rule looks like this; only `quorum` and `approval` must be there:

    {"quorum": {"more_than": "1/2"}, "required_present": ["independent"],
     "approval": {"at_least": "2/3"}, "veto": ["safety"],
     "executive": ["chair"],
     "emergency": {"rule": {...}, "voting_period": 86400, "full_review": 1209600}}

The quorum is a share of the base, the approval a share of those present; `boards.tally` counts.
Shares are exact fractions: thirds must not depend on rounding. `executive` names the seats that
may override the result. `emergency` is the fast track: a rule of its own (without these last two
keys), the time for voting and the time until the full review is due, both in seconds.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from boards.choices import SeatRole

_SHARE = re.compile(r"([0-9]{1,4})(?:/([0-9]{1,4}))?")
_KEYS = {"quorum", "required_present", "approval", "veto"}
_TRACKS = {"executive", "emergency"}
_LONGEST_VOTE = 366 * 24 * 3600
_LONGEST_REVIEW = 3650 * 24 * 3600


@dataclass(frozen=True)
class Share:
    """A bound on a part of a whole: at least, or strictly more than, a fraction of it."""

    fraction: Fraction
    strict: bool

    def needed(self, whole: int) -> int:
        """Return the smallest number out of `whole` that meets the bound."""
        bound = self.fraction * whole
        return math.floor(bound) + 1 if self.strict else math.ceil(bound)


@dataclass(frozen=True)
class Emergency:
    """The fast track of a rule. `voting_period` and `full_review` are seconds."""

    rule: "Rule"
    voting_period: int
    full_review: int


@dataclass(frozen=True)
class Rule:
    """A voting rule, parsed."""

    quorum: Share
    approval: Share
    required_present: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    executive: tuple[str, ...] = ()
    emergency: Emergency | None = None


def parse_rule(data: object, *, tracks: bool = True) -> Rule:
    """Read a rule. Raises ValueError with a sentence that names the key that is wrong.

    Without `tracks` the executive and the emergency are refused, for rules that stand where
    these are said elsewhere.
    """
    if not isinstance(data, Mapping):
        raise ValueError("The rule must be a mapping with the keys quorum and approval.")
    known = _KEYS | _TRACKS if tracks else _KEYS
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise ValueError(f"The rule has the unknown key {unknown[0]!r}.")
    return Rule(
        quorum=_parse_share(data, "quorum"),
        approval=_parse_share(data, "approval"),
        required_present=_parse_roles(data, "required_present"),
        veto=_parse_roles(data, "veto"),
        executive=_parse_roles(data, "executive"),
        emergency=_parse_emergency(data.get("emergency")),
    )


def _parse_emergency(data: object) -> Emergency | None:
    if data is None:
        return None
    if not isinstance(data, Mapping) or set(data) != {"rule", "voting_period", "full_review"}:
        raise ValueError("'emergency' must hold exactly rule, voting_period and full_review.")
    try:
        rule = parse_rule(data["rule"], tracks=False)
    except ValueError as error:
        raise ValueError(f"'emergency.rule': {error}") from None
    return Emergency(
        rule=rule,
        voting_period=_parse_seconds(data, "voting_period", _LONGEST_VOTE),
        full_review=_parse_seconds(data, "full_review", _LONGEST_REVIEW),
    )


def _parse_seconds(data: Mapping[str, Any], key: str, most: int) -> int:
    seconds = data[key]
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 1 <= seconds <= most:
        raise ValueError(f"'emergency.{key}' must be a number of seconds from 1 to {most}.")
    return seconds


def _parse_share(data: Mapping[str, Any], key: str) -> Share:
    part = data.get(key)
    if not isinstance(part, Mapping) or len(part) != 1:
        raise ValueError(f"{key!r} must hold exactly one of 'more_than' and 'at_least'.")
    ((bound, text),) = part.items()
    if bound not in ("more_than", "at_least"):
        raise ValueError(f"{key!r} has the unknown key {bound!r}; use 'more_than' or 'at_least'.")
    found = _SHARE.fullmatch(text) if isinstance(text, str) else None
    if not found or int(found[2] or 1) == 0:
        raise ValueError(f"'{key}.{bound}' must be a fraction in quotes, such as \"1/2\".")
    fraction = Fraction(int(found[1]), int(found[2] or 1))
    strict = bound == "more_than"
    if fraction > 1 or (strict and fraction == 1):
        raise ValueError(f"'{key}.{bound}' is {text}, which no vote could ever meet.")
    if fraction == 0 and not strict:
        raise ValueError(f"'{key}.{bound}' is 0, by which silence would decide.")
    return Share(fraction, strict)


def _parse_roles(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    roles = data.get(key, [])
    if not isinstance(roles, list | tuple):
        raise ValueError(f"{key!r} must be a list of roles.")
    for role in roles:
        if not isinstance(role, str) or role not in SeatRole.values:
            raise ValueError(
                f"{key!r} names the unknown role {role!r}; known are {', '.join(SeatRole.values)}."
            )
    if len(set(roles)) != len(roles):
        raise ValueError(f"{key!r} names a role twice.")
    return tuple(roles)


def rule_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as the JSON that `parse_rule` reads; empty parts are left out."""
    data: dict[str, Any] = {
        "quorum": _share_data(rule.quorum),
        "approval": _share_data(rule.approval),
    }
    for key in ("required_present", "veto", "executive"):
        if roles := getattr(rule, key):
            data[key] = list(roles)
    if rule.emergency is not None:
        data["emergency"] = {
            "rule": rule_data(rule.emergency.rule),
            "voting_period": rule.emergency.voting_period,
            "full_review": rule.emergency.full_review,
        }
    return data


def _share_data(share: Share) -> dict[str, str]:
    return {"more_than" if share.strict else "at_least": str(share.fraction)}


def combine(rules: Iterable[Rule | Mapping[str, Any]]) -> Rule:
    """Return the strictest of several rules in every part. Raises ValueError for none.

    Whatever the combined rule carries, each of them would have carried. Who may override and the
    fast track shrink: only what every rule grants remains.
    """
    parsed = [each if isinstance(each, Rule) else parse_rule(each) for each in rules]
    if not parsed:
        raise ValueError("There is no rule to combine.")
    return Rule(
        quorum=max((each.quorum for each in parsed), key=_strictness),
        approval=max((each.approval for each in parsed), key=_strictness),
        required_present=_union(each.required_present for each in parsed),
        veto=_union(each.veto for each in parsed),
        executive=tuple(
            role for role in parsed[0].executive if all(role in each.executive for each in parsed)
        ),
        emergency=_combine_emergencies([each.emergency for each in parsed]),
    )


def _strictness(share: Share) -> tuple[Fraction, bool]:
    """Order shares: the greater needs at least as many, out of whatever number."""
    return share.fraction, share.strict


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for part in parts for role in part))


def _combine_emergencies(tracks: list[Emergency | None]) -> Emergency | None:
    given = [each for each in tracks if each is not None]
    if len(given) < len(tracks):
        return None
    return Emergency(
        rule=combine(each.rule for each in given),
        voting_period=max(each.voting_period for each in given),
        full_review=min(each.full_review for each in given),
    )


def fast_rule(rule: Rule) -> Rule | None:
    """Return the rule of the fast track, which keeps the executive; None where there is none."""
    if rule.emergency is None:
        return None
    return replace(rule.emergency.rule, executive=rule.executive)


def role_word(role: str) -> str:
    """Return a seat's role as it stands within a sentence."""
    return str(SeatRole(role).label).lower()


def describe_rule(rule: Rule | Mapping[str, Any]) -> list[str]:
    """Return the rule in plain sentences."""
    parsed = rule if isinstance(rule, Rule) else parse_rule(rule)
    sentences = [
        _(
            "Quorum: %(share)s of the seats must take part. Vacant seats count; seats that are "
            "recused or have no vote on the motion do not."
        )
        % {"share": _words(parsed.quorum)}
    ]
    sentences += [
        _("At least one %(role)s seat must take part.") % {"role": role_word(role)}
        for role in parsed.required_present
    ]
    sentences.append(
        _("Approval: %(share)s of those taking part must approve. Abstaining is taking part.")
        % {"share": _words(parsed.approval)}
    )
    if parsed.veto:
        roles = [role_word(role) for role in parsed.veto]
        sentences.append(
            ngettext(
                "Veto: a rejection by the %(roles)s seat rejects the motion.",
                "Veto: a rejection by any of these seats rejects the motion: %(roles)s.",
                len(roles),
            )
            % {"roles": ", ".join(roles)}
        )
    return sentences + _describe_tracks(parsed)


def _describe_tracks(rule: Rule) -> list[str]:
    sentences = []
    if rule.executive:
        sentences.append(
            _(
                "Override: the holder of one of these seats may override the board's result, "
                "signed, with a reason, and shown beside the result: %(roles)s."
            )
            % {"roles": ", ".join(role_word(role) for role in rule.executive)}
        )
    if rule.emergency is not None:
        days = math.ceil(rule.emergency.full_review / 86400)
        sentences.append(
            ngettext(
                "Emergency: a motion can be put on a fast track with a vote of its own; a full "
                "review is then due within %(days)d day.",
                "Emergency: a motion can be put on a fast track with a vote of its own; a full "
                "review is then due within %(days)d days.",
                days,
            )
            % {"days": days}
        )
    return sentences


def _words(share: Share) -> str:
    names = {
        Fraction(0): _("none"),
        Fraction(1, 3): _("a third"),
        Fraction(1, 2): _("half"),
        Fraction(2, 3): _("two thirds"),
        Fraction(3, 4): _("three quarters"),
    }
    if share.fraction == 1:
        return _("all")
    name = names.get(share.fraction, str(share.fraction))
    text = _("more than %(share)s") if share.strict else _("at least %(share)s")
    return text % {"share": name}
