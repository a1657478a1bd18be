"""The rules of the verdict about applying; the hold too, which stops that and use alike. Pure."""

from django.utils.translation import gettext as _

from licensing.checks import no, ok, wait
from licensing.facts import Check, Facts, VerdictAction


def hold(action: VerdictAction, facts: Facts) -> list[Check]:
    """No hold forbids this."""
    if "all" in facts.holds:
        return no(
            "hold",
            _("A hold is in force: nothing leaves until it is lifted."),
            _("Nothing for you to do. The board of the model decides when it ends."),
        )
    if action is VerdictAction.APPLY and "admissions" in facts.holds:
        return no(
            "hold",
            _("A hold is in force: no new access is given until it is lifted."),
            _("Nothing for you to do. The board of the model decides when it ends."),
        )
    return ok("hold", _("No hold forbids this."))


def takes_applications(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The model takes applications."""
    if facts.takes_applications:
        return ok("takes_applications", _("The model takes applications."))
    return no(
        "takes_applications",
        _("No release of this model is at a stage that one applies for."),
    )


def no_application(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The person has no other application open."""
    if not facts.open_application:
        return ok("no_application", _("You have no other application for this model open."))
    return wait(
        "no_application",
        _("You have an application for this model open."),
        _("Follow it, or withdraw it."),
        facts.links.application,
    )


def no_grant(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The person has not everything already."""
    if facts.held == "complete":
        return no("no_grant", _("You already have a grant for everything that one can ask for."))
    if facts.held == "suspended":
        return no(
            "no_grant",
            _("Your grant for this model is suspended."),
            _("It must be lifted or ended before you apply again."),
        )
    return ok("no_grant", _("You have no grant that covers everything already."))


def may_apply_again(facts: Facts) -> bool:
    """Tell whether what the model takes and what is held leave room for another application."""
    rules = (hold, takes_applications)
    return not any(check.stops for rule in rules for check in rule(VerdictAction.APPLY, facts))
