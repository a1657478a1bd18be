"""What a decision rests on, as rules that a machine watches afterwards. No database, no clock.

They stand in the dossier's `conditions`, each as a sentence for the board and a rule:

    {"kind": "metric", "task", "metric", "unsafe", "bound"; "filter", "confidence", "elicitation"}
    {"kind": "evidence_expires", "evidence": public id, "title": what it was called}
    {"kind": "blocker_appears"}

The sentence is made from the rule, so that the two cannot disagree.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from releases.choices import Elicitation
from releases.evidence.facts import EvidenceFacts
from releases.requirement_plans import (
    CONFIDENCE,
    METRIC_KEYS,
    MetricBound,
    check_metric,
    parse_metric,
)
from releases.requirements.metric import judge_score, scores_of
from releases.requirements.words import day

Rule = Mapping[str, Any]
MOST = 20

_KEYS = {
    "metric": {"kind", *METRIC_KEYS, "elicitation"},
    "evidence_expires": {"kind", "evidence", "title"},
    "blocker_appears": {"kind"},
}


@dataclass(frozen=True)
class Watched:
    """What the rules are held against.

    `successors`: by the id of evidence that was superseded, the id of what took its place.
    `blockers`: the titles of those that were opened since the decision.
    """

    evidence: tuple[EvidenceFacts, ...] = ()
    successors: Mapping[str, str] = field(default_factory=dict)
    blockers: tuple[str, ...] = ()


def condition(rule: Rule) -> dict[str, Any]:
    """Return a rule with its sentence, as a dossier has it. Raises ValueError with a sentence."""
    for problem in check_rule(rule):
        raise ValueError(problem)
    return {"sentence": _sentence(rule), "rule": dict(rule)}


def conditions(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Return several, each once. Raises ValueError with a sentence."""
    if len(rules) > MOST:
        raise ValueError(
            _("There are %(count)d conditions; at most %(most)d are watched.")
            % {"count": len(rules), "most": MOST}
        )
    found: list[dict[str, Any]] = []
    for rule in rules:
        one = condition(rule)
        if one in found:
            raise ValueError(_("A condition is named twice: %(what)s") % {"what": one["sentence"]})
        found.append(one)
    return found


def check_rule(rule: Rule) -> Iterator[str]:
    """Yield what is wrong with a rule, in sentences."""
    kind = rule.get("kind")
    if not isinstance(kind, str) or kind not in _KEYS:
        yield _("A condition watches a metric, the expiry of evidence, or blockers.")
        return
    if unknown := sorted(set(rule) - _KEYS[kind]):
        yield _("A condition of this kind has no %(part)s.") % {"part": unknown[0]}
    if kind == "metric":
        for path, problem in check_metric(rule):
            where = f"{path[0]}: " if path else ""
            yield f"{where}{problem}."
    if kind == "evidence_expires":
        if not _is_id(rule.get("evidence")):
            yield _("Say which evidence is watched.")
        if not isinstance(rule.get("title"), str) or not rule["title"]:
            yield _("Say what the evidence is called.")


def _is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _sentence(rule: Rule) -> str:
    if rule["kind"] == "metric":
        return _metric_sentence(rule)
    if rule["kind"] == "evidence_expires":
        return _("“%(title)s” expires or is withdrawn.") % {"title": rule["title"]}
    return _("A blocker is opened on the release.")


def _metric_sentence(rule: Rule) -> str:
    bound = parse_metric(rule)
    side = (
        _("%(what)s can no longer be said to lie below %(bound)s (%(confidence)s %%).")
        if bound.unsafe == "above"
        else _("%(what)s can no longer be said to lie above %(bound)s (%(confidence)s %%).")
    )
    what = _("%(metric)s on %(task)s") % {"metric": bound.metric, "task": bound.task}
    if bound.filter:
        what += f" ({bound.filter})"
    if bound.elicitation:
        what += f", {str(Elicitation(bound.elicitation).label).lower()}"
    words = {
        "what": what,
        "bound": rule["bound"],
        "confidence": f"{100 * float(rule.get('confidence', CONFIDENCE)):g}",
    }
    return side % words


def fired(rule: Rule, watched: Watched, now: datetime) -> str:
    """Say what made a condition come true; empty where nothing did.

    A rule that cannot be read has come true: nobody can tell that it has not.
    """
    for problem in check_rule(rule):
        return _("The condition cannot be read any more: %(why)s") % {"why": problem}
    if rule["kind"] == "metric":
        return _crossed(parse_metric(rule), watched.evidence, now)
    if rule["kind"] == "evidence_expires":
        return _ended(rule, watched, now)
    for title in watched.blockers:
        return _("A blocker was opened: %(title)s.") % {"title": title.rstrip(".")}
    return ""


def _crossed(bound: MetricBound, evidence: Iterable[EvidenceFacts], now: datetime) -> str:
    """Take any score that stands, in doubt or not: holding admissions must not wait for certainty.

    A score without a standard error is judged by its value.
    """
    lenient = replace(bound, without_stderr=True)
    for each in evidence:
        if not each.stands(now) or bound.elicitation not in ("", each.elicitation):
            continue
        for score in scores_of(bound, each):
            state, sentence = judge_score(lenient, score)
            if state != "satisfied":
                return f"{each.title}: {sentence}"
    return ""


def _ended(rule: Rule, watched: Watched, now: datetime) -> str:
    """Follow what took the place of the evidence, as often as something did."""
    known = {each.public_id: each for each in watched.evidence}
    wanted, seen = str(rule["evidence"]), set[str]()
    while wanted in watched.successors and wanted not in seen:
        seen.add(wanted)
        wanted = watched.successors[wanted]
    found = known.get(wanted)
    if found is None:
        return _("The evidence “%(title)s” is not there any more.") % {"title": rule["title"]}
    if found.stands(now):
        return ""
    if found.withdrawn:
        return _("“%(title)s” was withdrawn.") % {"title": found.title}
    if found.expires_at is None or not found.digest_bound:
        return _("“%(title)s” does not stand for this release.") % {"title": found.title}
    return _("“%(title)s” expired on %(day)s.") % {
        "title": found.title,
        "day": day(found.expires_at),
    }
