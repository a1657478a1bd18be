"""Who may do what with terms, applications and grants."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Clearance, Membership, Organization, ScreeningHit, User
from accounts.permissions import is_owner
from accounts.selectors import live_memberships, membership_of
from boards.models import Seat, SeatRole
from licensing.application_form import Answers
from licensing.deadlines import FORMER_MEMBER
from licensing.models import (
    Acceptance,
    Application,
    ApplicationState,
    Attachment,
    Ban,
    Capacity,
    Grant,
    ReferenceRequest,
    Renewal,
    Suspension,
    SuspensionRequest,
    TermsDraft,
)
from licensing.selectors import (
    KEEPER_ROLES,
    agreements,
    bans,
    beside,
    named_users,
    reviews,
    suspensions,
)
from licensing.selectors.screening import hits_concerning, requests_open
from releases.choices import Right
from releases.models import Model
from releases.permissions import (
    has_right,
    models_with_right,
    rights_of,
    rights_on,
    users_with_right,
)
from releases.selectors import model_by_name

Person = User | AnonymousUser
GOVERNING = {Right.REVIEW_APPLICATION.value, Right.PLACE_HOLD.value}


def reviewed_models(user: Person) -> QuerySet[Model]:
    """Return the models whose applications the person may review."""
    return models_with_right(user, Right.REVIEW_APPLICATION)


def review_conflict(user: User, application: Application, answers: Answers | None = None) -> str:
    """Return why this person must not review this application, or an empty string."""
    given = None if answers is None else {application.pk: answers}
    return review_conflicts(user, [application], given).get(application.pk, "")


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


def can_lead(user: Person, model: Model) -> bool:
    """Tell whether the person assigns reviewers and says how applications are reviewed."""
    return isinstance(user, User) and has_right(user, Right.LEAD_REVIEW, model)


def led_models(user: Person) -> QuerySet[Model]:
    """Return the models whose reviews the person leads."""
    return models_with_right(user, Right.LEAD_REVIEW)


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


def can_govern_grants(user: Person, model: Model) -> bool:
    """Tell whether the person may suspend and revoke grants on the model."""
    return bool(rights_of(user, model) & GOVERNING)


def can_compose(user: Person, model: Model) -> bool:
    """Tell whether the person may compose the questions that the model asks applicants."""
    return isinstance(user, User) and has_right(user, Right.MANAGE_RELEASE, model)


def get_composed_model_or_404(user: Person, namespace: str, name: str) -> Model:
    """Return a model whose questions the person may compose."""
    model = model_by_name(namespace, name)
    if model is None or not can_compose(user, model):
        raise Http404
    return model


def has_stake(user: User, grant: Grant) -> bool:
    """Tell whether the grant is the person's own, or their organisation's."""
    if grant.person_id == user.pk or user in named_users(grant):
        return True
    return grant.organization is not None and membership_of(user, grant.organization) is not None


def can_lift(user: Person, grant: Grant) -> bool:
    """Tell whether the person may lift the suspension: authorised, and not who placed it."""
    return (
        isinstance(user, User)
        and can_govern_grants(user, grant.model)
        and grant.suspended_by_id != user.pk
        and not has_stake(user, grant)
    )


def can_keep(user: Person, grant: Grant) -> bool:
    """Tell whether the person may name users on the grant and give it up.

    The holder, or the owner or custodian of the organisation that holds it.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    if grant.organization_id is None:
        return grant.person_id == user.pk
    return (
        live_memberships()
        .filter(user=user, organization=grant.organization_id, role__in=KEEPER_ROLES)
        .exists()
    )


@dataclass(frozen=True)
class Standing:
    """What a person is to a grant. `named` are those who may use it."""

    named: list[User]
    uses: bool
    keeps: bool
    governs: bool
    holds: bool

    @property
    def sees(self) -> bool:
        """Whether the person may know of the grant."""
        return self.uses or self.keeps or self.governs or self.holds


def standing_on(user: Person, grant: Grant) -> Standing:
    """Return what the person is to the grant."""
    if not isinstance(user, User) or not user.is_active:
        return Standing([], uses=False, keeps=False, governs=False, holds=False)
    named = named_users(grant)
    return Standing(
        named,
        uses=any(each.pk == user.pk for each in named),
        keeps=can_keep(user, grant),
        governs=can_govern_grants(user, grant.model),
        holds=grant.person_id == user.pk,
    )


def can_publish_terms(user: Person) -> bool:
    """Tell whether the person holds a legal seat on a board of this portal."""
    return (
        isinstance(user, User)
        and user.is_active
        and Seat.objects.held_by(user).filter(role=SeatRole.LEGAL).exists()
    )


def get_acceptance_or_404(user: Person, public_id: UUID) -> Acceptance:
    """Return an acceptance of the person's own, or one that binds an organisation they sign for."""
    acceptance = agreements.acceptance_by_public_id(public_id)
    if acceptance is None or not isinstance(user, User) or not user.is_active:
        raise Http404
    if acceptance.user_id != user.pk and not (
        acceptance.capacity == Capacity.SIGNATORY
        and acceptance.organization is not None
        and agreements.may_sign(user, acceptance.organization)
    ):
        raise Http404
    return acceptance


def get_draft_or_404(user: Person, draft_id: int) -> TermsDraft:
    """Return a draft that is worked on, for the holder of a legal seat."""
    if not can_publish_terms(user) or draft_id > 2**31:
        raise Http404
    draft = agreements.open_drafts().filter(pk=draft_id).first()
    if draft is None:
        raise Http404
    return draft


def banning_models(user: Person) -> QuerySet[Model]:
    """Return the models in whose name the person may place a ban: any whose brake they hold."""
    return models_with_right(user, Right.PLACE_HOLD)


def can_see_bans(user: Person) -> bool:
    """Tell whether the person may know of every ban: who may place one, and every seat."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return banning_models(user).exists() or Seat.objects.held_by(user).exists()


def why_no_lift(user: User, ban: Ban) -> str:
    """Return why a person may not ask the board to lift a ban, or an empty string.

    Whoever may place holds or manage releases on a model of the board proposes it, or a seat of
    it, who then has no vote. Nobody does in their own cause.
    """
    if ban.lifted_at is not None:
        return _("The ban is lifted already.")
    if not user.is_active:
        return _("Your account is closed.")
    if bans.is_concerned(user, ban):
        return _("The ban keeps you out yourself; somebody else must propose to lift it.")
    if not can_ask_board(user, ban.board_id):
        return _(
            "Lifting a ban is proposed by a seat of its board, or by whoever may place holds or "
            "manage releases on a model of that board."
        )
    return ""


def can_ask_board(user: User, board_id: int) -> bool:
    """Tell whether the person may put the end of something, or a looser table, before a board."""
    rights = (Right.PLACE_HOLD, Right.MANAGE_RELEASE)
    return (
        any(models_with_right(user, right).filter(board=board_id).exists() for right in rights)
        or Seat.objects.held_by(user).filter(board=board_id).exists()
    )


def governed_models(user: Person) -> QuerySet[Model]:
    """Return the models whose grants the person may know of and act on."""
    reviewed = models_with_right(user, Right.REVIEW_APPLICATION)
    return reviewed | models_with_right(user, Right.PLACE_HOLD)


def why_not_left_out(user: User, suspension: Suspension, grant: Grant) -> str:
    """Return why a person may not let one grant out of a suspension, or an empty string.

    It takes another authorised person than the one who placed it, and nobody for themselves.
    """
    if suspension.lifted_at is not None:
        return _("The suspension is lifted already.")
    if not can_govern_grants(user, grant.model):
        return _("You have no right to govern the grants of this model.")
    if suspension.placed_by_id == user.pk:
        return _("You suspended this selection; another authorised person must let a grant out.")
    if has_stake(user, grant):
        return _("This grant is your own organisation's; somebody else must let it out.")
    return ""


def why_no_lift_of_selection(user: User, suspension: Suspension) -> str:
    """Return why a person may not ask the board to lift a suspension, or an empty string."""
    if suspension.lifted_at is not None:
        return _("The suspension is lifted already.")
    if not user.is_active:
        return _("Your account is closed.")
    if suspensions.with_stake(suspensions.affected(suspension), user).exists():
        return _("It stops a grant of your own; somebody else must propose to lift it.")
    if not can_ask_board(user, suspension.board_id):
        return _(
            "Lifting a suspension of several grants is proposed by a seat of its board, or by "
            "whoever may place holds or manage releases on a model of that board."
        )
    return ""


def get_suspension_or_404(user: Person, public_id: UUID) -> Suspension:
    """Return a suspension of a selection, for those who may know of every ban."""
    found = suspensions.by_public_id(public_id)
    if found is None or not can_see_bans(user):
        raise Http404
    return found


@dataclass(frozen=True)
class BanView:
    """A ban with what the person who looks is to it."""

    ban: Ban
    concerned: bool
    staff: bool


def get_ban_or_404(user: Person, public_id: UUID) -> BanView:
    """Return a ban, for those whom it keeps out and for those who may know of every ban."""
    ban = bans.ban_by_public_id(public_id)
    if ban is None or not isinstance(user, User) or not user.is_active:
        raise Http404
    seen = BanView(ban, bans.is_concerned(user, ban), can_see_bans(user))
    if not seen.concerned and not seen.staff:
        raise Http404
    return seen


_WITH_APPLICATION = (
    *("model", "organization", "applicant", "reviewer", "referral", "questionnaire"),
    *("amends", "amends__model", "amends__organization", "amends__person"),
    *("appeal__declined_by", "appeal__decided_by"),
)


def get_application_or_404(user: Person, public_id: UUID) -> Application:
    """Return one of the person's own applications."""
    application = (
        Application.objects.select_related(*_WITH_APPLICATION)
        .filter(public_id=public_id, applicant=user.pk)
        .first()
    )
    if application is None:
        raise Http404
    return application


def get_sent_or_404(user: User, public_id: UUID) -> tuple[Application, bool]:
    """Return an application for its applicant or a reviewer, and whether it is for the latter."""
    own = Application.objects.filter(public_id=public_id, applicant=user.pk).exists()
    get = get_application_or_404 if own else get_review_or_404
    return get(user, public_id), not own


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


def reviewed_application(user: Person, public_id: UUID) -> Application | None:
    """Return an application that was once submitted, for a model that the person reviews."""
    return _reviewed(user, public_id).first()


def _reviewed(user: Person, public_id: UUID) -> QuerySet[Application]:
    return (
        Application.objects.select_related(*_WITH_APPLICATION)
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


def get_grant_or_404(user: Person, public_id: UUID) -> tuple[Grant, Standing]:
    """Return a grant that the person may know of, and what they are to it."""
    grant = (
        Grant.objects.select_related(
            "model", "organization", "person", "application", "suspended_by"
        )
        .filter(public_id=public_id)
        .first()
    )
    if grant is None:
        raise Http404
    standing = standing_on(user, grant)
    if not standing.sees:
        raise Http404
    return grant, standing


def explained_person(user: User, standing: Standing, wanted: str) -> User | None:
    """Return about whom a grant is explained: oneself, or for staff somebody named on it."""
    if not wanted:
        return user if standing.uses or not standing.governs else next(iter(standing.named), None)
    found = next((each for each in standing.named if str(each.pseudonym) == wanted), None)
    if found is None or not (standing.governs or found == user):
        raise Http404
    return found


def get_kept_grant_or_404(user: Person, public_id: UUID) -> Grant:
    """Return a grant that the person may name users on and give up."""
    grant, standing = get_grant_or_404(user, public_id)
    if not standing.keeps:
        raise Http404
    return grant


def get_governed_grant_or_404(user: Person, public_id: UUID) -> Grant:
    """Return a grant that the person may suspend or revoke."""
    grant, standing = get_grant_or_404(user, public_id)
    if not standing.governs:
        raise Http404
    return grant


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


def get_renewable_or_404(user: User, clearance_id: int) -> Clearance:
    """Return a clearance of the person's own, or of an organisation that they own."""
    clearance = (
        Clearance.objects.select_related("user", "organization", "affiliation")
        .filter(pk=clearance_id)
        .first()
    )
    if clearance is None:
        raise Http404
    if clearance.user_id is not None and clearance.user_id == user.pk:
        return clearance
    if clearance.organization is None or not is_owner(user, clearance.organization):
        raise Http404
    return clearance


def get_renewal_or_404(user: User, public_id: UUID) -> Renewal:
    """Return a renewal, for reviewers of any model and for whoever asked for it."""
    renewal = (
        Renewal.objects.select_related(
            "clearance__user",
            "clearance__organization",
            "clearance__affiliation",
            "asked_by",
            "first_reviewer",
        )
        .filter(public_id=public_id)
        .first()
    )
    if renewal is None:
        raise Http404
    if renewal.asked_by_id != user.pk and not reviewed_models(user).exists():
        raise Http404
    return renewal


def visible_hits(user: Person) -> QuerySet[ScreeningHit]:
    """Return what screening found that the person may know of and decide."""
    if not isinstance(user, User) or not user.is_active:
        return ScreeningHit.objects.none()
    return hits_concerning(user, reviewed_models(user), banning_models(user))


def can_see_screening(user: Person) -> bool:
    """Tell whether the person reviews for some model, or may place holds on one."""
    return reviewed_models(user).exists() or banning_models(user).exists()


def can_decide_hit(user: Person, hit: ScreeningHit) -> bool:
    """Tell whether the person may decide on a hit: whoever may know of it."""
    return visible_hits(user).filter(pk=hit.pk).exists()


def get_hit_or_404(user: Person, public_id: UUID) -> ScreeningHit:
    """Return a hit that the person may know of."""
    hit = visible_hits(user).filter(public_id=public_id).first()
    if hit is None:
        raise Http404
    return hit


def leads_to_ask(grant: Grant, hit: ScreeningHit) -> list[User]:
    """Return who may suspend the grant and may know of the hit."""
    return [
        lead
        for lead in users_with_right(Right.PLACE_HOLD, grant.model)
        if can_decide_hit(lead, hit)
    ]


def models_of(user: User) -> QuerySet[Model]:
    """Return the models that the person reviews for or may place holds on."""
    return Model.objects.filter(
        pk__in=reviewed_models(user).values("pk").union(banning_models(user).values("pk"))
    )


def asked_of(user: User, braked: Iterable[int]) -> list[SuspensionRequest]:
    """Return what the person is asked to suspend on these models, but for their own."""
    return list(requests_open(braked).filter(hit__in=visible_hits(user).values("pk"))[:50])
