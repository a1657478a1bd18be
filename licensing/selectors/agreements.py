"""Reading agreements: which version is in force, and which acceptances and signatures count."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Expression, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Membership, Organization, User
from accounts.selectors import live_memberships
from common.prepared import Parameter, Prepared
from licensing import versions as rules
from licensing.models import (
    Acceptance,
    Capacity,
    Grant,
    GrantUser,
    Receipt,
    Terms,
    TermsDraft,
    TermsVersion,
)
from licensing.selectors import mode_with_cohort, outward_releases
from licensing.selectors.suspensions import IsElement
from releases.models import Model, Release, Stage

# Who may sign for an organisation; an owner who has the authority, as they then state.
SIGNING_ROLES = (Membership.Role.SIGNING_OFFICIAL, Membership.Role.OWNER)
INDIVIDUAL = (Capacity.SELF, Capacity.ORGANIZATION)


def standing_versions(now: datetime | Expression | None = None) -> QuerySet[TermsVersion]:
    """Return the versions whose time has come and that were not withdrawn."""
    return TermsVersion.objects.filter(
        in_force_at__lte=now or timezone.now(), withdrawn_at__isnull=True
    )


def all_terms(now: datetime) -> QuerySet[Terms]:
    """Return every agreement with the number and time of the version in force."""
    newest = standing_versions(now).filter(terms=OuterRef("pk")).order_by("-number")
    return Terms.objects.annotate(
        number=Subquery(newest.values("number")[:1]),
        in_force_at=Subquery(newest.values("in_force_at")[:1]),
    )


def terms_behind(now: datetime) -> list[Terms]:
    """Return the agreements of which another version came into force by its date."""
    newest = standing_versions(now).filter(terms=OuterRef("pk")).order_by("-number")
    return list(
        Terms.objects.annotate(newest=Subquery(newest.values("number")[:1]))
        .filter(newest__isnull=False)
        .exclude(newest=F("told_number"))
        .order_by("pk")
    )


def versions_in_force(slugs: Iterable[str], now: datetime | None = None) -> dict[str, TermsVersion]:
    """Return the version in force of each agreement; slugs without one are left out."""
    versions = (
        standing_versions(now)
        .filter(terms__slug__in=list(slugs), terms__retired_at__isnull=True)
        .select_related("terms")
        .order_by("terms_id", "-number")
        .distinct("terms_id")
    )
    return {version.terms.slug: version for version in versions}


def version_in_force(terms: Terms, now: datetime | None = None) -> TermsVersion | None:
    """Return the version of an agreement that is in force."""
    return standing_versions(now).filter(terms=terms).order_by("-number").first()


def version_of_slug(slug: str) -> TermsVersion | None:
    """Return the version in force of the agreement with this short name."""
    return versions_in_force([slug]).get(slug)


def scheduled_version(terms: Terms, now: datetime) -> TermsVersion | None:
    """Return the version that comes into force later, if there is one."""
    return terms.versions.filter(in_force_at__gt=now, withdrawn_at__isnull=True).first()


def open_draft(slug: str) -> TermsDraft | None:
    """Return the draft that is worked on."""
    return TermsDraft.objects.filter(slug=slug, ended_at__isnull=True).first()


def open_drafts() -> QuerySet[TermsDraft]:
    """Return every draft that is worked on, the one saved last first."""
    return TermsDraft.objects.filter(ended_at__isnull=True).select_related("written_by")


def acceptance_of(
    user: User,
    version: TermsVersion,
    organization: Organization | None,
    *,
    official: bool = False,
) -> Acceptance | None:
    """Return the person's acceptance of a version for this holder, or their signature for it."""
    return Acceptance.objects.filter(
        user=user,
        version=version,
        organization=organization,
        capacity__in=[Capacity.SIGNATORY] if official else INDIVIDUAL,
    ).first()


def former_acceptance(
    user: User,
    version: TermsVersion,
    organization: Organization | None,
    *,
    official: bool = False,
) -> Acceptance | None:
    """Return what the person, or the organisation, accepted last before a version."""
    found = Acceptance.objects.filter(
        version__terms=version.terms_id, version__number__lt=version.number
    )
    if official:
        found = found.filter(organization=organization, capacity=Capacity.SIGNATORY)
    else:
        found = found.filter(user=user, organization=organization, capacity__in=INDIVIDUAL)
    return found.select_related("version").order_by("-version__number", "-pk").first()


def counts_until(accepted: TermsVersion, now: datetime) -> datetime | None:
    """Return until when the acceptance of a version counts, or counted; None for good."""
    versions = standing_versions(now).filter(terms=accepted.terms_id).defer("text", "html")
    return rules.renew_by([version.fact for version in versions], accepted.number, now)


def signature_of(organization: Organization, version: TermsVersion) -> Acceptance | None:
    """Return somebody's signature of a version for the organisation."""
    return Acceptance.objects.filter(
        organization=organization, version=version, capacity=Capacity.SIGNATORY
    ).first()


def may_sign(user: User, organization: Organization) -> bool:
    """Tell whether the person may sign for the organisation."""
    return (
        live_memberships()
        .filter(user=user, organization=organization, role__in=SIGNING_ROLES)
        .exists()
    )


def counting_versions(slugs: Iterable[str], now: datetime) -> dict[str, list[TermsVersion]]:
    """Return, of each agreement in force, the versions whose acceptance counts now."""
    found: dict[str, list[TermsVersion]] = {}
    for version in _STANDING.fetch(slugs=list(slugs), now=now):
        found.setdefault(version.terms.slug, []).append(version)
    return {slug: _counting(each, now) for slug, each in found.items()}


def _standing() -> QuerySet[TermsVersion]:
    named = IsElement(F("terms__slug"), Parameter("slugs", "text[]"))
    versions = standing_versions(Parameter("now", "timestamptz"))
    versions = versions.filter(named, terms__retired_at__isnull=True)
    return versions.select_related("terms").defer("text", "html").order_by("number")


# Asked for each release whenever a grant is looked at for what it is due.
_STANDING = Prepared(_standing)


def _counting(versions: list[TermsVersion], now: datetime) -> list[TermsVersion]:
    lowest = rules.lowest_accepted([version.fact for version in versions], now)
    return [version for version in versions if lowest is not None and version.number >= lowest]


def signatures_asked(counting: dict[str, list[TermsVersion]], now: datetime) -> list[str]:
    """Return the slugs of those agreements that the organisation of a named grant signs."""
    asked = []
    for slug, versions in counting.items():
        binding = rules.binding([version.fact for version in versions], now)
        if binding is not None and binding.signs:
            asked.append(slug)
    return asked


def accepted_all(user: User, stage: Stage, organization: Organization | None) -> bool:
    """Tell whether the person accepted, in what counts now, all that the stage asks of them."""
    now = timezone.now()
    counting = counting_versions(stage.terms, now)
    if set(counting) != set(stage.terms):
        return False
    own = Acceptance.objects.filter(user=user, organization=organization, capacity__in=INDIVIDUAL)
    return all(own.filter(version__in=versions).exists() for versions in counting.values())


def somebody_accepted(grants: QuerySet[Grant], stage: Stage) -> QuerySet[Grant]:
    """Narrow to the grants that are ready for a stage, by what counts now.

    A named user of them accepted all its terms. Where the stage names who gets what the grant
    is for, the organisation that holds it signed those that ask for it too.
    """
    now = timezone.now()
    counting = counting_versions(stage.terms, now)
    if set(counting) != set(stage.terms):
        return grants.none()
    named = GrantUser.objects.filter(grant=OuterRef("pk"), ended_at__isnull=True)
    for versions in counting.values():
        acceptances = Acceptance.objects.filter(
            user=OuterRef("user"), capacity__in=INDIVIDUAL, version__in=versions
        )
        # Twice, as in SQL NULL is not equal to NULL.
        for_organization = Exists(acceptances.filter(organization=OuterRef("grant__organization")))
        for_oneself = Exists(acceptances.filter(organization__isnull=True))
        named = named.filter(
            Q(for_organization) | Q(Q(grant__organization__isnull=True), for_oneself)
        )
    ready = grants.filter(Exists(named))
    mode = mode_with_cohort(stage)
    for slug in signatures_asked(counting, now) if mode else ():
        signatures = Acceptance.objects.filter(
            organization=OuterRef("organization"),
            capacity=Capacity.SIGNATORY,
            version__in=counting[slug],
        )
        ready = ready.filter(
            Q(organization__isnull=True) | ~Q(modes__contains=[mode]) | Exists(signatures)
        )
    return ready


def stages_naming(slug: str) -> QuerySet[Stage]:
    """Return the stages that name an agreement, of ladders that a model is on."""
    return (
        Stage.objects.filter(terms__contains=[slug])
        .filter(
            Q(ladder__in=Model.objects.values("ladder")) | Q(pk__in=Release.objects.values("stage"))
        )
        .select_related("ladder")
        .order_by("ladder", "position")
    )


def accepted_by(version: TermsVersion) -> tuple[int, int]:
    """Return how many people accepted a version, and for how many organisations it was signed."""
    found = version.acceptances.aggregate(
        people=Count("user", distinct=True),
        organizations=Count("organization", distinct=True, filter=Q(capacity=Capacity.SIGNATORY)),
    )
    return found["people"], found["organizations"]


PAGE = 30


def acceptances_of(user: User, *, before: int | None = None) -> list[Acceptance]:
    """Return what the person accepted, newest first: a page, and one more if there is one."""
    found = Acceptance.objects.filter(user=user)
    if before is not None:
        found = found.filter(pk__lt=before)
    found = found.select_related("version__terms", "organization", "receipt")
    return list(found.defer("version__text", "version__html", "receipt__file")[: PAGE + 1])


def acceptance_by_public_id(public_id: UUID) -> Acceptance | None:
    """Find an acceptance."""
    return (
        Acceptance.objects.select_related(
            "version__terms", "user", "organization", "previous__version"
        )
        .filter(public_id=public_id)
        .first()
    )


def receipt_of(acceptance: Acceptance) -> Receipt | None:
    """Return the signed receipt, once there is one."""
    return Receipt.objects.select_related("key").filter(acceptance=acceptance).first()


def left_to_accept(
    user: User, model: Model, organization: Organization | None, *, official: bool
) -> list[str]:
    """Return the agreements of the model's stages that the person still has to accept, or sign."""
    stages = [release.stage for release in outward_releases(model) if release.stage]
    slugs = list(dict.fromkeys(slug for stage in stages for slug in stage.terms))
    now = timezone.now()
    counting = counting_versions(slugs, now)
    if official:
        named = {slug for stage in stages if mode_with_cohort(stage) for slug in stage.terms}
        asked = [slug for slug in signatures_asked(counting, now) if slug in named]
        given = Acceptance.objects.filter(organization=organization, capacity=Capacity.SIGNATORY)
    else:
        asked = [slug for slug in slugs if slug in counting]
        given = Acceptance.objects.filter(
            user=user, organization=organization, capacity__in=INDIVIDUAL
        )
    versions = [version for slug in asked for version in counting[slug]]
    done = set(given.filter(version__in=versions).values_list("version__terms__slug", flat=True))
    return [slug for slug in asked if slug not in done]
