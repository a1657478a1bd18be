"""The cards of a dashboard, in words."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from boards.models import Motion
from common.templatetags.ui import span
from licensing import duty_words
from licensing.facts import MODE_OF
from licensing.models import Application, Grant, OwedDuty, SuspensionRequest
from licensing.selectors import holder_name, person_name
from licensing.selectors.queue import COUNTED
from portal import access, operation, showing
from portal.dashboard import Board
from portal.showing import Data
from releases.choices import Right
from releases.models import Hold, Release
from releases.requirements import blocking


def waiting(board: Board) -> list[Data]:
    """Return what waits for this person, the most pressing first."""
    cards = [_asked(request) for request in board.asked]
    cards += [_call(duty) for duty in board.calls]
    cards += [_vote(motion, board) for motion in board.votes]
    cards += [_duty(duty, board) for duty in board.duties]
    cards += [_answer(each) for each in board.applications if each.state == "returned"]
    cards += [_terms(grant, board) for grant in board.grants if grant.state == "pending_terms"]
    cards += [card for grant in board.grants for card in _changed_terms(grant, board)]
    cards += [_review(each, board) for each in (board.desk.mine if board.desk else ())]
    cards += _due_holds(board)
    cards += _unopened_votes(board)
    cards += [_finish(each) for each in board.applications if each.state == "draft"]
    return cards


def _asked(request: SuspensionRequest) -> Data:
    grant = request.grant
    return {
        "title": _("Should this grant of %(model)s be suspended?") % {"model": grant.model},
        "status": "hit_stop",
        "text": _("A party to it has exactly a name on %(list)s. Nothing is suspended by itself.")
        % {"list": request.hit.on_list},
        "meta": str(grant.organization or person_name(grant.person)),
        "next": {
            "label": _("Look at both"),
            "url": reverse("screening_hit", args=[request.hit.public_id]),
        },
    }


def _call(duty: OwedDuty) -> Data:
    return {
        "title": duty_words.what(duty),
        "status": "overdue",
        "text": _("%(holder)s agreed to this and has not done it. Nothing is revoked by itself.")
        % {"holder": holder_name(duty.grant)},
        "tone": "warn",
        "next": {
            "label": _("Look at it"),
            "url": reverse("duty_detail", args=[duty.public_id]),
        },
    }


def _duty(duty: OwedDuty, board: Board) -> Data:
    overdue = duty.is_overdue(board.now)
    return {
        "title": duty_words.what(duty),
        "status": duty.state_at(board.now),
        "text": duty_words.why(duty),
        "meta": _("%(terms)s: until the end of %(day)s")
        % {"terms": duty.terms.title, "day": f"{duty.due_on:%-d %b %Y}"},
        "tone": "warn" if overdue else "",
        "next": {
            "label": _("Do it now"),
            "url": reverse("duty_detail", args=[duty.public_id]),
        },
    }


def _vote(motion: Motion, board: Board) -> Data:
    closes = motion.voting_closes_at or board.now
    left = span(max(closes - board.now, timedelta(0)))
    return {
        "title": motion.title,
        "status": "voting",
        "text": _("%(board)s waits for your vote.") % {"board": motion.board},
        "meta": _("Voting closes in %(left)s") % {"left": left},
        "next": {
            "label": _("Read and vote"),
            "url": reverse("motion_detail", args=[motion.public_id]),
        },
    }


def _answer(application: Application) -> Data:
    return {
        "title": _("Your application for %(model)s") % {"model": application.model},
        "status": "returned",
        "text": _("A reviewer asks: %(message)s") % {"message": application.message},
        "next": {
            "label": _("Answer and send again"),
            "url": reverse("application_edit", args=[application.public_id]),
        },
    }


def _finish(application: Application) -> Data:
    return {
        "title": _("Your application for %(model)s") % {"model": application.model},
        "status": "draft",
        "text": _("It is not sent yet."),
        "next": {
            "label": _("Go on"),
            "url": reverse("application_edit", args=[application.public_id]),
        },
    }


def _terms(grant: Grant, board: Board) -> Data:
    card = access_card(grant, board)
    return {
        **card,
        "title": _("Terms for %(model)s") % {"model": grant.model},
        "text": _("Your application was approved. Access begins once you accept the terms."),
        "next": card["next"] or _grant_link(grant),
    }


def _changed_terms(grant: Grant, board: Board) -> list[Data]:
    """Return the terms that an active grant asks its user to accept, each once."""
    if grant.state != "active":
        return []
    found = {
        check.remedy_url: check
        for _release, verdicts in board.releases_of(grant)
        for action, mode in MODE_OF.items()
        if mode in grant.modes
        for check in verdicts[action].agreements_asked
    }
    return [
        {
            "title": _("Terms for %(model)s") % {"model": grant.model},
            "status": "pending_terms",
            "text": check.sentence,
            "tone": "warn" if check.stops else "",
            "next": {"label": _("Read and accept the terms"), "url": url},
        }
        for url, check in found.items()
        if url
    ]


def _review(application: Application, board: Board) -> Data:
    since = application.submitted_at or application.created_at
    return {
        "title": _("%(applicant)s for %(model)s")
        % {
            "applicant": application.organization or application.applicant,
            "model": application.model,
        },
        "status": application.state,
        "text": _("You have this application in review."),
        "meta": _("Waiting for %(time)s") % {"time": span(board.now - since)},
        "tone": "warn" if application.due_at and application.due_at < board.now else "",
        "next": {
            "label": _("Review"),
            "url": reverse("review_detail", args=[application.public_id]),
        },
    }


def _due_holds(board: Board) -> list[Data]:
    """Return the holds whose review is due, once each, for those who placed or may place them."""
    held: dict[int, tuple[Hold, Release]] = {}
    for release in board.staff_releases():
        if Right.PLACE_HOLD in board.viewer.rights.get(release.model_id, ()):
            held |= {hold.pk: (hold, release) for hold in board.standing.holds[release.pk]}
    return [
        {
            "title": _("Hold on %(what)s")
            % {"what": release if hold.release_id else release.model},
            "status": "review_due",
            "text": hold.reason,
            "next": {"label": _("See the release"), "url": release.get_absolute_url()},
        }
        for hold, release in held.values()
        if hold.state == Hold.State.REVIEW_DUE
    ]


def _unopened_votes(board: Board) -> list[Data]:
    """Return the person's own proposals on which no vote is open yet."""
    me = board.viewer.user
    own = [
        move.motion
        for move in board.standing.transitions.values()
        if me and move.motion.proposer_id == me.pk and move.motion.state in ("draft", "in_review")
    ]
    return [
        {
            "title": motion.title,
            "status": motion.state,
            "text": _("You proposed this. The board votes once you open the vote."),
            "next": {
                "label": _("See the motion"),
                "url": reverse("motion_detail", args=[motion.public_id]),
            },
        }
        for motion in own
    ]


def access_card(grant: Grant, board: Board) -> Data:
    """Return one access: stage, verdict in a sentence, the next step as a button."""
    card: Data = {
        "title": grant.model.title,
        "url": grant.model.get_absolute_url(),
        "status": grant.state,
        "meta": _("Held by %(holder)s, until %(end)s")
        % {"holder": grant.organization or _("you"), "end": f"{grant.ends_at:%-d %b %Y}"},
        "next": _grant_link(grant),
    }
    releases = board.releases_of(grant)
    if not releases:
        return card
    release, verdicts = releases[0]
    verdict = verdicts[access.main_action(release)]
    step = access.next_step(release, verdicts)
    return {
        **card,
        "title": f"{grant.model.title} {release.version}",
        "url": release.get_absolute_url(),
        "text": verdict.sentence,
        "stages": _steps(release, board),
        "hold": showing.hold(board.standing.holds[release.pk]),
        "next": {"label": step.label, "url": step.url} if step else _grant_link(grant),
    }


def _grant_link(grant: Grant) -> Data:
    return {"label": _("See the grant"), "url": reverse("grant_detail", args=[grant.public_id])}


def _steps(release: Release, board: Board) -> list[Data]:
    standing = board.standing
    return showing.stepper(
        release,
        standing.stages_of(release),
        now=board.now,
        transition=standing.transitions.get(release.pk),
        admitted=standing.cohort_of(release).admitted,
        cap=standing.caps.get(release.pk),
    )


def application_card(application: Application) -> Data:
    """Return one application and whose turn it is."""
    turn = {
        "draft": _("Your turn: finish it and send it."),
        "submitted": _("The reviewers' turn: nobody has taken it yet."),
        "in_review": _("A reviewer's turn: somebody is reading it."),
        "referred": _("The board's turn: the reviewer asked it."),
        "returned": _("Your turn: a reviewer has questions."),
        "awaiting_second": _("A reviewer's turn: a second one reads it."),
        "appealed": _("A reviewer's turn: somebody else reads your appeal."),
        "approved": _("It was approved."),
        "declined": _("It was declined."),
        "withdrawn": _("You withdrew it."),
        "lapsed": _("It lapsed, as it was not sent in time."),
    }
    return {
        "title": str(application.model),
        "url": reverse("application_detail", args=[application.public_id]),
        "status": application.state,
        "text": turn.get(application.state, ""),
        "meta": _("For %(holder)s") % {"holder": application.organization or _("yourself")},
    }


def release_card(release: Release, board: Board) -> Data:
    """Return one release as its staff sees it: stage, hold, and what blocks the next stage."""
    rights = board.viewer.rights.get(release.model_id, set())
    card: Data = {
        "title": f"{release.model.title} {release.version}",
        "url": release.get_absolute_url(),
        "text": _blockers(release, board),
        "hold": showing.hold(board.standing.holds[release.pk]),
    }
    if release.state != "sealed":
        card["status"] = release.state
    if release.stage:
        card["stages"] = _steps(release, board)
    if Right.PLACE_HOLD in rights and release.state == "sealed":
        url = reverse("hold_place", args=showing.release_args(release))
        card["next"] = {"label": _("Place a hold"), "url": url}
    return card


def _blockers(release: Release, board: Board) -> str:
    target = board.standing.next_stage(release)
    if release.state == "refused":
        return release.refusal
    if target is None or release.state != "sealed":
        return ""
    move = board.standing.transitions.get(release.pk)
    if move:
        return next(
            (step["note"] for step in _steps(release, board) if step["state"] == "next"), ""
        )
    unmet = blocking(board.standing.requirements(release))
    if not unmet:
        return _("Nothing blocks a proposal for %(stage)s.") % {"stage": target.name}
    words = ngettext(
        "%(count)d requirement of %(stage)s is open: %(first)s",
        "%(count)d requirements of %(stage)s are open, first: %(first)s",
        len(unmet),
    )
    return words % {"count": len(unmet), "stage": target.name, "first": unmet[0].sentence}


def queue_metrics(board: Board) -> list[Data]:
    """Return the review queue in a few numbers."""
    if board.desk is None or not any(board.desk.load):
        return []
    load = board.desk.load
    page = reverse("review_queue")
    return [
        {
            "label": _("Waiting to be taken"),
            "value": at_most(load.free),
            "url": f"{page}?show=unclaimed",
        },
        {"label": _("In review"), "value": at_most(load.in_hand)},
        {
            "label": _("Past the promised date"),
            "value": at_most(load.overdue),
            "tone": "warn" if load.overdue else "",
            "url": f"{page}?overdue=on",
        },
    ]


def at_most(count: int) -> str:
    """Return a count that stops at a bound, as a number or "more than" it."""
    return str(count) if count <= COUNTED else _("over %(count)d") % {"count": COUNTED}


def operation_metrics(now: datetime) -> list[Data]:
    """Return the health of the instance in a few numbers, for whoever operates it."""
    page = reverse("operator")
    down = [check.part for check in operation.checks(now) if not check.ok]
    jobs = operation.jobs(now)
    stuck = sum(job.stuck for job in jobs)
    failed = len(operation.failed_mail())
    return [
        {
            "label": _("Parts"),
            "value": _("All well") if not down else ", ".join(down),
            "tone": "bad" if down else "",
            "url": page,
        },
        {"label": _("Jobs running"), "value": len(jobs) - stuck, "url": f"{page}#jobs"},
        {
            "label": _("Jobs stuck"),
            "value": stuck,
            "tone": "bad" if stuck else "",
            "url": f"{page}#jobs",
        },
        {
            "label": _("Mail failed"),
            "value": failed,
            "tone": "warn" if failed else "",
            "url": f"{page}#mail",
        },
    ]
