"""An application on which the reviewer asks the board of its model."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import tier_of_organization, tier_of_user
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.dossier import MOST_CHARACTERS
from boards.models import Motion, MotionState, Seat
from common.canonical import digest
from common.errors import Refused
from licensing import notifications, permissions
from licensing.actions import Action
from licensing.application_form import in_words
from licensing.dossier import REFERRED
from licensing.models import Application, ApplicationState, Submission
from licensing.questions import QUESTIONS
from licensing.services.applications import locked_application
from licensing.services.guards import text_of
from licensing.services.review import claimed
from licensing.states import APPLICATION
from releases.services.transitions import excluded_voters

# What the board is told of the application; nothing of it tells who the applicant is.
_SCOPE_KEYS = (
    "modes",
    "uses",
    "environments",
    "sectors",
    "regions",
    "modification",
    "redistribution",
    "served",
    "usage",
    "end_date",
)


@transaction.atomic
def refer_application(
    *, actor: User, application: Application, question: str, summary: str
) -> Application:
    """Ask the board of the model, by its own rule, and open the vote at once.

    Approved, it comes back to the reviewer, who sets scope and end and may not decline it;
    rejected, it is declined; with no decision it comes back as it was.
    """
    application = claimed(actor, application)
    question = text_of(question, _("Question"), max_length=MOST_CHARACTERS)
    summary = text_of(summary, _("Summary"), max_length=MOST_CHARACTERS)
    submission = application.submissions.first()
    if submission is None:
        raise Refused(_("Nothing was submitted yet."))
    model, board = application.model, application.model.board
    motion = boards.propose_motion(
        actor=actor,
        board=board,
        kind=REFERRED,
        title=(
            _("Application of %(who)s for %(model)s")
            % {"who": _pseudonymous(application), "model": model}
        )[:200],
        subject_ref=ref(application),
        subject_label=_("Application for %(model)s") % {"model": model},
        subject_url=model.get_absolute_url(),
        params={
            "application": str(application.public_id),
            "submission": submission.number,
            "model": str(model),
        },
        dossier={
            "question": question,
            "summary": summary,
            "applicant": _applicant(application),
            "purpose": str(submission.answers.get("purpose", "")),
            "scope": _scope(submission),
            "exhibits": [_exhibit(submission)],
        },
        also=(application, model),
    )
    motion = boards.open_vote(actor=actor, motion=motion)
    APPLICATION.move(application, ApplicationState.REFERRED)
    application.referral = motion
    application.board_approved_at = None
    application.message = ""
    application.save(update_fields=["state", "referral", "board_approved_at", "message"])
    record(
        actor=actor,
        action=Action.APPLICATION_REFERRED,
        target=application,
        also=(model, motion),
        data={"motion": str(motion.public_id)},
    )
    notifications.application_referred(application)
    return application


def _pseudonymous(application: Application) -> str:
    if application.organization is not None:
        return application.organization.name
    return _("a person without an organisation")


def _applicant(application: Application) -> str:
    """Return what the board is told of the applicant."""
    now, organization = timezone.now(), application.organization
    lines = [
        _("Person %(pseudonym)s: tier %(tier)d, account made on %(day)s.")
        % {
            "pseudonym": str(application.applicant.pseudonym)[:8],
            "tier": tier_of_user(application.applicant, now),
            "day": application.applicant.date_joined.date().isoformat(),
        }
    ]
    if organization is None:
        lines.append(_("Without an organisation."))
    else:
        lines.append(
            _("Organisation %(name)s (%(country)s): tier %(tier)d.")
            % {
                "name": organization.name,
                "country": organization.country,
                "tier": tier_of_organization(organization, now),
            }
        )
    return "\n".join(lines)


def _scope(submission: Submission) -> str:
    lines = [
        f"{QUESTIONS[key].label}: {in_words(QUESTIONS[key], submission.answers)}"
        for key in _SCOPE_KEYS
    ]
    return "\n".join(lines)


def _exhibit(submission: Submission) -> dict[str, str]:
    return {
        "type": _("Application"),
        "title": _("What was submitted, number %(number)d") % {"number": submission.number},
        "digest": digest({"number": submission.number, "answers": submission.answers}),
        "url": "",
        "note": _(
            "The digest is over the answers without those that tell who the applicant is; the "
            "reviewers of the model see all of them."
        ),
    }


def _without_vote(application: Application, proposer: User) -> dict[int, str]:
    """Return who manages the model, or belongs with the applicant."""
    managers = excluded_voters(application.model, proposer)
    seats = Seat.objects.filter(board=application.model.board_id, holder__isnull=False)
    holders = [seat.holder for seat in seats.select_related("holder") if seat.holder]
    conflicted = {
        holder.pk: _("Is the applicant, or belongs to the applicant's organisation.")
        for holder in holders
        if permissions.review_conflict(holder, application)
    }
    return {
        holder.pk: why
        for holder in holders
        if (why := conflicted.get(holder.pk) or managers.get(holder.pk))
    }


def seats_without_vote(motion: Motion) -> dict[int, str]:
    """Return which seats hold no vote on a referred application, as things are now."""
    about = Application.objects.filter(public_id=motion.params["application"])
    application = about.select_related("model").first()
    return _without_vote(application, motion.proposer) if application else {}


@transaction.atomic
def exclude_conflicted(*, application_id: int) -> int:
    """Take the vote of seats that came into conflict since the vote opened; return how many."""
    application = locked_application(Application(pk=application_id))
    if application.state != ApplicationState.REFERRED or application.referral is None:
        return 0
    return sum(
        boards.exclude_voter(
            actor=None, subject_ref=ref(application), user=User.objects.get(pk=holder), why=why
        )
        for holder, why in _without_vote(application, application.referral.proposer).items()
    )


@transaction.atomic
def apply_referral(*, motion_id: int) -> bool:
    """Carry out what the board said, or that it said nothing; return whether anything changed."""
    application = Application.objects.filter(referral=motion_id).first()
    if application is not None:
        application = locked_application(application)
    motion = Motion.objects.select_for_update(no_key=True).get(pk=motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    boards.mark_applied(motion=motion)
    if (
        application is None
        or application.referral_id != motion.pk
        or application.state != ApplicationState.REFERRED
    ):
        return False
    if motion.outcome == MotionState.REJECTED:
        _decline(application, motion)
    else:
        _give_back(application, motion)
    return True


def _decline(application: Application, motion: Motion) -> None:
    APPLICATION.move(application, ApplicationState.DECLINED)
    application.decided_at = timezone.now()
    application.message = _(
        "The reviewer asked the board of the model, and the board did not approve the application."
    )
    application.save(update_fields=["state", "decided_at", "message"])
    _record(application, Action.APPLICATION_DECLINED, motion, reason=application.message)
    notifications.application_declined(application)
    notifications.referral_answered(
        application, _("The board did not approve it; it is declined, and the applicant is told.")
    )


def _give_back(application: Application, motion: Motion) -> None:
    approved = motion.outcome == MotionState.APPROVED
    APPLICATION.move(application, ApplicationState.IN_REVIEW)
    application.board_approved_at = motion.outcome_at if approved else None
    application.save(update_fields=["state", "board_approved_at"])
    if approved:
        _record(application, Action.APPLICATION_BOARD_APPROVED, motion)
        sentence = _("The board approved it. Set its scope and its end date, and approve it.")
    else:
        # Why stands with the motion: the applicant reads this, and not what passed in the board.
        _record(application, Action.APPLICATION_CAME_BACK, motion)
        sentence = _("The board did not decide. It is yours again, as it was.")
    notifications.referral_answered(application, sentence)


def _record(application: Application, action: Action, motion: Motion, reason: str = "") -> None:
    record(
        actor=None,
        action=action,
        target=application,
        also=(application.model, motion),
        data={"motion": str(motion.public_id), **({"reason": reason} if reason else {})},
    )
