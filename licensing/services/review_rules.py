"""How the applications for a model are reviewed. Stricter takes one person, laxer another."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from licensing.actions import Action
from licensing.models import ReviewRule
from licensing.selectors import reviews
from licensing.services.guards import require_right, text_of
from releases.choices import Right
from releases.models import Model

MOST_DAYS = 260


@transaction.atomic
def set_review_rule(
    *,
    actor: User,
    model: Model,
    service_days: int | None,
    second_reviewer: bool,
    reason: str,
) -> ReviewRule:
    """Set the service level, and whether every approval takes a second reviewer.

    What was sent already keeps the date that it was promised. That a second reviewer is wanted is
    set by one person, and undone by another one.
    """
    why_not = _("This is set by whoever leads the reviews of this model.")
    require_right(actor, Right.LEAD_REVIEW, model, why_not)
    if service_days is not None and not 1 <= service_days <= MOST_DAYS:
        raise Refused(
            _("A service level is between 1 and %(most)d working days.") % {"most": MOST_DAYS}
        )
    Model.objects.select_for_update(no_key=True).get(pk=model.pk)
    reason = text_of(reason, _("Reason"))
    rule = reviews.review_rule(model)
    if rule is None:
        rule = ReviewRule(model=model, set_by=actor)
    if rule.second_reviewer and not second_reviewer and rule.set_by_id == actor.pk:
        raise Refused(_("You set this yourself; somebody else who leads reviews must undo it."))
    # Who asked for the second reviewer stays known as long as one is asked for.
    if not (rule.second_reviewer and second_reviewer):
        rule.set_by = actor
    rule.service_days, rule.second_reviewer = service_days, second_reviewer
    rule.save()
    record(
        actor=actor,
        action=Action.REVIEW_RULE_SET,
        target=model,
        data={
            "service_days": service_days,
            "second_reviewer": second_reviewer,
            "reason": reason,
        },
    )
    return rule
