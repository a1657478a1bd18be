"""The kinds of requirement that a ladder may name, other than thresholds."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from releases.choices import EvidenceType
from releases.comparables.counterfactual import CounterfactualFacts
from releases.evidence.facts import EvidenceFacts
from releases.requirement_plans import (
    Asks,
    Counterfactual,
    ExternalEvaluation,
    FreshEvidence,
    MetricBound,
)
from releases.requirements.facts import BlockerFacts, Facts, Finding
from releases.requirements.metric import judge_metric
from releases.requirements.words import day, evidence_adders, span


def judge(asks: Asks, facts: Facts, now: datetime) -> Finding:
    """Judge one requirement of the ladder."""
    if isinstance(asks, MetricBound):
        return judge_metric(asks, facts.evidence, now)
    if isinstance(asks, FreshEvidence):
        return judge_evidence(asks, facts.evidence, now)
    if isinstance(asks, ExternalEvaluation):
        return judge_external(facts.evidence, now)
    if isinstance(asks, Counterfactual):
        return judge_counterfactual(facts.counterfactual)
    return judge_blockers(facts.blockers)


def judge_evidence(
    asks: FreshEvidence, evidence: Iterable[EvidenceFacts], now: datetime
) -> Finding:
    """Look for one piece of the type that stands and is young enough."""
    label = EvidenceType(asks.type).label
    live = _live(evidence, asks.type)
    if foreign := _foreign(live):
        return foreign
    if not live:
        return Finding(
            "unsatisfied",
            _("There is none: %(type)s.") % {"type": label},
            who=evidence_adders(),
        )
    standing = [each for each in live if each.stands(now)]
    if not standing:
        return _expired(live)
    dated = [(each.ran_at, each) for each in standing if each.ran_at is not None]
    if len(dated) < len(standing):
        undated = next(each for each in standing if each.ran_at is None)
        return Finding.about("error", undated, _("It does not say when it was made."))
    made_at, newest = max(dated, key=lambda pair: pair[0])
    words = {"day": day(made_at), "most": span(asks.max_age)}
    if now - made_at < asks.max_age:
        sentence = _("Made on %(day)s; it may be %(most)s old.") % words
        return Finding.about("satisfied", newest, sentence)
    sentence = _("Made on %(day)s, which is longer ago than the %(most)s that are allowed.")
    return Finding.about("unsatisfied", newest, sentence % words)


def judge_external(evidence: Iterable[EvidenceFacts], now: datetime) -> Finding:
    """Look for an independent review from outside, or for a search for one that failed."""
    known = list(evidence)
    reviews = _live(known, EvidenceType.EXTERNAL_REVIEW)
    searches = _live(known, EvidenceType.EXTERNAL_SEARCH)
    if foreign := _foreign([*reviews, *searches]):
        return foreign
    for each in reviews:
        if each.independent and each.stands(now):
            sentence = _("An independent party from outside reviewed this release.")
            return Finding.about("satisfied", each, sentence)
    for each in searches:
        if each.stands(now):
            sentence = _(
                "A search for independent evaluators, open for 20 business days or longer, found "
                "none. Weigh the uncertainty that this leaves."
            )
            return Finding.about("satisfied", each, sentence)
    if dependent := [each for each in reviews if each.stands(now)]:
        sentence = _("The review from outside is not by an independent party.")
        return Finding.about("unsatisfied", dependent[0], sentence)
    if reviews or searches:
        return _expired([*reviews, *searches])
    return Finding(
        "unsatisfied",
        _("There is neither an independent review from outside nor a search for one that failed."),
        who=evidence_adders(),
    )


def judge_counterfactual(form: CounterfactualFacts | None) -> Finding:
    """See whether the form on comparable models is filled in and holds at this moment."""
    if form is None:
        sentence = _("It is filled in with the proposal, which there is none of yet.")
        return Finding("unsatisfied", sentence, who=_("release managers, by proposing the move"))
    if not form.holds:
        return Finding("unsatisfied", " ".join(form.problems()), who=_("the proposer"))
    if form.none_exists:
        return Finding("satisfied", _("The dossier says how a search found no comparable model."))
    sentence = _("Every condition is met, and every reference stands.")
    return Finding("satisfied", sentence)


def judge_blockers(blockers: Sequence[BlockerFacts]) -> Finding:
    """See whether any blocker is open."""
    if not blockers:
        return Finding("satisfied", _("No blocker is open."))
    titles = "; ".join(each.title.rstrip(".") for each in blockers)
    return Finding(
        "unsatisfied",
        _("Open: %(titles)s.") % {"titles": titles},
        who=_("another person than who opened it, by closing it with a reason"),
        source=blockers[0].title if blockers[0].url else "",
        source_url=blockers[0].url,
    )


def _live(evidence: Iterable[EvidenceFacts], kind: str) -> list[EvidenceFacts]:
    return [
        each
        for each in evidence
        if each.type == kind and not each.superseded and not each.withdrawn
    ]


def _foreign(evidence: Iterable[EvidenceFacts]) -> Finding | None:
    for each in evidence:
        if not each.digest_bound:
            sentence = _("It is about other bytes than those of this release.")
            return Finding.about("error", each, sentence)
    return None


def _expired(evidence: Sequence[EvidenceFacts]) -> Finding:
    dated = [(each.expires_at, each) for each in evidence if each.expires_at is not None]
    if not dated:
        return Finding.about("error", evidence[0], _("It does not say until when it holds."))
    at, latest = max(dated, key=lambda pair: pair[0])
    sentence = _("What there was expired on %(day)s.") % {"day": day(at)}
    return Finding.about("unsatisfied", latest, sentence)
