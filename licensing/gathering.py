"""The three queries behind every verdict, as prepared statements: they run at every request."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import Clearance, PersonalToken, User
from accounts.selectors import live_clearances, live_memberships
from accounts.selectors.screening import confirmed_hits
from common.prepared import Parameter, Prepared
from licensing.facts import NAMED_ACCESS_MODES
from licensing.models import (
    OPEN_APPLICATION_STATES,
    REVIEWED_APPLICATION_STATES,
    Acceptance,
    Admission,
    Application,
    Ban,
    Grant,
    GrantUser,
    Terms,
    TermsVersion,
)
from licensing.selectors.agreements import SIGNING_ROLES
from licensing.selectors.countries import (
    OrganizationCountries,
    answered,
    country_of,
    licensed_countries,
    rows_in_force,
)
from licensing.selectors.duties import stopping_duties
from licensing.selectors.suspensions import holder_country, suspending
from releases.models import Hold, Release
from releases.permissions import models_staffed_by

# An instance of a model with the further attributes that its query here annotates.
Row = Any
# As many as are named to whoever waits for a signature.
MOST_OFFICIALS = 10


class IsOneOf(Func):
    """`value = ANY(array)`: whether a column's value is an element of an array column."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def releases(ids: list[int], user_id: int | None, now: datetime) -> list[Row]:
    """Query 1: the releases, what is in force on them, and what the person is to their model."""
    return _RELEASES.fetch(ids=ids, user=user_id or 0, now=now)


def person(user_id: int, slugs: set[str], token: PersonalToken | None, now: datetime) -> Row | None:
    """Query 2: the person, their token and what they have accepted, as the database has it."""
    token_id = token.pk if token else 0
    rows = _PERSON.fetch(user=user_id, slugs=sorted(slugs), token=token_id, now=now)
    return rows[0] if rows else None


def grants(user_id: int, models: set[int], ids: list[int], now: datetime) -> list[Row]:
    """Query 3: the grants on these models that name the person, or whose holder they belong to."""
    return _GRANTS.fetch(user=user_id, models=sorted(models), ids=ids, now=now)


_USER = Parameter("user", "bigint")
_IDS = Parameter("ids", "bigint[]")
_NOW = Parameter("now", "timestamptz")


def _releases() -> QuerySet[Any]:
    holds = Hold.objects.filter(
        Q(release=OuterRef("pk")) | Q(release__isnull=True), model=OuterRef("model")
    ).exclude(state=Hold.State.LIFTED)
    begun = TermsVersion.objects.filter(
        terms=OuterRef("pk"), in_force_at__lte=_NOW, withdrawn_at__isnull=True
    ).order_by("number")
    # Agreements have few versions; which of them count is for licensing.versions to say.
    versions = begun.values(
        fact=JSONObject(
            id="pk",
            number="number",
            title="title",
            in_force_at="in_force_at",
            binds_at="binds_at",
            signs="organization_signs",
        )
    )
    terms = (
        Terms.objects.alias(required=IsOneOf(F("slug"), OuterRef("stage__terms")))
        .filter(required=True, retired_at__isnull=True)
        .order_by("slug")
        .values(fact=JSONObject(slug="slug", title="title", versions=ArraySubquery(versions)))
    )
    same_model = Release.objects.filter(model=OuterRef("model"), state="sealed")
    # The one that is open; without one, the one that was decided last.
    application = Application.objects.filter(
        model=OuterRef("model"),
        applicant=_USER,
        state__in=OPEN_APPLICATION_STATES + REVIEWED_APPLICATION_STATES,
    ).order_by(F("decided_at").desc(nulls_first=True), "-pk")
    return (
        Release.objects.filter(IsOneOf(F("pk"), _IDS))
        .select_related("model", "stage")
        .annotate(
            hold_kinds=ArraySubquery(holds.values("kind")),
            terms_in_force=ArraySubquery(terms),
            takes_applications=Exists(same_model.filter(stage__access_mode__in=NAMED_ACCESS_MODES)),
            staff=Exists(models_staffed_by(_USER).filter(pk=OuterRef("model"))),
            application=Subquery(
                application.values(fact=JSONObject(state="state", public_id="public_id"))[:1]
            ),
            country_rows=ArraySubquery(
                rows_in_force(
                    OuterRef(OuterRef("model__board")), OuterRef("stage__access_mode"), _NOW
                )
            ),
        )
    )


def _person() -> QuerySet[Any]:
    live_token = PersonalToken.objects.filter(
        pk=Parameter("token", "bigint"),
        user=OuterRef("pk"),
        revoked_at__isnull=True,
        expires_at__gt=_NOW,
    )
    acceptances = Acceptance.objects.filter(
        IsOneOf(F("version__terms__slug"), Parameter("slugs", "text[]")),
        user=OuterRef("pk"),
        capacity__in=["self", "organization"],
    )
    return User.objects.filter(pk=_USER).annotate(
        verified=Exists(
            EmailAddress.objects.filter(
                user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True
            )
        ),
        tier=_highest_tier(user=OuterRef("pk")),
        reopened=_reopened(user=OuterRef("pk")),
        ban=_ban(person=OuterRef("pk")),
        listed=Exists(confirmed_hits().filter(watch__user=OuterRef("pk"))),
        vetted_in=country_of(OuterRef("pk"), _NOW),
        token_rights=Subquery(live_token.values("rights")[:1]),
        token_second_factor_at=Subquery(live_token.values("second_factor_at")[:1]),
        accepted=ArraySubquery(
            acceptances.values(
                fact=JSONObject(
                    number="version__number",
                    slug="version__terms__slug",
                    organization="organization_id",
                )
            )
        ),
    )


def _grants() -> QuerySet[Any]:
    named = GrantUser.objects.filter(grant=OuterRef("pk"), user=_USER)
    member = live_memberships(_NOW).filter(organization=OuterRef("organization"), user=_USER)
    signed = Acceptance.objects.filter(
        capacity="signatory", organization=OuterRef("organization")
    ).values(fact=JSONObject(slug="version__terms__slug", number="version__number"))
    officials = (
        live_memberships(_NOW)
        .filter(organization=OuterRef("organization"), role__in=SIGNING_ROLES, user__is_active=True)
        # Whoever was appointed to sign comes before the owners.
        .order_by("-role", "pk")
        .values(fact=JSONObject(user="user_id", name="user__full_name"))
    )
    admissions = Admission.objects.filter(IsOneOf(F("release"), _IDS), grant=OuterRef("pk"))
    return (
        Grant.objects.filter(
            Exists(named) | Exists(member),
            IsOneOf(F("model"), Parameter("models", "bigint[]")),
        )
        .order_by("-pk")
        .annotate(
            named=Exists(named.filter(ended_at__isnull=True)),
            member=Exists(member),
            organization_tier=_highest_tier(organization=OuterRef("organization")),
            organization_reopened=_reopened(organization=OuterRef("organization")),
            ban=_ban(organization=OuterRef("organization")),
            holder_country=holder_country(),
            suspensions=ArraySubquery(
                suspending()
                .order_by("pk")
                .values(fact=JSONObject(reason="reason", access_modes="access_modes"))
            ),
            stopping=ArraySubquery(stopping_duties(_NOW)),
            signed=ArraySubquery(signed),
            officials=ArraySubquery(officials[:MOST_OFFICIALS]),
            listed=Exists(confirmed_hits().filter(watch__organization=OuterRef("organization"))),
            chain=OrganizationCountries(F("organization_id")),
            applicant_id=F("application__applicant"),
            stated=answered("country", "application__"),
            hosting=answered("hosting_country", "application__"),
            licences=licensed_countries(OuterRef("model"), OuterRef("organization"), _NOW),
            places=ArraySubquery(
                admissions.values(
                    fact=JSONObject(
                        release="release_id",
                        access_mode="stage__access_mode",
                        state="state",
                    )
                )
            ),
        )
    )


def _ban(**holder: OuterRef) -> Subquery:
    in_force = Ban.objects.filter(**holder, lifted_at__isnull=True).order_by()
    return Subquery(in_force.values(fact=JSONObject(reason="reason", public_id="public_id"))[:1])


def _highest_tier(**holder: OuterRef) -> Coalesce:
    highest = (
        live_clearances(_NOW)
        .filter(**holder)
        .order_by()
        .values(*holder)
        .annotate(highest=Max("tier"))
        .values("highest")
    )
    return Coalesce(Subquery(highest), 0, output_field=IntegerField())


def _reopened(**holder: OuterRef) -> Exists:
    return Exists(
        Clearance.objects.filter(
            **holder, reopened_at__isnull=False, revoked_at__isnull=True, expires_at__gt=_NOW
        )
    )


_RELEASES = Prepared(_releases)
_PERSON = Prepared(_person)
_GRANTS = Prepared(_grants)
