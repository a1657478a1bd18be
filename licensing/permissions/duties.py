"""Who may see, perform, waive and answer for duties."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from licensing.models import DutyStatement, OwedDuty
from licensing.permissions.grants import has_stake, standing_on
from licensing.selectors import duties
from releases.choices import Right
from releases.permissions import Person, has_right


def why_not_lead_duty(user: User, duty: OwedDuty) -> str:
    """Return why a person may not waive a duty or answer for it, or an empty string.

    Who may place holds on the model does so, and nobody for themselves.
    """
    if not has_right(user, Right.PLACE_HOLD, duty.model):
        return _("Only a safety lead of the model does this.")
    if duties.capacity_of(user, duty) or has_stake(user, duty.grant):
        return _("This duty is your own, or your organisation's; somebody else must decide.")
    return ""


@dataclass(frozen=True)
class DutyView:
    """A duty with what the person who looks is to it."""

    duty: OwedDuty
    capacity: str
    governs: bool
    leads: bool
    # A signing official may perform a duty of a grant that they do not see.
    sees_grant: bool


def get_duty_or_404(user: Person, public_id: UUID) -> DutyView:
    """Return a duty, for those who perform it or use the grant, and for its staff."""
    duty = duties.all_duties().filter(public_id=public_id).first()
    if duty is None or not isinstance(user, User) or not user.is_active:
        raise Http404
    capacity = duties.capacity_of(user, duty)
    standing = standing_on(user, duty.grant)
    if not capacity and not standing.sees:
        raise Http404
    leads = standing.governs and not why_not_lead_duty(user, duty)
    return DutyView(duty, capacity, standing.governs, leads, standing.sees)


def get_statement_or_404(user: Person, public_id: UUID) -> tuple[DutyStatement, DutyView]:
    """Return a statement on a duty, for whoever may see the duty's evidence."""
    statement = duties.all_statements().filter(public_id=public_id).first()
    if statement is None:
        raise Http404
    view = get_duty_or_404(user, statement.duty.public_id)
    if not view.capacity and not view.governs:
        raise Http404
    return statement, view
