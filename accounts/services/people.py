"""People: their account, their name, and their erasure."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import Action
from accounts.models import (
    Clearance,
    Device,
    DeviceCodeGuess,
    DeviceSignIn,
    Invitation,
    MailboxCheck,
    Membership,
    Notification,
    NotificationPreference,
    PersonalToken,
    User,
)
from accounts.services.checks import checked_line, checked_reason
from accounts.services.clearances import reopen_clearances
from accounts.services.links import end_checks, end_invitations
from accounts.services.screening.watching import forget_subject, subject_changed
from accounts.services.sign_in import end_sessions
from audit.services import erase_subject, record, register_subject
from common.errors import Refused

NAME_LENGTH = 150


@transaction.atomic
def create_user(
    *,
    actor: User | None,
    email: str,
    full_name: str,
    password: str | None = None,
    verified: bool = False,
    is_staff: bool = False,
) -> User:
    """Make an account, its address record and its audit subject."""
    full_name = checked_line(full_name, _("The name"), max_length=NAME_LENGTH)
    try:
        validate_email(email.strip())
    except ValidationError:
        raise Refused(_("This is not an e-mail address.")) from None
    try:
        with transaction.atomic():
            user: User = User.objects.create_user(
                email, full_name, password, verified=verified, is_staff=is_staff
            )
    except IntegrityError:
        raise Refused(_("An account with this e-mail address exists already.")) from None
    record(actor=actor, action=Action.USER_CREATED, target=user)
    return user


@transaction.atomic
def record_sign_up(*, actor: User) -> None:
    """Save the account that somebody is making for themselves, with its audit subject."""
    user = actor
    user.full_name = checked_line(user.full_name, _("The name"), max_length=NAME_LENGTH)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Refused(_("An account with this e-mail address exists already.")) from None
    register_subject(pseudonym=user.pseudonym, label=user.full_name)
    record(actor=user, action=Action.USER_SIGNED_UP, target=user)


@transaction.atomic
def change_profile(*, actor: User, user: User, full_name: str) -> User:
    """Change one's own name, in pages and in history."""
    if actor.pk != user.pk:
        raise Refused(_("Only you can change your profile."))
    full_name = checked_line(full_name, _("The name"), max_length=NAME_LENGTH)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active:
        raise Refused(_("This account is closed."))
    if user.full_name != full_name:
        user.full_name = full_name
        user.save(update_fields=["full_name"])
        register_subject(pseudonym=user.pseudonym, label=full_name)
        record(actor=actor, action=Action.USER_PROFILE_CHANGED, target=user)
        subject_changed(user=user)
        reopen_clearances(actor=actor, change=Clearance.Change.NAME, user=user)
    return user


@transaction.atomic
def erase_person(*, actor: User | None, user: User, reason: str) -> User:
    """Remove what tells who somebody was; every event, vote and acceptance stands.

    The row stays as an empty shell, since history points at it. The audit subject goes, and
    with it the key under which personal fields elsewhere were encrypted.
    """
    reason = checked_reason(reason)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.erased_at is not None:
        raise Refused(_("This person was erased already."))
    now = timezone.now()
    addresses = {
        user.email,
        *EmailAddress.objects.filter(user=user).values_list("email", flat=True),
    }
    _blank_notifications(user, addresses)
    PersonalToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=now)
    PersonalToken.objects.filter(user=user).update(name="", networks=[], last_used_from="")
    Device.objects.filter(token__user=user).update(signed_in_from="", user_agent="")
    DeviceSignIn.objects.filter(Q(user=user) | Q(seen_by=user)).delete()
    DeviceCodeGuess.objects.filter(user=user).delete()
    Membership.objects.filter(user=user, ended_at__isnull=True).update(ended_at=now)
    Membership.objects.filter(user=user).update(affiliation_address="")
    end_checks(MailboxCheck.objects.filter(Q(membership__user=user) | Q(address__in=addresses)))
    end_invitations(Invitation.objects.filter(address__in=addresses))
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    UserSession.objects.filter(user=user).delete()
    NotificationPreference.objects.filter(user=user).delete()
    user.email = f"erased+{user.pseudonym}@invalid"
    user.full_name = user.time_zone = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.erased_at = now
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    end_sessions(user)
    forget_subject(user)
    record(actor=actor, action=Action.USER_ERASED, target=user, data={"reason": reason})
    erase_subject(pseudonym=user.pseudonym)
    return user


def _blank_notifications(user: User, addresses: set[str]) -> None:
    to_them = Q(recipient=user) | Q(address__in=addresses)
    owed = Q(sent_at__isnull=True, given_up_at__isnull=True)
    Notification.objects.filter(to_them & owed).update(given_up_at=timezone.now())
    Notification.objects.filter(to_them).update(
        address="", subject="", body="", url="", last_error="", in_inbox=False
    )
