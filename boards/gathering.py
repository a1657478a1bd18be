"""Reading the facts of a decision's record, and the names that its page puts beside pseudonyms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import translation

from audit.selectors import labels
from boards import record, selectors
from boards.kinds import annex_of
from boards.models import (
    Ballot,
    DecisionRecord,
    ExecutiveOverride,
    IssueSummary,
    Motion,
    MotionState,
    PublicSummary,
    SummaryRelease,
    Vote,
)
from common.intoto import moment

# A record is one document for all readers, whatever language they read pages in.
LANGUAGE = "en"


def record_of(motion: Motion) -> dict[str, Any]:
    """Return the record of a decided motion as its rows tell it now."""
    with translation.override(LANGUAGE):
        return record.build(facts_of(motion))


def facts_of(motion: Motion) -> record.Facts:
    """Read everything that a record tells, in five queries. The motion must be decided.

    An emergency takes one more, and so does the full review of one.
    """
    if motion.tally is None:
        raise ValueError(f"Motion {motion.public_id} has no opened votes, so it has no record.")
    standing = selectors.opened_standing(motion)
    digests = motion.dossiers.order_by("id").values_list("digest", flat=True)
    return record.Facts(
        motion=str(motion.public_id),
        board=motion.board.slug,
        board_name=motion.board.name,
        kind=motion.kind,
        title=motion.title,
        subject_ref=motion.subject_ref,
        subject_label=motion.subject_label,
        params=motion.params,
        proposer=str(motion.proposer.pseudonym),
        state=motion.state,
        tally=motion.tally,
        closing_reason=motion.closing_reason,
        rules=[motion.rule, *([motion.tightened_rule] if motion.tightened_rule else [])],
        dossier=motion.dossier,
        dossier_digest=motion.dossier_digest,
        former_dossiers=[each for each in digests if each != motion.dossier_digest],
        rounds=motion.round,
        times={
            "proposed": motion.created_at,
            "voting_opened": motion.voting_opened_at,
            "deadline": motion.voting_closes_at,
            "closed": motion.decided_at,
            "applied": motion.applied_at,
        },
        seats=[_seat(ballot, standing.votes.get(ballot.pk)) for ballot in standing.ballots],
        issues=[_issue(each) for each in issue_summaries(motion)],
        annex=annex_of(motion.kind, motion),
        overrides=[_override(motion.override)] if motion.override else [],
        counts_as=motion.outcome.value if motion.outcome != motion.state else "",
        emergency=_emergency(motion, motion.emergency) if motion.emergency else None,
        review_of=_reviewed(motion.reviews) if motion.reviews else None,
    )


def _emergency(motion: Motion, plan: Mapping[str, Any]) -> record.EmergencyFacts:
    ended = motion.full_reviews.filter(applied_at__isnull=False).order_by("id")
    decisive = (MotionState.APPROVED, MotionState.REJECTED)
    return record.EmergencyFacts(
        full_rule=plan["rule"],
        full_voting_seconds=plan["voting_seconds"],
        due=motion.full_review_due_at,
        ended=motion.full_review_ended_at,
        result=motion.full_review_result,
        motions=[
            str(review.public_id)
            for review in ended.select_related("executive_override")
            if review.outcome in decisive
        ],
    )


def _reviewed(decided: Motion) -> dict[str, Any]:
    return {
        "motion": str(decided.public_id),
        "title": decided.title,
        "dossier_digest": decided.dossier_digest,
        "due": moment(decided.full_review_due_at),
    }


def _seat(ballot: Ballot, vote: Vote | None) -> record.SeatFacts:
    return record.SeatFacts(
        seat=ballot.seat_id,
        role=ballot.role,
        independent=ballot.independent,
        holder=str(ballot.holder.pseudonym) if ballot.holder else "",
        excluded=ballot.excluded,
        vote=_vote(vote) if vote and not ballot.excluded else None,
    )


def _vote(vote: Vote) -> record.VoteFacts:
    return record.VoteFacts(
        choice=vote.choice,
        reason=vote.reason,
        at=vote.created_at,
        nonce=vote.nonce,
        commitment=vote.commitment,
        conflict=vote.conflict,
    )


def _issue(issue: IssueSummary) -> dict[str, str]:
    return {
        "text": issue.text,
        "by": str(issue.written_by.pseudonym),
        "at": moment(issue.created_at) or "",
    }


def _override(override: ExecutiveOverride) -> dict[str, str]:
    return {
        "board_result": override.board_result,
        "outcome": override.outcome,
        "reason": override.reason,
        "role": override.role,
        "by": str(override.actor.pseudonym),
        "at": moment(override.created_at) or "",
    }


def issue_summaries(motion: Motion) -> list[IssueSummary]:
    """Return what the chair wrote about the controverted issues, the oldest first."""
    return list(motion.issue_summaries.select_related("written_by"))


def names_in(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the name behind each pseudonym of a record, in one query."""
    found = {told["motion"]["proposer"]}
    found |= {seat["holder"] for seat in told["attendance"]}
    found |= {issue["by"] for issue in told["controverted_issues"]["summaries"]}
    found |= {act.get("by") for act in (*told["overrides"], *told["annex"])}
    named = labels(UUID(each) for each in found if each)
    return {str(pseudonym): name for pseudonym, name in named.items()}


def records_of(motion: Motion) -> list[DecisionRecord]:
    """Return the signed versions, the newest first, without the files."""
    return list(motion.records.select_related("key").defer("file"))


def record_version(motion: Motion, version: int) -> DecisionRecord | None:
    """Find one signed version with its file."""
    return motion.records.filter(version=version).first()


def owed_records() -> QuerySet[Motion]:
    """Return the decided motions whose record is missing or tells less than has happened."""
    return Motion.objects.filter(record_owed=True).order_by("id")


def public_summaries(motion: Motion) -> list[PublicSummary]:
    """Return every version, the newest first, each with its release if it has one."""
    return list(motion.public_summaries.select_related("written_by", "release__released_by"))


@dataclass(frozen=True)
class Published:
    """A summary that the board released, with the newest signed record of its decision."""

    summary: PublicSummary
    motion: Motion
    released: SummaryRelease
    record_version: int | None
    record_digest: str


def published_about(subject_refs: Iterable[str]) -> list[Published]:
    """Return the released summaries of decisions on these subjects, in one query; newest first.

    One a motion, the one that was released last. Whether somebody may see the subject is the
    calling room's check.
    """
    later = SummaryRelease.objects.filter(
        summary__motion=OuterRef("summary__motion"), pk__gt=OuterRef("pk")
    )
    records = DecisionRecord.objects.filter(motion=OuterRef("summary__motion"))
    newest = records.order_by("-version")
    found = (
        SummaryRelease.objects.filter(
            ~Exists(later), summary__motion__subject_ref__in=list(subject_refs)
        )
        .select_related("summary__motion__board")
        .annotate(
            record_version=Subquery(newest.values("version")[:1]),
            record_digest=Subquery(newest.values("digest")[:1]),
        )
        .order_by("-id")
    )
    return [
        Published(
            summary=each.summary,
            motion=each.summary.motion,
            released=each,
            record_version=each.record_version,
            record_digest=each.record_digest or "",
        )
        for each in found
    ]
