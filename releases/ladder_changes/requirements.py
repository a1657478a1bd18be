"""What changes in the requirements of a stage. A kind's own bounds are ordered; the rest is not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.rule_changes import Change, Measure, Names
from common.durations import parse_duration
from common.templatetags.ui import span
from releases.ladder import StagePlan
from releases.ladder_changes.measures import OVERRIDE
from releases.requirement_plans import parse_metric

Entry = Mapping[str, Any]
PART = "requirements"

_LESS = gettext_lazy("A release that did not meet it before can meet it now.")
_MORE = gettext_lazy("A release that met it before may not meet it now.")


def _allowed(entry: Entry) -> float:
    """Return the bound, turned so that more is looser on whichever side harm lies."""
    metric = parse_metric(entry)
    return metric.bound if metric.unsafe == "above" else -metric.bound


_MEASURES: dict[str, tuple[Measure, ...]] = {
    "metric": (
        Measure(
            PART,
            gettext_lazy("bound"),
            _allowed,
            lambda entry: str(entry["bound"]),
            _LESS,
            _MORE,
        ),
        Measure(
            PART,
            gettext_lazy("confidence"),
            lambda entry: -parse_metric(entry).confidence,
            lambda entry: str(parse_metric(entry).confidence),
            _LESS,
            _MORE,
        ),
        Measure(
            PART,
            gettext_lazy("least number of samples"),
            lambda entry: -parse_metric(entry).min_samples,
            lambda entry: str(parse_metric(entry).min_samples),
            _LESS,
            _MORE,
        ),
        Measure(
            PART,
            gettext_lazy("standard error needed"),
            lambda entry: parse_metric(entry).without_stderr,
            lambda entry: _("no") if parse_metric(entry).without_stderr else _("yes"),
            _LESS,
            _MORE,
        ),
    ),
    "evidence": (
        Measure(
            PART,
            gettext_lazy("age at most"),
            lambda entry: parse_duration(entry["max_age"]),
            lambda entry: span(parse_duration(entry["max_age"])),
            _LESS,
            _MORE,
        ),
    ),
}
_FLAGS = Names(PART, gettext_lazy("flags that may stand"), True, str, _LESS, _MORE)
# Keys that are ordered above or below, or decide nothing.
_ORDERED = {
    "metric": {"bound", "confidence", "min_samples", "stderr", "allow_flags"},
    "evidence": {"max_age"},
}
_ELSEWHERE = {"key", "name", "taxonomy", "override"}


def requirement_changes(old: StagePlan, new: StagePlan) -> Iterator[Change]:
    """Yield what came, went or changed among the requirements of a stage."""
    before = {entry["key"]: entry for entry in old.requirements}
    after = {entry["key"]: entry for entry in new.requirements}
    for key, entry in after.items():
        if key not in before:
            yield Change(
                "tightens",
                PART,
                _("Requirement “%(name)s” is added.") % {"name": entry["name"]},
                _("One more thing must be true before a release moves here."),
            )
            continue
        yield from _asked(before[key], entry)
        yield from _overridden(before[key], entry, old, new)
        yield from _described(before[key], entry)
    for key, entry in before.items():
        if key not in after:
            yield Change(
                "loosens",
                PART,
                _("Requirement “%(name)s” is removed.") % {"name": entry["name"]},
                _("One thing less must be true before a release moves here."),
            )


def _asked(old: Entry, new: Entry) -> Iterator[Change]:
    ordered = _ORDERED.get(new["kind"], set())
    other = sorted(
        key for key in {*old, *new} - ordered - _ELSEWHERE if _given(old, key) != _given(new, key)
    )
    if other:
        yield Change(
            "loosens",
            PART,
            _("Requirement “%(name)s” asks for something else: %(parts)s.")
            % {
                "name": new["name"],
                "parts": "; ".join(
                    _("%(key)s %(old)s becomes %(new)s")
                    % {"key": key, "old": _given(old, key), "new": _given(new, key)}
                    for key in other
                ),
            },
            _("Whether it asks for as much as before cannot be told, and in doubt it loosens."),
        )
        return
    for measure in _MEASURES.get(new["kind"], ()):
        yield from replace(measure, label=_named(new, measure.label)).change(old, new)
    names = replace(_FLAGS, label=_named(new, _FLAGS.label))
    yield from names.change(old.get("allow_flags", ()), new.get("allow_flags", ()))


def _given(entry: Entry, key: str) -> object:
    return entry.get(key, _("(any)"))


def _named(entry: Entry, label: object) -> str:
    return _("Requirement “%(name)s”, %(what)s") % {"name": entry["name"], "what": label}


def _overridden(old: Entry, new: Entry, before: StagePlan, after: StagePlan) -> Iterator[Change]:
    """Compare who may override it, where it says so itself; else the stage does."""
    if "override" in old or "override" in new:
        names = replace(OVERRIDE, part=PART, label=_named(new, OVERRIDE.label))
        yield from names.change(
            old.get("override", before.override), new.get("override", after.override)
        )


def _described(old: Entry, new: Entry) -> Iterator[Change]:
    for key in ("name", "taxonomy"):
        if old.get(key, []) != new.get(key, []):
            yield Change(
                "neutral",
                PART,
                _("Requirement “%(name)s” is described in other words or codes.")
                % {"name": new["name"]},
                _("It asks for the same."),
            )
