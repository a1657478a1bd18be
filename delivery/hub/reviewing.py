"""The Hub's access requests as applications, and its three answers as acts of the portal.

The Hub knows no scope and no end: an acceptance grants what was asked for, as the portal's own
form proposes it. Applications that wait are pending; those approved whose grant has not ended are
accepted; those declined are rejected. All of them are decided by the services of the portal's
pages, with the same guards, events and mails.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonalToken, User
from accounts.selectors import tier_of_organization, tier_of_user
from common.errors import Refused
from delivery.hub.answering import Visit
from delivery.hub.problems import Problem, malformed, token_needed
from delivery.hub.repos import open_repo
from delivery.hub.shapes import Data, instant
from delivery.refusals import absolute
from licensing import selectors, services
from licensing.application_form import in_words
from licensing.approve_form import ApproveForm
from licensing.models import (
    LIVE_GRANT_STATES,
    WAITING_APPLICATION_STATES,
    Application,
    ApplicationState,
)
from licensing.permissions import reviewed_models
from licensing.questions import QUESTIONS
from licensing.selectors import person_name
from releases.models import Model

PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"
_WAITING = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
_BY_STATUS = {
    PENDING: Q(state__in=(*WAITING_APPLICATION_STATES, ApplicationState.REFERRED)),
    ACCEPTED: Q(state=ApplicationState.APPROVED, grant__state__in=LIVE_GRANT_STATES),
    REJECTED: Q(state=ApplicationState.DECLINED),
}
_NOT_SENT = (ApplicationState.DRAFT,)


def reviewer_and_model(visit: Visit, namespace: str, name: str) -> tuple[User, Model]:
    """Return who reviews and what. Raises Problem for everybody else."""
    token, person = visit.caller.token, visit.caller.subject
    if token is None or not isinstance(person, User):
        raise token_needed("Show a token that may review: Authorization: Bearer slu_...")
    model = None
    if "\x00" not in namespace + name:
        model = reviewed_models(person).filter(namespace=namespace, name=name).first()
    if model is None:
        open_repo(visit, namespace, name)
        raise Problem(403, "You have no right to review applications for this model.")
    if PersonalToken.Right.REVIEW not in token.rights:
        tokens = absolute(reverse("account_tokens"))
        raise Problem(403, f"The token does not carry the right “review”. Make one: {tokens}")
    return person, model


def applications(model: Model, status: str, *, after: str) -> QuerySet[Application]:
    """Return the applications for a model that stand so, the newest first."""
    if status not in _BY_STATUS:
        raise Problem(404, "Access requests are pending, accepted or rejected.")
    found = Application.objects.filter(_BY_STATUS[status], model=model)
    if after.isascii() and after.isdigit():
        found = found.filter(pk__lt=int(after[:18]))
    return found.select_related("applicant", "organization").order_by("-pk")


def shape(application: Application, status: str) -> Data:
    """Return an application as an access request; its personal answers stay in the portal."""
    applicant, answers = application.applicant, application.answers
    fields = {
        str(question.label): words
        for key, question in QUESTIONS.items()
        if key in answers and (words := in_words(question, answers))
    }
    if application.organization is not None:
        fields["Organisation"] = application.organization.name
    fields["Application"] = absolute(reverse("review_detail", args=[application.public_id]))
    return {
        "requestId": str(application.public_id),
        "user": {
            "user": str(applicant.pseudonym) if applicant.erased_at else applicant.email,
            "fullname": person_name(applicant),
            "email": None if applicant.erased_at else applicant.email,
        },
        "status": status,
        "timestamp": instant(application.submitted_at),
        "fields": fields,
    }


def find_application(model: Model, asked: dict[str, Any]) -> Application:
    """Return the application that an act names by its id or its applicant. Raises Problem."""
    given = asked.get("requestId") or asked.get("user")
    if not isinstance(given, str) or "\x00" in given:
        raise malformed("Name the applicant as user (an e-mail address), or give a requestId.")
    known = (
        Application.objects.filter(model=model)
        .exclude(state__in=_NOT_SENT)
        .select_related("model", "organization", "applicant", "reviewer")
    )
    if asked.get("requestId"):
        found = known.filter(public_id=_uuid(given)).first()
    else:
        of_person = known.filter(applicant__email__iexact=given.strip())
        waiting = of_person.filter(state__in=_WAITING).order_by("-pk").first()
        found = waiting or of_person.order_by("-pk").first()
    if found is None:
        raise Problem(404, "There is no such application for this model.")
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise malformed("A requestId looks like 8-4-4-4-12 hexadecimal digits.") from None


def decide(actor: User, application: Application, status: str, reason: str) -> str:
    """Carry out one of the Hub's answers; return what the reviewer should know of it besides.

    Raises Problem, or Refused with the sentence of the portal's own guard.
    """
    _require_another_state(application, status)
    if status == PENDING:
        services.release_claim(actor=actor, application=application)
        return ""
    if status == REJECTED and not reason.strip():
        raise malformed("Say why: the applicant reads the rejectionReason.")
    with transaction.atomic():
        application = services.claim_application(actor=actor, application=application)
        if status == REJECTED:
            services.decline_application(actor=actor, application=application, reason=reason)
            return ""
        services.approve_application(
            actor=actor, application=application, **_as_proposed(application)
        )
    return _missing_clearance(application)


def _require_another_state(application: Application, status: str) -> None:
    """As the Hub: 404 for what is so already. What was decided is not decided again here."""
    present = {
        ApplicationState.SUBMITTED.value: PENDING,
        ApplicationState.APPROVED.value: ACCEPTED,
        ApplicationState.DECLINED.value: REJECTED,
    }.get(application.state)
    if status == present:
        raise Problem(404, f"This application is {status} already.")
    if application.state not in _WAITING:
        address = absolute(reverse("review_detail", args=[application.public_id]))
        raise Problem(
            409,
            f"This application is not in review: {application.get_state_display()}. A decision is "
            f"not changed through this API; a grant is suspended or revoked in the portal: "
            f"{address}",
        )


def _as_proposed(application: Application) -> dict[str, Any]:
    """Return what the portal's form proposes to grant. Raises Refused where it would not do."""
    users = selectors.nameable_users(application)
    tier = selectors.tier_required(application.model)
    proposed = ApproveForm(application, users, tier).initial
    form = ApproveForm(application, users, tier, proposed)
    if not form.is_valid():
        problems = [str(error) for errors in form.errors.values() for error in errors]
        raise Refused(f"It cannot be approved as it was asked for. {' '.join(problems)}")
    return form.granted()


def _missing_clearance(application: Application) -> str:
    """Say so where the grant will not be of use until somebody is vetted."""
    needed = selectors.tier_required(application.model)
    now = timezone.now()
    tiers = [tier_of_user(application.applicant, now)]
    if application.organization is not None:
        tiers.append(tier_of_organization(application.organization, now))
    if min(tiers) >= needed:
        return ""
    address = absolute(reverse("review_detail", args=[application.public_id]))
    return (
        f"Approved, and of no use yet: the releases of {application.model} ask for vetting at "
        f"tier {needed}, which this API cannot record. {address}"
    )
