"""Reading accounts: who is known how well, who belongs where, what waits to be read."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Case, Exists, Expression, F, Max, OuterRef, Q, QuerySet, When
from django.utils import timezone

from accounts.models import (
    Clearance,
    DeviceSignIn,
    Membership,
    Notification,
    Organization,
    PersonalToken,
    Tier,
    User,
)
from accounts.token_secret import Prefix, prefix_of, secret_digest
from common.prepared import Parameter, Prepared

# How long before its end the owner of a token is told: a week, or a day where it lives shortly.
_NOTICE = timedelta(days=7)
_SHORT_NOTICE = timedelta(days=1)


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
            .annotate(**told or {})
        )
    )


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


def live_memberships() -> QuerySet[Membership]:
    """Return the memberships that have not ended."""
    return Membership.objects.filter(ended_at__isnull=True)


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return the person's live memberships, by the organisation's name."""
    found = live_memberships().filter(user=user).select_related("organization")
    return found.order_by("organization__name")


def membership_of(user: User, organization: Organization) -> Membership | None:
    """Return the person's live membership of the organisation."""
    return live_memberships().filter(user=user, organization=organization).first()


def live_clearances(now: datetime | Expression) -> QuerySet[Clearance]:
    """Return the clearances that count at `now`, a time or what will stand for one in SQL."""
    return Clearance.objects.filter(revoked_at__isnull=True, expires_at__gt=now)


def tier_of_user(user: User, now: datetime) -> int:
    """Return the highest tier that the person holds at `now`; 0 without a clearance."""
    return _highest(live_clearances(now).filter(user=user))


def tier_of_organization(organization: Organization, now: datetime) -> int:
    """Return the highest tier that the organisation holds at `now`; 0 without a clearance."""
    return _highest(live_clearances(now).filter(organization=organization))


def _highest(clearances: QuerySet[Clearance]) -> int:
    return clearances.aggregate(highest=Max("tier"))["highest"] or Tier.REGISTERED.value


def inbox(user: User) -> QuerySet[Notification]:
    """Return what the person may read in the portal, newest first."""
    return Notification.objects.filter(recipient=user, in_inbox=True)


def unread_count(user: User) -> int:
    """Return how many notifications wait to be read."""
    return inbox(user).filter(read_at__isnull=True).count()


def owed_notifications(now: datetime) -> QuerySet[Notification]:
    """Return the mails that are due, the longest owed first."""
    return Notification.objects.filter(
        sent_at__isnull=True, given_up_at__isnull=True, next_attempt_at__lte=now
    ).order_by("next_attempt_at", "id")


def failing_notifications() -> QuerySet[Notification]:
    """Return the mails that could not be sent so far, or were given up, newest first."""
    return Notification.objects.filter(sent_at__isnull=True, attempts__gt=0)
