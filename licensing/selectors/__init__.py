"""Reading applications and grants."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization, User
from accounts.selectors import live_memberships
from audit import personal
from licensing import own_questions
from licensing.facts import NAMED_ACCESS_MODES, NEEDS_PLACE, SERVES, VerdictAction
from licensing.models import (
    LIVE_GRANT_STATES,
    OPEN_APPLICATION_STATES,
    Application,
    Grant,
    GrantUser,
    Mode,
    Questionnaire,
    Submission,
)
from licensing.questions import PERSONAL_KEYS
from licensing.summary import Granted
from releases.models import Hold, Model, Release, Stage


def person_name(user: User | None) -> str:
    """Return the name that pages show, also of someone who was erased."""
    if user is None:
        return ""
    return _("an erased person") if user.erased_at else str(user)


def holder_name(grant: Grant) -> str:
    """Return who holds the grant, also when the person was erased."""
    return grant.organization.name if grant.organization else person_name(grant.person)


def mode_names(grant: Grant) -> str:
    """Return the modes of a grant in words."""
    labels = dict(Mode.choices)
    return ", ".join(str(labels[mode]) for mode in grant.modes)


# Releases, as licensing looks at them


def outward_releases(model: Model) -> list[Release]:
    """Return the model's sealed releases beyond the internal stage, newest first."""
    return list(
        Release.objects.filter(model=model, state="sealed")
        .exclude(stage__access_mode="none")
        .select_related("stage", "model")
        .order_by("-pk")
    )


def modes_served(stage: Stage) -> list[str]:
    """Return the grant modes that a stage gives something for."""
    by_mode = {Mode.API: VerdictAction.USE_API, Mode.WEIGHTS: VerdictAction.DOWNLOAD}
    return [mode.value for mode, action in by_mode.items() if stage.access_mode in SERVES[action]]


def mode_with_cohort(stage: Stage) -> str | None:
    """Return the grant mode for which the stage names its people, if it does."""
    if stage.access_mode == NEEDS_PLACE[VerdictAction.USE_API]:
        return Mode.API.value
    if stage.access_mode == NEEDS_PLACE[VerdictAction.DOWNLOAD]:
        return Mode.WEIGHTS.value
    return None


def takes_applications(model: Model) -> bool:
    """Tell whether the model has a release at a stage whose people are chosen by review."""
    return Release.objects.filter(
        model=model, state="sealed", stage__access_mode__in=NAMED_ACCESS_MODES
    ).exists()


def tier_required(model: Model) -> int:
    """Return the highest tier that a stage asks for at which a release of the model stands."""
    stages = Release.objects.filter(model=model, state="sealed").exclude(stage__access_mode="none")
    return stages.aggregate(highest=Max("stage__required_tier"))["highest"] or 0


def held_releases(model: Model) -> set[int]:
    """Return the ids of the model's releases on which a hold of any kind is in force."""
    holds = Hold.objects.filter(model=model).exclude(state=Hold.State.LIFTED)
    releases = list(holds.values_list("release", flat=True))
    if any(release is None for release in releases):
        return set(Release.objects.filter(model=model).values_list("pk", flat=True))
    return set(releases)


# Applications


def applications_of(user: User) -> QuerySet[Application]:
    """Return a person's own applications, newest first."""
    return (
        Application.objects.filter(applicant=user)
        .select_related("model", "organization", "applicant", "reviewer")
        .order_by("-pk")
    )


def answers_of(record: Application | Submission) -> dict[str, Any]:
    """Return all answers, the personal ones opened; they read "(erased)" once the key is gone."""
    application = record.application if isinstance(record, Submission) else record
    answers = dict(record.answers)
    if record.sealed_answers is None:
        return answers
    opened = personal.unseal(application.applicant.pseudonym, record.sealed_answers)
    return answers | opened_answers(opened, record.questionnaire)


def opened_answers(text: str, version: Questionnaire | None) -> dict[str, Any]:
    """Read sealed answers that were opened; all that may be there, where the key is gone."""
    if text != personal.ERASED:
        return json.loads(text)
    own = own_questions.parse(version.content).questions if version else ()
    return dict.fromkeys([*PERSONAL_KEYS, *(each.key for each in own)], personal.ERASED)


def answers_of_many(applications: Iterable[Application]) -> dict[int, dict[str, Any]]:
    """Return all answers of each application, in one query; the applicants must be at hand."""
    sealed = [(each, each.sealed_answers) for each in applications]
    sent = [(each, token) for each, token in sealed if token is not None]
    texts = personal.unseal_many((each.applicant.pseudonym, token) for each, token in sent)
    pairs = zip(sent, texts, strict=True)
    return {
        each.pk: each.answers | opened_answers(text, each.questionnaire)
        for (each, _token), text in pairs
    }


def answers_submitted(application: Application) -> list[dict[str, Any]]:
    """Return the answers as they were sent last, and those sent before, if they were."""
    return list(answers_by_number(application).values())


def answers_by_number(application: Application) -> dict[int, dict[str, Any]]:
    """Return the answers of the last two submissions by their numbers, the newest first."""
    submissions = list(application.submissions.select_related("questionnaire")[:2])
    pseudonym = application.applicant.pseudonym
    texts = personal.unseal_many((pseudonym, each.sealed_answers) for each in submissions)
    return {
        each.number: each.answers | opened_answers(text, each.questionnaire)
        for each, text in zip(submissions, texts, strict=True)
    }


def earlier_decisions(application: Application) -> list[Application]:
    """Return what was decided before on the same person or organisation, newest first."""
    same = Q(applicant=application.applicant_id)
    if application.organization_id is not None:
        same |= Q(organization=application.organization_id)
    return list(
        Application.objects.filter(same, state__in=["approved", "declined", "withdrawn"])
        .exclude(pk=application.pk)
        .select_related("model", "applicant", "organization")
        .order_by("-decided_at")[:20]
    )


def nameable_users(application: Application) -> list[User]:
    """Return those who may be named on a grant from this application.

    The applicant, and whoever of the end users they listed belongs to their organisation.
    """
    if application.organization_id is None:
        return [application.applicant]
    if application.amends is not None:
        return _still_named(application, application.amends)
    wanted = answers_of(application).get("end_users") or []
    listed = {address.lower() for address in wanted if isinstance(address, str)}
    members = live_memberships().filter(
        organization=application.organization_id, user__is_active=True
    )
    users = [member.user for member in members.select_related("user")]
    applicant = application.applicant_id
    return [user for user in users if user.pk == applicant or user.email.lower() in listed]


def _still_named(application: Application, grant: Grant) -> list[User]:
    """Return whom the grant to be changed names, and the applicant, who still belong to it."""
    members = live_memberships().filter(
        organization=application.organization_id, user__is_active=True
    )
    belong = {member.user for member in members.select_related("user")}
    people = {*named_users(grant), application.applicant}
    return sorted(people & belong, key=lambda user: user.pk)


def granted(grant: Grant) -> Granted:
    """Return what a summary of the grant is made of."""
    return Granted(str(grant.model), tuple(grant.modes), grant.scope, grant.ends_at, grant.volume)


def open_applications(user: User, model: Model) -> QuerySet[Application]:
    """Return the person's applications for a model that are not decided."""
    return Application.objects.filter(
        applicant=user, model=model, state__in=OPEN_APPLICATION_STATES
    )


# Grants


def grants_of(user: User) -> QuerySet[Grant]:
    """Return the grants that the person holds, is named on or keeps, newest first."""
    named = GrantUser.objects.filter(user=user, ended_at__isnull=True).values("grant")
    keeps = live_memberships().filter(user=user, role__in=KEEPER_ROLES).values("organization")
    return (
        Grant.objects.filter(Q(pk__in=named) | Q(person=user) | Q(organization__in=keeps))
        .select_related("model", "organization", "person")
        .order_by("-pk")
    )


KEEPER_ROLES = (Membership.Role.OWNER, Membership.Role.CUSTODIAN)


def grants_of_model(model: Model) -> QuerySet[Grant]:
    """Return the grants on a model, newest first."""
    return (
        Grant.objects.filter(model=model)
        .select_related("model", "organization", "person")
        .order_by("-pk")
    )


def live_grant(
    model: Model, organization: Organization | None, person: User | None
) -> Grant | None:
    """Return the holder's grant that has not ended."""
    return Grant.objects.filter(
        model=model, organization=organization, person=person, state__in=LIVE_GRANT_STATES
    ).first()


def amended_ended(application: Application) -> bool | None:
    """Tell whether the grant that an application would change has ended; None where it has none."""
    if application.amends_id is None:
        return None
    live = Grant.objects.filter(pk=application.amends_id, state__in=LIVE_GRANT_STATES)
    return not live.exists()


def grant_before(application: Application) -> Grant | None:
    """Return the newest grant on the model, ended or not, of whom an application is for."""
    organization = application.organization
    held = Grant.objects.filter(
        model=application.model,
        organization=organization,
        person=None if organization else application.applicant,
    )
    return held.order_by("-pk").first()


def grants_of_holder(grant_id: int) -> QuerySet[Grant]:
    """Return a grant and every other one, ended or not, of the same holder on the same model."""
    this = Grant.objects.filter(pk=grant_id)
    same_holder = Q(person__in=this.values("person")) | Q(
        organization__in=this.values("organization")
    )
    return Grant.objects.filter(same_holder, model__in=this.values("model"))


def former_grants(
    actor: User, model: Model, organization: Organization | None, person: User | None
) -> list[Grant]:
    """Return the holder's newest grant on a model, then of each other holder the actor's newest.

    The actor's are those that they are named on.
    """
    named = GrantUser.objects.filter(user=actor, ended_at__isnull=True).values("grant")
    holds = Q(organization=organization, person=person)
    found: dict[tuple[int | None, int | None], Grant] = {}
    for grant in Grant.objects.filter(holds | Q(pk__in=named), model=model).order_by("-pk"):
        found.setdefault((grant.organization_id, grant.person_id), grant)
    own = (organization.pk if organization else None, person.pk if person else None)
    return sorted(found.values(), key=lambda grant: (grant.organization_id, grant.person_id) != own)


def named_users(grant: Grant) -> list[User]:
    """Return the people who may use a grant."""
    rows = grant.named_users.filter(ended_at__isnull=True).select_related("user").order_by("pk")
    return [row.user for row in rows]


def expired_grants(now: datetime) -> QuerySet[Grant]:
    """Return live grants whose end date has passed."""
    return Grant.objects.filter(state__in=LIVE_GRANT_STATES, ends_at__lte=now).order_by("ends_at")


def keepers_of(grant: Grant) -> list[User]:
    """Return the owners and custodians who keep the list of an organisation's grant."""
    keepers = live_memberships().filter(
        organization=grant.organization_id, role__in=KEEPER_ROLES, user__is_active=True
    )
    return [membership.user for membership in keepers.select_related("user")[:50]]


def lost_places() -> QuerySet[GrantUser]:
    """Return the named users of live grants who belong no more to the holder."""
    belongs = live_memberships().filter(
        user=OuterRef("user"), organization=OuterRef("grant__organization")
    )
    return GrantUser.objects.filter(
        ~Exists(belongs),
        ended_at__isnull=True,
        grant__organization__isnull=False,
        grant__state__in=LIVE_GRANT_STATES,
    ).order_by("pk")


def models_applied_for(user: User | None, organization: Organization | None) -> QuerySet[Model]:
    """Return the models for which a person, or an organisation, ever sent an application."""
    holder = Q(applications__organization=organization)
    if user is not None:
        holder = Q(applications__applicant=user)
    return Model.objects.filter(holder, applications__submitted_at__isnull=False).distinct()
