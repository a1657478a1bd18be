"""The verdict as a pure function: facts in, every rule and its result out.

Nothing here asks the database. `licensing.verdict` gathers the facts; this module says what
follows from them, and it says all of it: a verdict holds each rule, met or not, with what to
do about those that are not.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from licensing.facts import (
    MODE_OF,
    NAMED_ACCESS_MODES,
    NEEDS_PLACE,
    SERVES,
    Check,
    Facts,
    Outcome,
    TermsFact,
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


def _ok(rule: str, sentence: str) -> list[Check]:
    return [Check(rule, Outcome.OK, sentence)]


def _no(rule: str, sentence: str, remedy: str = "", url: str = "") -> list[Check]:
    return [Check(rule, Outcome.DENIED, sentence, remedy, url)]


def _wait(rule: str, sentence: str, remedy: str = "", url: str = "") -> list[Check]:
    return [Check(rule, Outcome.WAITING, sentence, remedy, url)]


def _na(rule: str, sentence: str) -> list[Check]:
    return [Check(rule, Outcome.NOT_APPLICABLE, sentence)]


def _visible(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.staff:
        return _ok("visible", _("You have a right or a seat for this model."))
    if facts.release_state == "withdrawn":
        if facts.grant:
            return _ok("visible", _("The release is withdrawn; you had a grant for its model."))
        return _no("visible", _("The release is withdrawn."))
    if facts.release_state != "sealed":
        return _no("visible", _("The release is not sealed yet."))
    if facts.access_mode == "none":
        return _no("visible", _("The release is internal."))
    return _ok("visible", _("The release has left the internal stage."))


def _signed_in(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.signed_in:
        return _ok("signed_in", _("You are signed in."))
    return _no(
        "signed_in",
        _("You are not signed in."),
        _("Sign in, or make an account."),
        facts.links.sign_in,
    )


def _account(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.active:
        return _ok("account", _("Your account is active."))
    if not facts.signed_in:
        return _na("account", _("Judged once you are signed in."))
    return _no(
        "account", _("This account is closed."), _("Ask the operator of this portal about it.")
    )


def _email(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.email_verified:
        return _ok("email_verified", _("Your e-mail address is confirmed."))
    if not facts.signed_in:
        return _na("email_verified", _("Judged once you are signed in."))
    return _no(
        "email_verified",
        _("Your e-mail address is not confirmed."),
        _("Open the link in the message we sent you, or ask for a new one."),
        facts.links.verify_email,
    )


def _token_live(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.token is None:
        return _na("token_live", _("No token was used."))
    if facts.token.live:
        return _ok("token_live", _("The token is valid."))
    return _no(
        "token_live",
        _("The token has expired or was revoked."),
        _("Make a new token."),
        facts.links.tokens,
    )


def _token_right(action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.token is None:
        return _na("token_right", _("No token was used."))
    if MODE_OF[action] in facts.token.rights:
        return _ok("token_right", _("The token carries the right that this needs."))
    return _no(
        "token_right",
        _("The token does not carry the right “%(right)s”.") % {"right": MODE_OF[action]},
        _("Make a token with this right."),
        facts.links.tokens,
    )


def _sealed(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.release_state == "sealed":
        return _ok("sealed", _("The release is sealed: its files are verified and fixed."))
    if facts.release_state == "withdrawn":
        return _no(
            "sealed",
            _("The release was withdrawn."),
            _("Look for a later version on the model's page."),
        )
    return _no("sealed", _("The release is not sealed yet."))


def _stage(action: VerdictAction, facts: Facts) -> list[Check]:
    stage = {"stage": facts.stage_name}
    if facts.access_mode in SERVES[action]:
        return _ok("stage", _("The release is at the stage “%(stage)s”.") % stage)
    if action is VerdictAction.DOWNLOAD:
        sentence = _("At the stage “%(stage)s” no weights leave the portal.")
    else:
        sentence = _("At the stage “%(stage)s” there is no hosted API.")
    return _no(
        "stage", sentence % stage, _("The board of the model decides when it moves to a later one.")
    )


def _hold(action: VerdictAction, facts: Facts) -> list[Check]:
    if "all" in facts.holds:
        return _no(
            "hold",
            _("A hold is in force: nothing leaves until it is lifted."),
            _("Nothing for you to do. The board of the model decides when it ends."),
        )
    if action is VerdictAction.APPLY and "admissions" in facts.holds:
        return _no(
            "hold",
            _("A hold is in force: no new access is given until it is lifted."),
            _("Nothing for you to do. The board of the model decides when it ends."),
        )
    return _ok("hold", _("No hold forbids this."))


def _grant(action: VerdictAction, facts: Facts) -> list[Check]:
    grant, mode = facts.grant, MODE_OF[action]
    if grant is None:
        return _way_to_a_grant(mode, _("You have no grant for this model."), facts)
    if mode not in grant.modes:
        words = {
            "api": _("Your grant is for the weights and not for the hosted API."),
            "weights": _("Your grant is for the hosted API and not for the weights."),
        }
        return _way_to_a_grant(mode, words[mode], facts)
    if NEEDS_PLACE[action] == facts.access_mode and mode not in grant.reviewed:
        sentence = _("Your grant came with public terms; this stage asks for a reviewed one.")
        return _way_to_a_grant(mode, sentence, facts)
    # What may have ended it is told by `grant_state`.
    return _ok("grant", _("There is a grant to you that covers this."))


def _way_to_a_grant(mode: str, sentence: str, facts: Facts) -> list[Check]:
    links = facts.links
    if mode in facts.self_service:
        url = next((terms.url for terms in facts.terms if not terms.accepted), "")
        url = url or (facts.terms[0].url if facts.terms else "")
        enough = _("Accept the terms; that is enough at this stage.")
        remedy = _("Accept the terms.") if facts.required_tier else enough
        return _no("grant", sentence, remedy, url)
    if facts.open_application in ("submitted", "in_review"):
        return _wait(
            "grant",
            _("Your application is with the reviewers."),
            _("Nothing for you to do now; you will hear from us."),
            links.application,
        )
    if facts.open_application == "returned":
        return _no(
            "grant",
            _("Your application came back to you with questions."),
            _("Answer them and send it again."),
            links.application,
        )
    if facts.open_application == "draft":
        return _no(
            "grant",
            _("Your application is not sent yet."),
            _("Finish it and send it."),
            links.application,
        )
    if facts.takes_applications:
        return _no("grant", sentence, _("Apply for access."), links.apply)
    return _no("grant", sentence, _("Applications are not taken for this model at present."))


def _grant_state(_action: VerdictAction, facts: Facts) -> list[Check]:
    grant = facts.grant
    if grant is None:
        return _na("grant_state", _("There is no grant to judge."))
    if grant.state == "active":
        return _ok("grant_state", _("Your grant is active."))
    again = _("You may apply again.") if facts.takes_applications else ""
    return {
        "pending_terms": lambda: _no(
            "grant_state",
            _("Your grant waits until the terms are accepted."),
            _("Read and accept the terms."),
            next((terms.url for terms in facts.terms if not terms.accepted), grant.url),
        ),
        "queued": lambda: _wait(
            "grant_state",
            _("Your grant waits in the queue: the cohort is full."),
            _("Nothing for you to do; you will hear from us when a place is free."),
            grant.url,
        ),
        "suspended": lambda: _no(
            "grant_state",
            _("Your grant is suspended: %(reason)s") % {"reason": grant.reason},
            _("Read what was said, and answer it."),
            grant.url,
        ),
        "revoked": lambda: _no(
            "grant_state",
            _("Your grant was revoked: %(reason)s") % {"reason": grant.reason},
            _("Read what was said."),
            grant.url,
        ),
        "relinquished": lambda: _no(
            "grant_state", _("Your grant was given up."), again, facts.links.apply
        ),
    }.get(
        grant.state,
        lambda: _no("grant_state", _("Your grant has ended."), again, facts.links.apply),
    )()


def _grant_time(_action: VerdictAction, facts: Facts) -> list[Check]:
    grant = facts.grant
    if grant is None:
        return _na("grant_time", _("There is no grant to judge."))
    if facts.now < grant.ends_at:
        return _ok("grant_time", _("Your grant has not reached its end date."))
    return _no(
        "grant_time",
        _("Your grant has reached its end date."),
        _("Apply again if you still need access."),
        facts.links.apply,
    )


def _named(_action: VerdictAction, facts: Facts) -> list[Check]:
    grant = facts.grant
    if grant is None:
        return _na("named", _("There is no grant to judge."))
    if grant.named:
        return _ok("named", _("You are named on the grant."))
    return _no(
        "named",
        _("You are not named on your organisation's grant."),
        _("Ask whoever keeps the grant in your organisation to name you."),
        grant.url,
    )


def _membership(_action: VerdictAction, facts: Facts) -> list[Check]:
    grant = facts.grant
    if grant is None or not grant.for_organization:
        return _na("membership", _("The grant is not an organisation's."))
    if grant.member:
        return _ok("membership", _("You belong to the organisation that holds the grant."))
    return _no(
        "membership",
        _("You no longer belong to the organisation that holds the grant."),
        _("Ask its owner to add you again."),
        facts.links.organizations,
    )


def _cohort(action: VerdictAction, facts: Facts) -> list[Check]:
    grant = facts.grant
    if grant is None or NEEDS_PLACE[action] != facts.access_mode:
        return _na("cohort", _("No place in a cohort is needed for this."))
    if grant.place == "admitted":
        return _ok("cohort", _("You have a place in the cohort."))
    return _wait(
        "cohort",
        _("You wait for a place in the cohort of this release."),
        _("Nothing for you to do; you will hear from us when a place is free."),
        grant.url,
    )


def _terms(_action: VerdictAction, facts: Facts) -> list[Check]:
    if not facts.terms:
        return _na("terms", _("The stage requires no terms."))
    # Where a person is admitted by name, there is nothing to sign before there is a grant.
    too_early = facts.grant is None and facts.access_mode in NAMED_ACCESS_MODES
    return [check for terms in facts.terms for check in _one_terms(terms, too_early)]


def _one_terms(terms: TermsFact, too_early: bool) -> list[Check]:
    words = {"title": terms.title, "number": terms.number}
    if terms.number is None:
        return _no(
            "terms",
            _("The terms “%(title)s” are not published yet.") % words,
            _("Nothing for you to do. The operator must publish them first."),
        )
    if terms.accepted:
        return _ok("terms", _("You accepted “%(title)s”, version %(number)s.") % words)
    if terms.accepted_earlier:
        sentence = _("“%(title)s” has a newer version, %(number)s, that you have not accepted.")
    else:
        sentence = _("You have not accepted “%(title)s”.")
    if too_early:
        return _no("terms", sentence % words, _("You can accept them once you are approved."))
    return _no("terms", sentence % words, _("Read and accept the terms."), terms.url)


def _person_tier(_action: VerdictAction, facts: Facts) -> list[Check]:
    tiers = {"needed": facts.required_tier, "tier": facts.person_tier}
    if facts.required_tier == 0:
        return _na("person_tier", _("The stage requires no vetting."))
    if facts.person_tier >= facts.required_tier:
        return _ok("person_tier", _("You are vetted at tier %(tier)s.") % tiers)
    return _no(
        "person_tier",
        _("The stage requires vetting at tier %(needed)s; yours is tier %(tier)s.") % tiers,
        _("A reviewer vets you with your next application, or renews what has run out."),
        facts.links.apply if facts.takes_applications else "",
    )


def _organization_tier(_action: VerdictAction, facts: Facts) -> list[Check]:
    grant = facts.grant
    if facts.required_tier == 0 or grant is None or not grant.for_organization:
        return _na("organization_tier", _("No organisation has to be vetted for this."))
    tiers = {"needed": facts.required_tier, "tier": grant.organization_tier}
    if grant.organization_tier >= facts.required_tier:
        return _ok("organization_tier", _("Your organisation is vetted at tier %(tier)s.") % tiers)
    return _no(
        "organization_tier",
        _("The stage requires organisations at tier %(needed)s; yours is tier %(tier)s.") % tiers,
        _("A reviewer vets it with its next application, or renews what has run out."),
        facts.links.apply if facts.takes_applications else "",
    )


def _reviewable(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.takes_applications:
        return _ok("takes_applications", _("The model takes applications."))
    return _no(
        "takes_applications",
        _("No release of this model is at a stage that one applies for."),
    )


def _no_application(_action: VerdictAction, facts: Facts) -> list[Check]:
    if not facts.open_application:
        return _ok("no_application", _("You have no other application for this model open."))
    return _wait(
        "no_application",
        _("You have an application for this model open."),
        _("Follow it, or withdraw it."),
        facts.links.application,
    )


def _no_grant(_action: VerdictAction, facts: Facts) -> list[Check]:
    if facts.held == "complete":
        return _no("no_grant", _("You already have a grant for everything that one can ask for."))
    if facts.held == "suspended":
        return _no(
            "no_grant",
            _("Your grant for this model is suspended."),
            _("It must be lifted or ended before you apply again."),
        )
    return _ok("no_grant", _("You have no grant that covers everything already."))


_USE: tuple[Rule, ...] = (
    _signed_in,
    _account,
    _email,
    _token_live,
    _token_right,
    _sealed,
    _stage,
    _hold,
    _grant,
    _grant_state,
    _grant_time,
    _named,
    _membership,
    _terms,
    _person_tier,
    _organization_tier,
    _cohort,
)
_RULES: dict[VerdictAction, tuple[Rule, ...]] = {
    VerdictAction.SEE: (_visible,),
    VerdictAction.APPLY: (
        _visible,
        _signed_in,
        _account,
        _email,
        _hold,
        _reviewable,
        _no_application,
        _no_grant,
    ),
    VerdictAction.USE_API: _USE,
    VerdictAction.DOWNLOAD: _USE,
}
