"""A score against its bound, judged on the unsafe side of its confidence interval."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from releases.choices import Elicitation
from releases.evidence.facts import EvidenceFacts
from releases.evidence.told import Flag, Score
from releases.requirement_plans import SCORE_FLAGS, MetricBound
from releases.requirements.facts import Finding, State
from releases.requirements.words import day, evidence_adders

_SEVERITY: tuple[State, ...] = ("satisfied", "unsatisfied", "error")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Judged:
    """One score of one piece of evidence."""

    evidence: EvidenceFacts
    state: State
    sentence: str

    @property
    def severity(self) -> int:
        return _SEVERITY.index(self.state)


def judge_metric(bound: MetricBound, evidence: Iterable[EvidenceFacts], now: datetime) -> Finding:
    """Judge what is there. Of several measurements that disagree the worst counts.

    What is in doubt satisfies nothing; but a doubt does not make a bad result go away either, or a
    ladder that allows fewer flags would let through what it kept back before.
    """
    live = [each for each in evidence if not each.superseded and not each.withdrawn]
    measured = [each for each in live if scores_of(bound, each)]
    meant = [
        each for each in measured if not bound.elicitation or each.elicitation == bound.elicitation
    ]
    if not meant:
        return _absent(bound, measured)
    foreign = [each for each in meant if not each.digest_bound]
    if foreign:
        sentence = _("It was measured on other bytes than those of this release.")
        return Finding.about("error", foreign[0], sentence)
    fresh = sorted((each for each in meant if each.stands(now)), key=_age, reverse=True)
    if not fresh:
        return _expired(max(meant, key=_age))
    sound = [each for each in fresh if not _doubts(bound, each)]
    if not sound:
        doubts = " ".join(_sentence(flag) for flag in _doubts(bound, fresh[0]))
        return Finding.about("unsatisfied", fresh[0], doubts)
    doubtful = [each for each in fresh if each not in sound]
    return _worst(
        [_judge(bound, each, score) for each in sound for score in scores_of(bound, each)],
        [_judge(bound, each, score) for each in doubtful for score in scores_of(bound, each)],
        left_out=len(doubtful),
    )


def scores_of(bound: MetricBound, evidence: EvidenceFacts) -> list[Score]:
    """Return the scores of a piece of evidence that the bound is about."""
    return [
        score
        for score in evidence.scores
        if (score.task, score.metric) == (bound.task, bound.metric)
        and bound.filter in ("", score.filter)
    ]


def _doubts(bound: MetricBound, evidence: EvidenceFacts) -> list[Flag]:
    tolerated = {*bound.allow_flags, *SCORE_FLAGS}
    return [flag for flag in evidence.flags if flag.code not in tolerated]


def _sentence(flag: Flag) -> str:
    return flag.sentence if flag.sentence.endswith(".") else f"{flag.sentence}."


def _age(evidence: EvidenceFacts) -> datetime:
    return evidence.ran_at or _LONG_AGO


def _absent(bound: MetricBound, otherwise: Sequence[EvidenceFacts]) -> Finding:
    wanted = _("%(metric)s on %(task)s") % {"metric": bound.metric, "task": bound.task}
    if bound.filter:
        wanted += f" ({bound.filter})"
    sentence = _("No evidence tells %(wanted)s.") % {"wanted": wanted}
    if bound.elicitation:
        sentence = _("No evidence tells %(wanted)s for a model pressed like this: %(how)s.") % {
            "wanted": wanted,
            "how": _lower(Elicitation(bound.elicitation).label),
        }
    if otherwise:
        return Finding.about(
            "unsatisfied",
            otherwise[0],
            sentence
            + " "
            + _("There is some for another: %(how)s.")
            % {"how": _lower(Elicitation(otherwise[0].elicitation).label)},
        )
    return Finding("unsatisfied", sentence, who=evidence_adders())


def _expired(evidence: EvidenceFacts) -> Finding:
    if evidence.expires_at is None:
        return Finding.about("error", evidence, _("It does not say until when it holds."))
    sentence = _("The evidence expired on %(day)s.") % {"day": day(evidence.expires_at)}
    return Finding.about("unsatisfied", evidence, sentence)


def _worst(sound: Sequence[_Judged], doubtful: Sequence[_Judged], *, left_out: int) -> Finding:
    """Take the worst; among equals a sound one, and the newest of those, which comes first."""
    judged = [*sound, *doubtful]
    worst = max(judged, key=lambda each: each.severity)
    sentences = [worst.sentence]
    if worst not in sound:
        sentences.append(
            _("This evidence is in doubt, which excuses no bad result: replace or withdraw it.")
        )
    if len({each.state for each in judged}) > 1:
        sentences.append(
            _("%(count)d scores tell of this and do not agree; the worst counts.")
            % {"count": len(judged)}
        )
    elif left_out:
        sentences.append(
            ngettext(
                "%(count)d other piece of evidence is in doubt and supports nothing.",
                "%(count)d other pieces of evidence are in doubt and support nothing.",
                left_out,
            )
            % {"count": left_out}
        )
    return Finding.about(worst.state, worst.evidence, " ".join(sentences))


def _judge(bound: MetricBound, evidence: EvidenceFacts, score: Score) -> _Judged:
    state, sentence = judge_score(bound, score)
    return _Judged(evidence, state, sentence)


def judge_score(bound: MetricBound, score: Score) -> tuple[State, str]:
    """Return the state of one score, whatever it was read from, and the reason in words."""
    if not math.isfinite(score.value) or not math.isfinite(score.stderr or 0.0):
        return "error", _("The score or its standard error is no finite number.")
    if score.stderr is not None and score.stderr < 0:
        return "error", _("Its standard error is negative, which none can be.")
    if bound.min_samples:
        if score.samples is None:
            return "error", _("The evidence does not say how many samples it rests on.")
        if score.samples < bound.min_samples:
            return "unsatisfied", _(
                "It rests on %(count)d samples; at least %(least)d are needed."
            ) % {"count": score.samples, "least": bound.min_samples}
    if not score.stderr and not bound.without_stderr:
        return "error", (
            _("Its standard error is zero, which does not say how sure it is.")
            if score.stderr is not None
            else _("It has no standard error, so how sure it is cannot be judged.")
        )
    return _compare(bound, score)


def _compare(bound: MetricBound, score: Score) -> tuple[State, str]:
    reach = bound.z * (score.stderr or 0.0)
    above = bound.unsafe == "above"
    edge = score.value + reach if above else score.value - reach
    safe = edge < bound.bound if above else edge > bound.bound
    words = {
        "metric": score.metric,
        "task": score.task,
        "value": f"{score.value:.6g}",
        "edge": f"{edge:.6g}",
        "confidence": f"{100 * bound.confidence:g}",
        "bound": f"{bound.bound:g}",
    }
    told = _("%(metric)s on %(task)s is %(value)s") % words
    if score.stderr:
        limit = _("at most %(edge)s") if above else _("at least %(edge)s")
        sure = _("with %(confidence)s %% confidence %(limit)s")
        told += ", " + sure % {**words, "limit": limit % words}
    end = {
        (True, True): _("below %(bound)s, from which on it is unsafe."),
        (True, False): _("not below %(bound)s, from which on it is unsafe."),
        (False, True): _("above %(bound)s, down from which it is unsafe."),
        (False, False): _("not above %(bound)s, down from which it is unsafe."),
    }[above, safe]
    return ("satisfied" if safe else "unsatisfied"), f"{told}: {end % words}"


def _lower(label: object) -> str:
    text = str(label)
    return text[:1].lower() + text[1:]
