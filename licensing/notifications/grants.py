"""Of grants, to their named users."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from licensing.models import Grant, LeftOut, Suspension
from licensing.notifications.places import grant_url
from licensing.selectors import named_users
from releases.models import Release


def grant_active(grant: Grant) -> None:
    """Tell the named users that they can begin."""
    _tell_users(
        grant,
        "grant_active",
        _("Your access to %(model)s is active") % {"model": grant.model},
        _("You can use what the grant's page lists now."),
    )


def grant_queued(grant: Grant) -> None:
    """Tell the named users that they wait for a place."""
    _tell_users(
        grant,
        "grant_queued",
        _("Your access to %(model)s waits for a place") % {"model": grant.model},
        _("The cohort is full or new access is on hold. We write when a place is yours."),
    )


def grant_admitted(grant: Grant, release: Release) -> None:
    """Tell the named users that they have a place."""
    _tell_users(
        grant,
        "grant_admitted",
        _("You have a place for %(release)s") % {"release": release},
        _("The grant's page says whether anything is left to do before you begin."),
    )


def grant_suspended(grant: Grant) -> None:
    """Tell the named users that the grant is suspended, and why."""
    _tell_users(
        grant,
        "grant_suspended",
        _("Your access to %(model)s is suspended") % {"model": grant.model},
        _("The reason given:\n\n%(reason)s") % {"reason": grant.state_reason},
    )


def grant_suspension_lifted(grant: Grant) -> None:
    """Tell the named users that the suspension is over."""
    _tell_users(
        grant,
        "grant_suspension_lifted",
        _("The suspension of your access to %(model)s is lifted") % {"model": grant.model},
        _("The grant's page says what you can use."),
    )


def grant_in_selection(grant: Grant, suspension: Suspension) -> None:
    """Tell the named users that their grant is one of several that are suspended, and why."""
    _tell_users(
        grant,
        "grant_in_selection",
        _("Your access to %(model)s is suspended") % {"model": grant.model},
        _(
            "It is one of several grants that are suspended for the same reason:\n\n%(reason)s"
            "\n\nYour grant is not revoked. Its page says who can end the suspension."
        )
        % {"reason": suspension.reason},
    )


def grant_left_out(left_out: LeftOut) -> None:
    """Tell the named users that their grant alone is let out of a suspension."""
    _tell_users(
        left_out.grant,
        "grant_left_out",
        _("The suspension of your access to %(model)s is lifted") % {"model": left_out.grant.model},
        _("For your grant alone. Its page says what you can use."),
    )


def grant_out_of_selection(grant: Grant) -> None:
    """Tell the named users that the suspension of several grants, theirs too, is over."""
    _tell_users(
        grant,
        "grant_out_of_selection",
        _("The suspension of your access to %(model)s is lifted") % {"model": grant.model},
        _("By the decision of a board. The grant's page says what you can use."),
    )


def grant_volume_set(grant: Grant, reason: str) -> None:
    """Tell the named users how much they may download from now on, and why."""
    volume = grant.volume
    said = _("From now on: at most %(volume)s.") % {"volume": volume} if volume else _("No quota.")
    _tell_users(
        grant,
        "grant_volume_set",
        _("The download quota of your access to %(model)s changed") % {"model": grant.model},
        said + "\n\n" + _("The reason given:\n\n%(reason)s") % {"reason": reason},
    )


def grant_ended(grant: Grant) -> None:
    """Tell the named users that the grant has ended, and why."""
    reason = grant.state_reason
    _tell_users(
        grant,
        "grant_ended",
        _("Your access to %(model)s has ended") % {"model": grant.model},
        _("State: %(state)s.") % {"state": grant.get_state_display()}
        + (f"\n\n{reason}" if reason else ""),
    )


def grant_user_added(grant: Grant, user: User) -> None:
    """Tell somebody that they may use a grant."""
    notify(
        recipient=user,
        kind="licensing.grant_user_added",
        about=grant.model,
        subject=_("You were named on a grant for %(model)s") % {"model": grant.model},
        body=_("Read the terms and accept them for yourself before you use it."),
        url=grant_url(grant),
    )


def _tell_users(grant: Grant, kind: str, subject: str, body: str) -> None:
    for user in named_users(grant):
        notify(
            recipient=user,
            kind=f"licensing.{kind}",
            about=grant.model,
            subject=subject,
            body=body,
            url=grant_url(grant),
        )
