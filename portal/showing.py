"""Plain data for the components, from rows and verdicts. Reads nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from boards.choices import ReviewResult
from common.templatetags.ui import span
from licensing.selectors.cohorts import Cohort
from releases.choices import EvidenceState
from releases.models import Evidence, Hold, Release, Stage, Transition
from releases.selectors.evidence import state_of

Data = dict[str, Any]
SHOWN_EVIDENCE = 10


def stepper(
    release: Release,
    stages: Sequence[Stage],
    *,
    now: datetime,
    transition: Transition | None = None,
    admitted: int | None = None,
    cap: int | None = None,
) -> list[Data]:
    """Return the stages of a release's ladder as the stepper takes them.

    `admitted` and `cap` are those of the present stage.
    """
    present = release.stage.position if release.stage else -1
    return [
        {
            "name": stage.name,
            "access": stage.get_access_mode_display(),
            "state": _step_state(stage, present, transition),
            "soak": _soak(stage, stages, release, now) if stage.position == present else "",
            "cohort": _cohort(admitted, cap)
            if stage.position == present
            else _cohort(None, stage.cohort_cap)
            if stage.position > present
            else "",
            "note": _note(stage, transition, now),
        }
        for stage in stages
    ]


def _step_state(stage: Stage, present: int, transition: Transition | None) -> str:
    if stage.position == present:
        return "present"
    if stage.position < present:
        return "past"
    return "next" if transition and transition.to_stage_id == stage.pk else "future"


def _soak(stage: Stage, stages: Sequence[Stage], release: Release, now: datetime) -> str:
    """Say how much of the time that the next stage asks for has passed."""
    above = next((each for each in stages if each.position == stage.position + 1), None)
    needed = above.minimum_soak if above else timedelta(0)
    if above is None or not needed or release.staged_at is None:
        return ""
    words = {"needed": span(needed), "done": span(now - release.staged_at)}
    if now - release.staged_at >= needed:
        return _("Soak of %(needed)s is over") % words
    return _("Soaked %(done)s of %(needed)s") % words


def _cohort(admitted: int | None, cap: int | None) -> str:
    if cap is None:
        return ""
    words = {"cap": cap, "admitted": admitted}
    if admitted is None:
        return (
            ngettext("Room for %(cap)d organisation", "Room for %(cap)d organisations", cap) % words
        )
    return (
        ngettext(
            "%(admitted)d of %(cap)d organisation", "%(admitted)d of %(cap)d organisations", cap
        )
        % words
    )


def soak(release: Release, target: Stage | None, now: datetime) -> Data | None:
    """Return how much of the next stage's soak has passed, for a line of progress."""
    if target is None or release.staged_at is None or not target.minimum_soak:
        return None
    needed, done = target.minimum_soak, now - release.staged_at
    return {
        "label": _("Soak before %(stage)s") % {"stage": target.name},
        "text": _("%(done)s of %(needed)s") % {"done": span(done), "needed": span(needed)},
        "value": int(min(done, needed).total_seconds()),
        "max": int(needed.total_seconds()),
    }


def wave(release: Release, target: Stage | None, cohort: Cohort, cap: int | None) -> Data:
    """Return the cohort of the present stage, and what the next one will be, as facts."""
    stage = release.stage
    facts = []
    if stage is not None and stage.has_cohort:
        facts.append(
            {
                "label": _("Cohort at %(stage)s") % {"stage": stage.name},
                "value": _cohort(cohort.admitted, cap)
                or _("%(admitted)d, no cap") % {"admitted": cohort.admitted},
                "help": ""
                if cap == stage.cohort_cap
                else _("The ladder says %(cap)s; this release has a cap of its own.")
                % {"cap": stage.cohort_cap or _("no cap")},
            }
        )
        facts.append({"label": _("Waiting in line"), "value": str(cohort.waiting), "help": ""})
    due_at = getattr(release, "review_due_at", None)
    if stage is not None and stage.re_review and due_at is not None:
        facts.append(
            {
                "label": _("To be judged again"),
                "value": date_format(timezone.localtime(due_at), "j M Y"),
                "help": _("Every %(time)s at this stage") % {"time": span(stage.re_review)},
            }
        )
    if target is not None:
        facts.append(
            {
                "label": _("Next stage"),
                "value": target.name,
                "help": ". ".join(_next_stage(target)) + ".",
            }
        )
    return {"facts": facts, "has_cohort": stage is not None and stage.has_cohort, "cap": cap}


def _next_stage(target: Stage) -> list[str]:
    words = [str(target.get_access_mode_display())]
    if room := _cohort(None, target.cohort_cap):
        words.append(room)
    words.append(_("Vote open for %(time)s") % {"time": span(target.voting_period)})
    if target.cool_off:
        words.append(_("Cool-off of %(time)s") % {"time": span(target.cool_off)})
    return words


def _note(stage: Stage, transition: Transition | None, now: datetime) -> str:
    if transition is None or transition.to_stage_id != stage.pk:
        return ""
    motion = transition.motion
    overridden = motion.override is not None
    approved = _("Approved by an override of the board") if overridden else _("Approved")
    if transition.state == "approved" and transition.effective_after:
        if transition.waiting_for:
            return _("%(approved)s, waits: %(for)s") % {
                "approved": approved,
                "for": transition.waiting_for,
            }
        left = max(transition.effective_after - now, timedelta(0))
        return _("%(approved)s, takes effect in %(left)s") % {
            "approved": approved,
            "left": span(left),
        }
    if motion.state == "voting" and motion.voting_closes_at:
        left = max(motion.voting_closes_at - now, timedelta(0))
        return _("Vote open, closes in %(left)s") % {"left": span(left)}
    if motion.override is not None:
        return _("The board's result was overridden: %(outcome)s") % {
            "outcome": motion.outcome.label
        }
    if motion.override_until is not None:
        return _("%(result)s by the board; an executive may override that for a while") % {
            "result": motion.get_state_display()
        }
    if motion.state != "in_review":
        # A worker has not carried out yet what the board has decided.
        return _("%(result)s by the board") % {"result": motion.get_state_display()}
    return _("Proposed, not yet put to the vote")


def hold(holds: Sequence[Hold]) -> Data | None:
    """Return the strictest hold for the stepper; they come strictest first."""
    if not holds:
        return None
    first = holds[0]
    return {
        "label": first.get_kind_display(),
        "reason": first.reason,
        "review": _review(first),
        "url": "",
    }


def full_review(release: Release, now: datetime) -> Data | None:
    """Return what is owed for the emergency decision of a release, which was read with it."""
    told = next(iter(release.full_review_told), None)  # type: ignore[attr-defined] # annotated
    if told is None:
        return None
    due_at = datetime.fromisoformat(told["due_at"])
    refused, overdue = told["result"] == ReviewResult.REFUSED, due_at <= now
    title = _("A full review is owed")
    if refused:
        title = _("The full review did not confirm the decision")
    elif overdue:
        title = _("The full review is overdue")
    return {
        "title": title,
        "said": told["title"],
        "motion": {"public_id": told["public_id"], "proposer": told["proposer"]},
        "due_at": due_at,
        "tone": "bad" if refused or overdue else "warn",
        "fallen": refused or overdue,
    }


def _review(hold: Hold) -> str:
    if hold.state == Hold.State.REVIEW_DUE:
        return _("Its review is due; only the board lifts it.")
    day = date_format(timezone.localtime(hold.review_at), "j M Y")
    return _("A review is called for on %(day)s; only the board lifts it.") % {"day": day}


def release_args(release: Release) -> list[str]:
    """Return what every address of a release is made of."""
    return [release.model.namespace, release.model.name, release.version]


def evidence(release: Release, rows: Sequence[Evidence], now: datetime) -> Data:
    """Return how much evidence stands, and the newest that does, for the release's page."""
    states = [(each, state_of(each, now)) for each in rows]
    current = [each for each, state in states if state == EvidenceState.CURRENT]
    expired = [each for each, state in states if state == EvidenceState.EXPIRED]
    words = {"current": len(current), "expired": len(expired), "all": len(rows)}
    return {
        "sentence": _("%(current)d current, %(expired)d expired, %(all)d in all.") % words,
        "rows": [
            {"item": each, "state": state.value}
            for each, state in states
            if state in (EvidenceState.CURRENT, EvidenceState.EXPIRED)
        ][:SHOWN_EVIDENCE],
        "url": reverse("evidence_list", args=release_args(release)),
    }
