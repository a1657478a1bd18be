"""Who reviews, confirms and leads the reviews of applications."""

from collections.abc import Container, Mapping, Sequence
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.selectors import live_memberships
from licensing.application_form import Answers
from licensing.deadlines import FORMER_MEMBER
from licensing.models import (
    Application,
    ApplicationState,
)
from licensing.permissions.applications import WITH_APPLICATION, get_application_or_404
from licensing.selectors import (
    beside,
    reviews,
)
from releases.choices import Right
from releases.models import Model
from releases.permissions import (
    Person,
    has_right,
    models_with_right,
    rights_of,
    rights_on,
    users_with_right,
)


def reviewed_models(user: Person) -> QuerySet[Model]:
    """Return the models whose applications the person may review."""
    return models_with_right(user, Right.REVIEW_APPLICATION)


def led_models(user: Person) -> QuerySet[Model]:
    """Return the models whose reviews the person leads."""
    return models_with_right(user, Right.LEAD_REVIEW)


def can_lead(user: Person, model: Model) -> bool:
    """Tell whether the person assigns reviewers and says how applications are reviewed."""
    return isinstance(user, User) and has_right(user, Right.LEAD_REVIEW, model)


def can_manage_canned_texts(user: Person) -> bool:
    """Tell whether the person leads the reviews of some model."""
    return led_models(user).exists()


def can_review(user: Person, application: Application) -> bool:
    """Tell whether the person may act on the application as its reviewer."""
    return (
        isinstance(user, User)
        and has_right(user, Right.REVIEW_APPLICATION, application.model)
        and not review_conflict(user, application)
    )


def review_conflict(user: User, application: Application, answers: Answers | None = None) -> str:
    """Return why this person must not review this application, or an empty string."""
    given = None if answers is None else {application.pk: answers}
    return review_conflicts(user, [application], given).get(application.pk, "")


def review_conflicts(
    user: User,
    applications: Sequence[Application],
    answers: Mapping[int, Answers] | None = None,
) -> dict[int, str]:
    """Return of the applications on a page those that this person must not review, and why.

    Their own, their organisation's (also one that they left within a year), a colleague's, and
    those that name them as a user, a referee or the signing official. `answers` are those of all
    of them by their ids, where they are at hand.
    """
    since = timezone.now() - FORMER_MEMBER
    applicants = {application.applicant_id for application in applications}
    of_applicants = live_memberships().filter(
        user__in=applicants, organization=OuterRef("organization")
    )
    memberships = (
        Membership.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=since), user=user)
        .annotate(applicants=ArraySubquery(of_applicants.values("user")))
        .values_list("organization", "applicants")
    )
    own: set[int] = set()
    colleagues: set[int] = set()
    for organization, people in memberships:
        own.add(organization)
        colleagues.update(people or ())
    if answers is None:
        named = reviews.addresses_named(applications)
    else:
        named = {number: reviews.addresses_in(each) for number, each in answers.items()}
    address = user.email.lower()
    found = {}
    for each in applications:
        if each.applicant_id == user.pk:
            found[each.pk] = _("This is your own application. Somebody else must review it.")
        elif each.applicant_id in colleagues or each.organization_id in own:
            found[each.pk] = _(
                "This application is from your own organisation, or one that you left within a "
                "year. Somebody else must review it."
            )
        elif address in named.get(each.pk, ()):
            found[each.pk] = _("This application names you. Somebody else must review it.")
    return found


def why_no_reviewer(
    user: User,
    application: Application,
    rights: Container[str] | None = None,
    answers: Answers | None = None,
) -> str:
    """Return why the person cannot have this application in review, or an empty string.

    `rights` are those on its model, and `answers` are its own, where they are at hand.
    """
    if rights is None:
        rights = rights_of(user, application.model)
    if Right.REVIEW_APPLICATION not in rights:
        return _("You have no right to review applications for this model.")
    conflict = review_conflict(user, application, answers)
    if conflict:
        return conflict
    if user.pk in reviews.deciders_before(application):
        return _("You decided on this application before; an appeal goes to somebody else.")
    return ""


def possible_reviewers(application: Application) -> list[User]:
    """Return who may have this application in review."""
    everyone = users_with_right(Right.REVIEW_APPLICATION, application.model)
    deciders = reviews.deciders_before(application)
    return [
        user
        for user in everyone
        if user.pk not in deciders and not review_conflict(user, application)
    ]


def possible_seconds(application: Application) -> list[User]:
    """Return who may confirm what the reviewer of this application proposed."""
    return [user for user in possible_reviewers(application) if user.pk != application.reviewer_id]


def reviewed_application(user: Person, public_id: UUID) -> Application | None:
    """Return an application that was once submitted, for a model that the person reviews."""
    return _reviewed(user, public_id).first()


def _reviewed(user: Person, public_id: UUID) -> QuerySet[Application]:
    return (
        Application.objects.select_related(*WITH_APPLICATION)
        .filter(public_id=public_id, model__in=reviewed_models(user), submitted_at__isnull=False)
        .exclude(state=ApplicationState.DRAFT)
    )


def get_whole_review_or_404(user: User, public_id: UUID) -> tuple[Application, set[str]]:
    """Return an application that the person reviews, and their rights on its model.

    With it is read what `beside.kept_with` tells.
    """
    rows = _reviewed(user, public_id).annotate(**beside.kept_told())
    found = rows.annotate(rights=rights_on(user, "model")).first()
    if found is None:
        raise Http404
    return found, set(found.rights or ())


def get_review_or_404(user: Person, public_id: UUID) -> Application:
    """Return the same, or answer that there is none."""
    application = reviewed_application(user, public_id)
    if application is None:
        raise Http404
    return application


def get_sent_or_404(user: User, public_id: UUID) -> tuple[Application, bool]:
    """Return an application for its applicant or a reviewer, and whether it is for the latter."""
    own = Application.objects.filter(public_id=public_id, applicant=user.pk).exists()
    get = get_application_or_404 if own else get_review_or_404
    return get(user, public_id), not own
