"""What applicants may see and change of their own."""

from uuid import UUID

from django.http import Http404

from accounts.models import Organization, User
from accounts.selectors import live_memberships
from licensing.models import (
    Application,
    Attachment,
    ReferenceRequest,
)
from releases.choices import Right
from releases.permissions import (
    Person,
    has_right,
)

WITH_APPLICATION = (
    *("model", "organization", "applicant", "reviewer", "referral", "questionnaire"),
    *("amends", "amends__model", "amends__organization", "amends__person"),
    *("appeal__declined_by", "appeal__decided_by"),
)


def get_application_or_404(user: Person, public_id: UUID) -> Application:
    """Return one of the person's own applications."""
    application = (
        Application.objects.select_related(*WITH_APPLICATION)
        .filter(public_id=public_id, applicant=user.pk)
        .first()
    )
    if application is None:
        raise Http404
    return application


def get_attachment_or_404(user: Person, public_id: UUID) -> Attachment:
    """Return a file for its applicant, and once it was sent for the reviewers of the model."""
    found = (
        Attachment.objects.select_related("application__model", "application__applicant")
        .filter(public_id=public_id)
        .first()
    )
    if found is None or not isinstance(user, User) or not user.is_active:
        raise Http404
    reviews = has_right(user, Right.REVIEW_APPLICATION, found.application.model)
    if found.application.applicant_id == user.pk or (reviews and found.submissions.exists()):
        return found
    raise Http404


def get_reference_or_404(user: User, public_id: UUID) -> ReferenceRequest:
    """Return a request of one of the person's own applications that was not replaced."""
    request = (
        ReferenceRequest.objects.select_related("application__applicant", "application__model")
        .filter(public_id=public_id, application__applicant=user, replaced_at__isnull=True)
        .first()
    )
    if request is None:
        raise Http404
    return request


def organization_of_or_404(user: Person, organization_id: str) -> Organization:
    """Return an organisation of the person's own by its id as text."""
    if not isinstance(user, User) or not organization_id.isascii() or not organization_id.isdigit():
        raise Http404
    membership = (
        live_memberships()
        .select_related("organization")
        .filter(user=user, organization=int(organization_id[:18]))
        .first()
    )
    if membership is None:
        raise Http404
    return membership.organization
