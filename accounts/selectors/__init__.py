"""Reading accounts: who is known how well, who belongs where, what waits to be read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Case, Exists, Expression, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import (
    Clearance,
    DeviceSignIn,
    Invitation,
    MailboxCheck,
    Membership,
    Organization,
    PersonalToken,
    Tier,
    User,
)
from accounts.search import Words, beginnings
from accounts.token_secret import Prefix, prefix_of, secret_digest
from common import reminders
from common.prepared import Parameter, Prepared

# How long before its end the owner of a token is told: a week, or a day where it lives shortly.
_NOTICE = timedelta(days=7)
_SHORT_NOTICE = timedelta(days=1)
# Days before the end of a clearance, and of a verified domain or an affiliation.
CLEARANCE_REMINDERS = (60, 30, 7)
REMINDERS = (30, 7)
# Recovery codes stand in for one of these, and are none by themselves.
SECOND_FACTORS = ("totp", "webauthn")


def token_for_secret(secret: str) -> PersonalToken | None:
    """Return the live token of an active user that this secret opens, with one query at most."""
    statement = _OPENED_BY.get(prefix_of(secret))
    if statement is None:
        return None
    found = statement.fetch(digest=secret_digest(secret), now=timezone.now())
    return found[0] if found else None


def _live_token(*, told: dict[str, Expression] | None = None, **shown: object) -> Prepared:
    """Return a statement for the live token that is found so; `shown` may use its parameters.

    `told` is what each instance tells besides.
    """
    return Prepared(
        lambda: (
            PersonalToken.objects.select_related("user")
            .filter(
                revoked_at__isnull=True,
                expires_at__gt=Parameter("now", "timestamptz"),
                user__is_active=True,
                **shown,
            )
            .annotate(**_owner_has_second_factor(), **told or {})
        )
    )


def _owner_has_second_factor() -> dict[str, Exists]:
    return {"owner_has_second_factor": Exists(second_factors().filter(user=OuterRef("user")))}


# Asked at every request of a program, so prepared. A refresh token opens nothing here.
_OPENED_BY: dict[Prefix | None, Prepared] = {
    Prefix.PERSONAL: _live_token(digest=Parameter("digest", "text")),
    Prefix.DEVICE_ACCESS: _live_token(
        secrets__digest=Parameter("digest", "text"),
        secrets__kind="access",
        secrets__expires_at__gt=Parameter("now", "timestamptz"),
        secrets__replaced_at__isnull=True,
        told={"unused_secret_id": Case(When(secrets__used_at__isnull=True, then="secrets__pk"))},
    ),
}


def any_token_for_secret(secret: str) -> PersonalToken | None:
    """Return the token or device that a secret belongs to, dead or alive; for whoever found it."""
    digest = secret_digest(secret)
    tokens = PersonalToken.objects.select_related("user")
    if prefix_of(secret) == Prefix.PERSONAL:
        return tokens.filter(digest=digest).first()
    return tokens.filter(secrets__digest=digest).first()


def tokens_of(user: User) -> QuerySet[PersonalToken]:
    """Return a person's personal tokens that are not revoked, newest first."""
    return PersonalToken.objects.filter(user=user, revoked_at__isnull=True, kind="personal")


def devices_of(user: User, now: datetime) -> QuerySet[PersonalToken]:
    """Return the tokens of a person's signed-in devices, newest first."""
    return live_tokens_of(user, now).filter(kind="device").select_related("device")


def approved_devices_of(user: User, now: datetime) -> QuerySet[DeviceSignIn]:
    """Return the devices that a person approved and that may still come for their tokens."""
    return DeviceSignIn.objects.filter(user=user, state="approved", expires_at__gt=now)


def live_tokens_of(user: User, now: datetime) -> QuerySet[PersonalToken]:
    """Return everything that opens something in the person's name at `now`."""
    return PersonalToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=now)


def tokens_about_to_end(now: datetime) -> QuerySet[PersonalToken]:
    """Return the personal tokens whose owners are owed a word that they end soon."""
    long_lived = Q(created_at__lt=F("expires_at") - 2 * _NOTICE)
    # One that was made for a day or two ends when its owner expects it to.
    short_lived = Q(created_at__lt=F("expires_at") - 2 * _SHORT_NOTICE)
    due = Q(long_lived, expires_at__lte=now + _NOTICE)
    due |= Q(short_lived, expires_at__lte=now + _SHORT_NOTICE)
    return PersonalToken.objects.filter(
        due,
        kind="personal",
        revoked_at__isnull=True,
        expiry_noticed_at__isnull=True,
        expires_at__gt=now,
        user__is_active=True,
    )


def user_by_email(email: str) -> User | None:
    """Return the active user with this address and a verified mailbox."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    return user if user is not None and is_email_verified(user) else None


def is_email_verified(user: User) -> bool:
    """Tell whether the person has shown that the login address is theirs."""
    return verified_users().filter(pk=user.pk).exists()


@dataclass(frozen=True)
class Security:
    """How a person signs in: the kinds of second factor, and accounts elsewhere."""

    factors: tuple[str, ...]
    has_recovery_codes: bool
    linked: int


def security_of(user: User) -> Security:
    """Return how the person signs in, besides their password."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    words = {"webauthn": _("passkey or security key"), "totp": _("authenticator app")}
    return Security(
        factors=tuple(word for kind, word in words.items() if kind in kinds),
        has_recovery_codes="recovery_codes" in kinds,
        linked=SocialAccount.objects.filter(user=user).count(),
    )


def orcid_accounts() -> QuerySet[SocialAccount]:
    """Return the ORCID iDs, as `uid`, that people showed to be theirs by signing in with them."""
    return SocialAccount.objects.filter(provider="orcid").order_by("pk")


def has_second_factor(user: User) -> bool:
    """Tell whether the person has set up a passkey, a security key or an authenticator app."""
    return second_factors().filter(user=user).exists()


def second_factors() -> QuerySet[Authenticator]:
    """Return what counts as a second factor that somebody has set up."""
    return Authenticator.objects.filter(type__in=SECOND_FACTORS)


def verified_users() -> QuerySet[User]:
    """Return the active users whose login address is verified."""
    verified = EmailAddress.objects.filter(
        user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True
    )
    return User.objects.filter(Exists(verified), is_active=True)


def organizations_of(user: User) -> QuerySet[Organization]:
    """Return the organisations that the person is a live member of."""
    return Organization.objects.filter(
        Exists(live_memberships().filter(organization=OuterRef("pk"), user=user))
    )


def open_memberships() -> QuerySet[Membership]:
    """Return the memberships that have not ended, also those that lapsed by the clock."""
    return Membership.objects.filter(ended_at__isnull=True)


def live_memberships(now: datetime | Expression | None = None) -> QuerySet[Membership]:
    """Return the memberships that count at `now` (a time or what stands for one in SQL).

    One that lapsed counts no more, whether or not a job has ended it.
    """
    # The database's own clock where none is given, so that a prepared statement keeps no time.
    at = Now() if now is None else now
    return open_memberships().filter(
        Q(affiliation_until__isnull=True) | Q(affiliation_until__gt=at)
    )


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return the person's memberships that have not ended, by the organisation's name."""
    found = open_memberships().filter(user=user).select_related("organization")
    return found.order_by("organization__name")


def membership_of(user: User, organization: Organization) -> Membership | None:
    """Return the person's live membership of the organisation."""
    return live_memberships().filter(user=user, organization=organization).first()


def live_clearances(now: datetime | Expression) -> QuerySet[Clearance]:
    """Return the clearances that count at `now`, a time or what will stand for one in SQL.

    A reopened one counts until its grace is over, for access that was given already.
    """
    return Clearance.objects.filter(
        Q(counts_until__isnull=True) | Q(counts_until__gt=now),
        revoked_at__isnull=True,
        expires_at__gt=now,
    )


def settled_clearances(now: datetime | Expression) -> QuerySet[Clearance]:
    """Return the clearances that count for something new: nothing changed since vetting."""
    return live_clearances(now).filter(reopened_at__isnull=True)


def settled_tier(holder: User | Organization, now: datetime) -> int:
    """Return the highest tier that counts for something new; 0 without one."""
    own = {"user": holder} if isinstance(holder, User) else {"organization": holder}
    return _highest(settled_clearances(now).filter(**own))


def clearances_of(holder: User | Organization) -> QuerySet[Clearance]:
    """Return every clearance that a person or an organisation ever had, newest first."""
    own = {"user": holder} if isinstance(holder, User) else {"organization": holder}
    return Clearance.objects.filter(**own).select_related("affiliation").order_by("-pk")


def clearances_to_remind_of(now: datetime) -> QuerySet[Clearance]:
    """Return the clearances whose holders are owed a word that they end soon.

    None that another of the same tier or above outlives.
    """
    longer = settled_clearances(now).filter(
        Q(user=OuterRef("user")) | Q(organization=OuterRef("organization")),
        tier__gte=OuterRef("tier"),
        expires_at__gt=OuterRef("expires_at"),
    )
    due = reminders.due("expires_at", "reminded", CLEARANCE_REMINDERS, now)
    return settled_clearances(now).filter(due & ~Exists(longer))


def domains_to_remind_of(now: datetime) -> QuerySet[Organization]:
    """Return the organisations whose verified domain must soon be verified anew."""
    return Organization.objects.filter(
        reminders.due("domain_verified_until", "domain_reminded", REMINDERS, now)
    )


def memberships_to_remind_of(now: datetime) -> QuerySet[Membership]:
    """Return the memberships that lapse soon unless their members show that they belong."""
    due = reminders.due("affiliation_until", "affiliation_reminded", REMINDERS, now)
    return open_memberships().filter(due, user__is_active=True)


def lapsed_memberships(now: datetime) -> QuerySet[Membership]:
    """Return the memberships that lapsed by the clock and are not ended yet."""
    return open_memberships().filter(affiliation_until__lte=now)


def is_domain_verified(organization: Organization, now: datetime) -> bool:
    """Tell whether the organisation's domain counts as its own at `now`."""
    until = organization.domain_verified_until
    return until is not None and until > now


def namesakes_by_domain(organization: Organization, now: datetime) -> QuerySet[Organization]:
    """Return the other organisations that verified the same domain."""
    found = Organization.objects.filter(
        domain=organization.domain, domain_verified_until__gt=now
    ).exclude(pk=organization.pk)
    return found if organization.domain else found.none()


def open_invitations(organization: Organization) -> QuerySet[Invitation]:
    """Return the invitations that nobody took up or took back, newest first; expired ones too."""
    return Invitation.objects.filter(
        organization=organization, accepted_at__isnull=True, revoked_at__isnull=True
    ).select_related("invited_by")


def invitations_for(user: User, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations that wait for this person, by any address shown to be theirs."""
    return Invitation.objects.filter(
        Exists(
            EmailAddress.objects.filter(user=user, verified=True, email__iexact=OuterRef("address"))
        ),
        accepted_at__isnull=True,
        revoked_at__isnull=True,
        expires_at__gt=now,
    ).select_related("organization", "invited_by")


def invitation_by_digest(digest: str | None, now: datetime) -> Invitation | None:
    """Return the invitation that a link opens now."""
    if digest is None:
        return None
    found = Invitation.objects.select_related("organization", "invited_by")
    return found.filter(
        digest=digest, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    ).first()


def mailbox_check_by_digest(digest: str | None, now: datetime) -> MailboxCheck | None:
    """Return the check that a link opens now."""
    if digest is None:
        return None
    found = MailboxCheck.objects.select_related("organization", "asked_by", "membership__user")
    return found.filter(
        digest=digest, used_at__isnull=True, replaced_at__isnull=True, expires_at__gt=now
    ).first()


def has_verified_address(user: User, address: str) -> bool:
    """Tell whether the person has shown that an address is theirs."""
    return (
        bool(address)
        and EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists()
    )


def tier_of_user(user: User, now: datetime) -> int:
    """Return the highest tier that the person holds at `now`; 0 without a clearance."""
    return _highest(live_clearances(now).filter(user=user))


def tier_of_organization(organization: Organization, now: datetime) -> int:
    """Return the highest tier that the organisation holds at `now`; 0 without a clearance."""
    return _highest(live_clearances(now).filter(organization=organization))


def _highest(clearances: QuerySet[Clearance]) -> int:
    return clearances.aggregate(highest=Max("tier"))["highest"] or Tier.REGISTERED.value


def matching_people(text: str) -> QuerySet[User, int]:
    """Return the ids of people of whose name or address every word of a text begins a word."""
    query = beginnings(text)
    rows = User.objects.alias(words=Words("full_name", "email"))
    return (rows.filter(words=query) if query else rows.none()).values_list("pk", flat=True)


def matching_organizations(text: str) -> QuerySet[Organization, int]:
    """Return the ids of organisations of whose name or domain it is the same."""
    query = beginnings(text)
    rows = Organization.objects.alias(words=Words("name", "domain")).order_by()
    return (rows.filter(words=query) if query else rows.none()).values_list("pk", flat=True)
