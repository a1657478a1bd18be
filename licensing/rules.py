"""The verdict as a pure function: facts in, every rule and its result out.

Nothing here asks the database. `licensing.verdict` gathers the facts; this module says what
follows from them, and it says all of it: a verdict holds each rule, met or not, with what to
do about those that are not.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from common.templatetags.ui import span
from licensing import apply_rules, grant_rules, terms_rules
from licensing.checks import na, no, ok
from licensing.facts import (
    MODE_OF,
    SERVES,
    Check,
    Facts,
    Outcome,
    Verdict,
    VerdictAction,
)

__all__ = ["Check", "Facts", "Outcome", "Verdict", "VerdictAction", "evaluate"]


def evaluate(action: VerdictAction, facts: Facts) -> Verdict:
    """Return the verdict with the result of every rule of the action."""
    checks = [check for rule in _RULES[action] for check in rule(action, facts)]
    used = facts.grant.id if facts.grant and action in MODE_OF else None
    return Verdict(action=action, checks=tuple(checks), grant_id=used)


Rule = Callable[[VerdictAction, Facts], list[Check]]


def _visible(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.staff:
        return ok("visible", _("You have a right or a seat for this model."))
    if facts.release_state == "withdrawn":
        if facts.grant:
            return ok("visible", _("The release is withdrawn; you had a grant for its model."))
        return no("visible", _("The release is withdrawn."))
    if facts.release_state != "sealed":
        return no("visible", _("The release is not sealed yet."))
    if facts.access_mode == "none":
        return no("visible", _("The release is internal."))
    return ok("visible", _("The release has left the internal stage."))


def _signed_in(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.signed_in:
        return ok("signed_in", _("You are signed in."))
    return no(
        "signed_in",
        _("You are not signed in."),
        _("Sign in, or make an account."),
        facts.links.sign_in,
    )


def _account(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.active:
        return ok("account", _("Your account is active."))
    if not facts.signed_in:
        return na("account", _("Judged once you are signed in."))
    return no(
        "account", _("This account is closed."), _("Ask the operator of this portal about it.")
    )


def _person_ban(_action: VerdictAction, facts: Facts) -> list[Check]:
    if not facts.signed_in:
        return na("banned", _("Judged once you are signed in."))
    if facts.ban is None:
        return ok("banned", _("You are not banned."))
    return no(
        "banned",
        _("You are banned: %(reason)s") % {"reason": facts.ban.reason},
        _("Read what was said, and object to it. Only the board lifts a ban."),
        facts.ban.url,
    )


def _email(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.email_verified:
        return ok("email_verified", _("Your e-mail address is confirmed."))
    if not facts.signed_in:
        return na("email_verified", _("Judged once you are signed in."))
    return no(
        "email_verified",
        _("Your e-mail address is not confirmed."),
        _("Open the link in the message we sent you, or ask for a new one."),
        facts.links.verify_email,
    )


def _token_live(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.token is None:
        return na("token_live", _("No token was used."))
    if facts.token.live:
        return ok("token_live", _("The token is valid."))
    return no(
        "token_live",
        _("The token has expired or was revoked."),
        _("Make a new token."),
        facts.links.tokens,
    )


def _token_right(action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.token is None:
        return na("token_right", _("No token was used."))
    if MODE_OF[action] in facts.token.rights:
        return ok("token_right", _("The token carries the right that this needs."))
    return no(
        "token_right",
        _("The token does not carry the right “%(right)s”.") % {"right": MODE_OF[action]},
        _("Make a token with this right."),
        facts.links.tokens,
    )


def _sealed(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.release_state == "sealed":
        return ok("sealed", _("The release is sealed: its files are verified and fixed."))
    if facts.release_state == "withdrawn":
        return no(
            "sealed",
            _("The release was withdrawn."),
            _("Look for a later version on the model's page."),
        )
    return no("sealed", _("The release is not sealed yet."))


def _stage(action: VerdictAction, facts: Facts) -> list[Check]:
    stage = {"stage": facts.stage_name}
    if facts.access_mode in SERVES[action]:
        return ok("stage", _("The release is at the stage “%(stage)s”.") % stage)
    if action is VerdictAction.DOWNLOAD:
        sentence = _("At the stage “%(stage)s” no weights leave the portal.")
    else:
        sentence = _("At the stage “%(stage)s” there is no hosted API.")
    return no(
        "stage", sentence % stage, _("The board of the model decides when it moves to a later one.")
    )


def _person_tier(_action: VerdictAction, facts: Facts) -> list[Check]:
    tiers = {"needed": facts.required_tier, "tier": facts.person_tier}
    if facts.required_tier == 0:
        return na("person_tier", _("The stage requires no vetting."))
    if facts.person_tier >= facts.required_tier:
        return ok("person_tier", _("You are vetted at tier %(tier)s.") % tiers)
    if facts.person_reopened:
        return no(
            "person_tier",
            _("Your clearance was reopened by a change; the stage requires tier %(needed)s.")
            % tiers,
            _("Ask for the renewal of your clearance."),
            facts.links.clearances,
        )
    return no(
        "person_tier",
        _("The stage requires vetting at tier %(needed)s; yours is tier %(tier)s.") % tiers,
        _("A reviewer vets you with your next application, or renews what has run out."),
        facts.links.apply if facts.takes_applications else "",
    )


def _organization_tier(_action: VerdictAction, facts: Facts) -> list[Check]:
    grant = facts.grant
    if facts.required_tier == 0 or grant is None or not grant.for_organization:
        return na("organization_tier", _("No organisation has to be vetted for this."))
    tiers = {"needed": facts.required_tier, "tier": grant.organization_tier}
    if grant.organization_tier >= facts.required_tier:
        return ok("organization_tier", _("Your organisation is vetted at tier %(tier)s.") % tiers)
    if grant.organization_reopened:
        return no(
            "organization_tier",
            _(
                "Something changed on which your organisation's clearance stood; the stage "
                "requires tier %(needed)s."
            )
            % tiers,
            _("An owner of the organisation asks for its renewal."),
            facts.links.clearances,
        )
    return no(
        "organization_tier",
        _("The stage requires organisations at tier %(needed)s; yours is tier %(tier)s.") % tiers,
        _("A reviewer vets it with its next application, or renews what has run out."),
        facts.links.apply if facts.takes_applications else "",
    )


def _second_factor(_action: VerdictAction, facts: Facts) -> list[Check]:
    asked = facts.second_factor
    if asked.within is None:
        return na("second_factor", _("The stage asks for no second factor."))
    time = {"time": span(asked.within)}
    if not asked.known:
        return na(
            "second_factor",
            _("Judged at each download: a second factor must have been shown within %(time)s.")
            % time,
        )
    if not facts.signed_in:
        return na("second_factor", _("Judged once you are signed in."))
    if asked.shown_at is not None and facts.now - asked.shown_at <= asked.within:
        return ok("second_factor", _("You showed a second factor within %(time)s.") % time)
    if facts.token is not None:
        words = (
            _(
                "The stage asks for a second factor shown within %(time)s, and this token was not "
                "made after one."
            )
            if asked.shown_at is None
            else _(
                "The stage asks for a second factor shown within %(time)s, and the one that this "
                "token was made after was shown longer ago."
            )
        )
        return no(
            "second_factor",
            words % time,
            _("Show your second factor in the browser, then make a new token or sign in again."),
            facts.links.second_factor,
        )
    return no(
        "second_factor",
        _("The stage asks for a second factor shown within %(time)s.") % time,
        _("Show your passkey or a code; set one up if you have none."),
        facts.links.second_factor,
    )


_USE: tuple[Rule, ...] = (
    _signed_in,
    _account,
    _person_ban,
    grant_rules.organization_ban,
    grant_rules.screening,
    grant_rules.country,
    _email,
    _token_live,
    _token_right,
    _sealed,
    _stage,
    apply_rules.hold,
    grant_rules.covered,
    grant_rules.grant_state,
    grant_rules.suspension,
    grant_rules.duties,
    grant_rules.grant_time,
    grant_rules.named,
    grant_rules.membership,
    terms_rules.accepted,
    terms_rules.signed,
    _person_tier,
    _organization_tier,
    grant_rules.cohort,
)
_RULES: dict[VerdictAction, tuple[Rule, ...]] = {
    VerdictAction.SEE: (_visible,),
    VerdictAction.APPLY: (
        _visible,
        _signed_in,
        _account,
        _person_ban,
        _email,
        apply_rules.hold,
        apply_rules.takes_applications,
        apply_rules.no_application,
        apply_rules.no_grant,
    ),
    VerdictAction.USE_API: _USE,
    VerdictAction.DOWNLOAD: (*_USE, _second_factor),
}
