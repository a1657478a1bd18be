"""The applicant's side: start, save, submit, withdraw."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Clearance, Organization, User
from accounts.networks import shortened
from accounts.selectors import settled_clearances
from accounts.services import reopen_clearances
from audit import personal
from audit.models import Subject
from audit.services import record
from boards import services as boards
from boards.models import OPEN_STATES, Motion
from common.errors import Refused
from licensing import application_form, notifications, permissions, selectors, vetting
from licensing.actions import Action
from licensing.asking import track_problem
from licensing.facts import VerdictAction
from licensing.models import (
    OPEN_APPLICATION_STATES,
    Appeal,
    Application,
    ApplicationState,
    Attachment,
    Proposal,
    Submission,
)
from licensing.questions import QUESTIONS, Track
from licensing.selectors import asked, reviews
from licensing.services import known, references
from licensing.services.country_guard import require_not_denied
from licensing.services.guards import (
    lock_parties,
    require_active,
    require_member,
    require_not_banned,
)
from licensing.services.screening import watch_application
from licensing.states import APPLICATION
from licensing.verdict import decide_many
from releases.models import Model

EDITABLE_STATES = (ApplicationState.DRAFT, ApplicationState.RETURNED)
_UNDER_REVIEW = (
    ApplicationState.IN_REVIEW,
    ApplicationState.REFERRED,
    ApplicationState.AWAITING_SECOND,
    ApplicationState.APPEALED,
)


def locked_application(application: Application) -> Application:
    """Return the application as it is now, locked until the transaction ends."""
    return (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "organization", "applicant", "reviewer", "questionnaire", "amends")
        .get(pk=application.pk)
    )


@transaction.atomic
def start_application(
    *,
    actor: User,
    model: Model,
    organization: Organization | None = None,
    track: str | None = None,
) -> Application:
    """Begin an application, or return the one that this holder has open.

    Without a track, whoever has an organisation is a deployer and everybody else a researcher.
    """
    lock_parties(actor, organization)
    require_active(actor)
    require_member(actor, organization)
    require_not_banned(actor, organization)
    existing = selectors.open_applications(actor, model).filter(organization=organization).first()
    if existing is not None:
        return existing
    verdicts = decide_many(actor, selectors.outward_releases(model), VerdictAction.APPLY).values()
    if not any(verdict.allowed for verdict in verdicts):
        first = min(verdicts, key=lambda verdict: len(verdict.denials), default=None)
        raise Refused(
            first.denials[0].sentence if first else _("This model takes no applications now.")
        )
    track = track or (Track.DEPLOYER if organization else Track.RESEARCHER)
    criteria = asked.criteria_now() is not None
    problem = track_problem(track, affiliated=organization is not None, criteria=criteria)
    if problem:
        raise Refused(problem)
    application = Application.objects.create(
        model=model,
        applicant=actor,
        organization=organization,
        track=track,
        questionnaire=asked.questionnaire_of(model),
    )
    record(
        actor=actor,
        action=Action.APPLICATION_STARTED,
        target=application,
        also=_also(application),
        data={"track": str(track)},
    )
    known.take_over(application)
    return application


@transaction.atomic
def save_draft(*, actor: User, application: Application, answers: dict[str, Any]) -> Application:
    """Keep answers of an unfinished form; those given replace the former ones.

    No event: nothing is said by a draft until it is submitted.
    """
    application = editable(actor, application)
    sections = asked.sections_now(application)
    questions = QUESTIONS | {each.key: each for part in sections for each in part.questions}
    try:
        kept = application_form.clean_draft(answers, questions)
    except ValueError as error:
        raise Refused(str(error)) from None
    if any(key.startswith(application_form.OWN_PREFIX) for key in kept):
        # Who answers the model's own questions has seen them as they are now.
        application.questionnaire = asked.questionnaire_of(application.model)
    before = selectors.answers_of(application)
    known.note_changed(application, before, before | kept)
    return keep_answers(application, before | kept)


def editable(actor: User, application: Application) -> Application:
    """Return the actor's application, locked, if its answers may change."""
    application = own_application(actor, application)
    if application.state not in EDITABLE_STATES:
        raise Refused(_("This application was sent; its answers are fixed."))
    return application


def keep_answers(application: Application, answers: dict[str, Any]) -> Application:
    """Write the working copy of the answers, the personal ones sealed."""
    application.answers, application.sealed_answers = _split(application.applicant, answers)
    application.changed_at = timezone.now()
    application.reminded_at = None
    application.save(
        update_fields=["answers", "sealed_answers", "questionnaire", "changed_at", "reminded_at"]
    )
    return application


def _split(applicant: User, answers: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    clear, private = application_form.split_personal(answers)
    try:
        return clear, personal.seal(applicant.pseudonym, json.dumps(private))
    except Subject.DoesNotExist:
        raise Refused(_("Your account is closed.")) from None


@transaction.atomic
def submit_application(*, actor: User, application: Application, address: str = "") -> Application:
    """Send the application to the reviewers. What was sent is frozen as a submission.

    Of the address that it came from, only the network is kept.
    """
    application = own_application(actor, application)
    if application.state not in EDITABLE_STATES:
        raise Refused(_("This application was sent already."))
    lock_parties(actor, application.organization)
    require_member(actor, application.organization)
    require_not_banned(actor, application.organization)
    today = timezone.localdate()
    answers = selectors.answers_of(application)
    application.questionnaire = asked.questionnaire_of(application.model)
    sections = asked.sections_answered(application)
    missing = application_form.problems(sections, answers, today)
    if missing:
        titles = ", ".join(str(section.title) for section, _errors in missing)
        raise Refused(_("These parts are not complete: %(titles)s.") % {"titles": titles})
    cleaned: dict[str, Any] = {}
    for section in sections:
        cleaned |= application_form.clean_section(section, answers, today)[0]
    keep_answers(application, cleaned)
    require_not_denied(application)
    attached = _attached(application, cleaned)
    newest = application.submissions.order_by("-number").first()
    submission = Submission.objects.create(
        application=application,
        number=newest.number + 1 if newest else 1,
        answers=application.answers,
        sealed_answers=application.sealed_answers,
        questionnaire=application.questionnaire,
        criteria=asked.criteria_now() if application.track == Track.SAFETY else None,
    )
    submission.attachments.set(attached)
    APPLICATION.move(application, ApplicationState.SUBMITTED)
    application.submitted_at = timezone.now()
    _lay_in_the_queue(application, address)
    application.save(update_fields=["state", "submitted_at", *_QUEUED_BY])
    record(
        actor=actor,
        action=Action.APPLICATION_SUBMITTED,
        target=application,
        also=_also(application),
        data={"submission": submission.number, "files": [each.sha256 for each in attached]},
    )
    references.ask_references(actor=actor, application=application)
    _note_country(actor, application)
    known.reopen_renamed(application)
    watch_application(application)
    notifications.application_received(application)
    notifications.application_submitted(application, _reviewers(application))
    return application


def _attached(application: Application, answers: dict[str, Any]) -> list[Attachment]:
    wanted = set(application_form.file_ids(answers))
    found = list(application.attachments.filter(public_id__in=wanted))
    if len(found) < len(wanted):
        raise Refused(_("A file that you attached is not there any more. Attach it again."))
    return found


def _note_country(actor: User, application: Application) -> None:
    """Reopen clearances that stand on another country than the one declared now."""
    declared = application.answers.get("country", "")
    stood_on = settled_clearances(timezone.now()).filter(user=actor).exclude(country="")
    if declared and stood_on.exclude(country=declared).exists():
        reopen_clearances(actor=actor, change=Clearance.Change.COUNTRY, user=actor)


_QUEUED_BY = ("due_at", "answer_by", "country", "tier_asked", "flags", "sent_from")


def _lay_in_the_queue(application: Application, address: str) -> None:
    """Copy onto the row what the reviewers' queue is ordered and filtered by."""
    application.due_at = reviews.promised(application.model, application.submitted_at)
    application.answer_by = None
    application.country = str(application.answers.get("country") or "")[:2]
    application.tier_asked = selectors.tier_required(application.model)
    application.sent_from = shortened(address)
    application.flags = vetting.flags(application)


def _reviewers(application: Application) -> list[User]:
    """Whoever returned it hears of it again; a new one goes to all who may review it."""
    if application.reviewer is not None and permissions.can_review(
        application.reviewer, application
    ):
        return [application.reviewer]
    return permissions.possible_reviewers(application)


@transaction.atomic
def withdraw_application(*, actor: User, application: Application) -> Application:
    """Take an application back before it is decided."""
    application = own_application(actor, application)
    if application.state not in OPEN_APPLICATION_STATES:
        raise Refused(
            _("This application is decided already: %(state)s.")
            % {"state": application.get_state_display()}
        )
    was_in_review = application.state in _UNDER_REVIEW
    was_referred = application.state == ApplicationState.REFERRED
    APPLICATION.move(application, ApplicationState.WITHDRAWN)
    application.decided_at = timezone.now()
    application.save(update_fields=["state", "decided_at"])
    record(
        actor=actor,
        action=Action.APPLICATION_WITHDRAWN,
        target=application,
        also=_also(application),
    )
    watch_application(application)
    _end_answers(application)
    if was_referred and application.referral is not None:
        _end_referral(application.referral)
    if was_in_review:
        notifications.application_withdrawn(application)
    return application


def _end_referral(motion: Motion) -> None:
    """Lapse what the board was asked: its subject is gone."""
    motion = Motion.objects.select_for_update(no_key=True).get(pk=motion.pk)
    if motion.state in OPEN_STATES:
        reason = _("The application was withdrawn.")
        motion = boards.lapse_motion(actor=None, motion=motion, reason=reason)
    boards.mark_applied(motion=motion)


def _end_answers(application: Application) -> None:
    """Close what a withdrawn application leaves open: a proposed approval, an appeal."""
    now = timezone.now()
    application.proposals.filter(outcome=Proposal.Outcome.PENDING).update(
        outcome=Proposal.Outcome.VOID, answered_at=now
    )
    Appeal.objects.filter(application=application, outcome=Appeal.Outcome.PENDING).update(
        outcome=Appeal.Outcome.VOID, decided_at=now
    )


def own_application(actor: User, application: Application) -> Application:
    """Return the application, locked, if it is the actor's own. Refused otherwise."""
    application = locked_application(application)
    require_active(actor)
    if application.applicant_id != actor.pk:
        raise Refused(_("Only the applicant does this."))
    return application


def _also(application: Application) -> tuple[Model | Organization, ...]:
    if application.organization is None:
        return (application.model,)
    return (application.model, application.organization)
