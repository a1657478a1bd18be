"""The rules of the verdict about the person's grant. Pure, as `licensing.rules` says."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from licensing.apply_rules import may_apply_again
from licensing.checks import na, no, ok, wait
from licensing.countries import Effect, Finding, judge
from licensing.duties import DutyKind
from licensing.facts import MODE_OF, NEEDS_PLACE, Check, Facts, GrantFact, VerdictAction


def organization_ban(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The organisation that holds the grant is not banned; says nothing where there is none."""
    grant = facts.grant
    if grant is None or not grant.for_organization:
        return []
    if grant.ban is None:
        return ok("banned", _("The organisation that holds the grant is not banned."))
    return no(
        "banned",
        _("The organisation that holds the grant is banned: %(reason)s")
        % {"reason": grant.ban.reason},
        _("Read what was said, and object to it. Only the board lifts a ban."),
        grant.ban.url,
    )


def screening(_action: VerdictAction, facts: Facts) -> list[Check]:
    """Nobody decided that the person, or the organisation that holds the grant, is listed.

    The sentence says nothing of lists, nor whose details: those concerned read it too.
    """
    if not facts.signed_in:
        return na("screening", _("Judged once you are signed in."))
    if not facts.listed and not (facts.grant is not None and facts.grant.listed):
        return ok("screening", _("No check of your details stands in the way."))
    return no(
        "screening",
        _("A check of your details is open or failed."),
        _("Write to %(contact)s; somebody will look at it.") % {"contact": facts.contact},
    )


def country(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The stage serves every country that is stated; one check for each that it does not."""
    grant = facts.grant
    if grant is None:
        return na("country", _("Judged with a grant."))
    found = judge(facts.countries, grant.places, grant.licensed)
    apply_url = facts.links.apply if facts.takes_applications else ""
    stopping = [each for each in found if each.stops]
    if stopping:
        return not_served(stopping, facts.contact, apply_url)
    if any(finding.licensed and finding.effect is Effect.LICENCE for finding in found):
        return ok("country", _("A licence is on record for the countries that need one."))
    return ok("country", _("The stage serves every country that was stated."))


def not_served(findings: Iterable[Finding], contact: str, apply_url: str = "") -> list[Check]:
    """Say to whom it concerns which countries stop them, each once, and what they can do."""
    stated: dict[tuple[str, Effect], list[Finding]] = {}
    for finding in findings:
        stated.setdefault((finding.place.country, finding.effect), []).append(finding)
    return [_one_not_served(same, contact, apply_url) for same in stated.values()]


def _one_not_served(same: list[Finding], contact: str, apply_url: str) -> Check:
    """Say it of one country, with every place where it is stated."""
    finding, write = same[0], {"contact": contact}
    sources = dict.fromkeys(str(each.place.source.label) for each in same)
    where = {"country": finding.place.name, "source": ", ".join(sources)}
    if not finding.place.country:
        (check,) = no(
            "country",
            _("It is not known which country you work in, and this stage asks for that."),
            _("State it in an application, or write to %(contact)s.") % write,
            apply_url,
        )
    elif finding.effect is Effect.LICENCE:
        (check,) = no(
            "country",
            _("For %(country)s (%(source)s) this stage needs an export licence.") % where,
            _("Send its number and the document to %(contact)s, who put it on record.") % write,
        )
    else:
        (check,) = no(
            "country",
            _("This stage does not serve %(country)s (%(source)s).") % where,
            _(
                "If the country is wrong, have it corrected; else write to %(contact)s. Only the "
                "board of the model changes which countries are served."
            )
            % write,
        )
    return check


def covered(action: VerdictAction, facts: Facts) -> list[Check]:
    """There is a grant, and it covers this."""
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
    return ok("grant", _("There is a grant to you that covers this."))


def _way_to_a_grant(mode: str, sentence: str, facts: Facts) -> list[Check]:
    links = facts.links
    if mode in facts.self_service and not _was_stopped(facts):
        url = next((terms.url for terms in facts.terms if not terms.accepted), "")
        url = url or (facts.terms[0].url if facts.terms else "")
        enough = _("Accept the terms; that is enough at this stage.")
        remedy = _("Accept the terms.") if facts.required_tier else enough
        return no("grant", sentence, remedy, url)
    if facts.open_application in ("submitted", "in_review"):
        return wait(
            "grant",
            _("Your application is with the reviewers."),
            _("Nothing for you to do now; you will hear from us."),
            links.application,
        )
    if facts.open_application == "referred":
        return wait(
            "grant",
            _("Your application is with the board of the model."),
            _("Nothing for you to do now; you will hear from us."),
            links.application,
        )
    if facts.open_application == "returned":
        return no(
            "grant",
            _("Your application came back to you with questions."),
            _("Answer them and send it again."),
            links.application,
        )
    if facts.open_application == "draft":
        return no(
            "grant",
            _("Your application is not sent yet."),
            _("Finish it and send it."),
            links.application,
        )
    if facts.declined and facts.grant is None:
        again = _("Read the reason on its page; you may apply again from there.")
        remedy = again if may_apply_again(facts) else _("Read the reason on its page.")
        return no("grant", _("Your application was declined."), remedy, links.application)
    if facts.takes_applications:
        return no("grant", sentence, _("Apply for access."), links.apply)
    return no("grant", sentence, _("Applications are not taken for this model at present."))


def _was_stopped(facts: Facts) -> bool:
    """Tell whether accepting terms makes no further grant (`create_self_service_grant`)."""
    return facts.grant is not None and facts.grant.state in ("revoked", "suspended")


def grant_state(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The grant works: it waits for nothing and nobody stopped it."""
    grant = facts.grant
    if grant is None:
        return na("grant_state", _("There is no grant to judge."))
    if grant.state == "active":
        return ok("grant_state", _("Your grant is active."))
    again = _("You may apply again.") if may_apply_again(facts) else ""
    return {
        "pending_terms": lambda: _pending_terms(facts, grant),
        "queued": lambda: wait(
            "grant_state",
            _("Your grant waits in the queue: the cohort is full."),
            _("Nothing for you to do; you will hear from us when a place is free."),
            grant.url,
        ),
        "suspended": lambda: no(
            "grant_state",
            _("Your grant is suspended: %(reason)s") % {"reason": grant.reason},
            _("Read what was said, and answer it."),
            grant.url,
        ),
        "revoked": lambda: no(
            "grant_state",
            _("Your grant was revoked: %(reason)s") % {"reason": grant.reason},
            _("Read what was said."),
            grant.url,
        ),
        "relinquished": lambda: no(
            "grant_state", _("Your grant was given up."), again, facts.links.apply
        ),
    }.get(
        grant.state,
        lambda: no("grant_state", _("Your grant has ended."), again, facts.links.apply),
    )()


def suspension(_action: VerdictAction, facts: Facts) -> list[Check]:
    """No suspension of a selection is on the grant, at this stage."""
    grant = facts.grant
    if grant is None:
        return na("suspension", _("There is no grant to judge."))
    found = [each for each in grant.suspensions if each.counts_at(facts.access_mode)]
    if not found:
        return ok("suspension", _("Your grant is in no selection that is suspended."))
    return [
        check
        for each in found
        for check in no(
            "suspension",
            _("Your grant is one of several that are suspended: %(reason)s")
            % {"reason": each.reason},
            _("See who can end it, on the grant's page."),
            grant.url,
        )
    ]


def duties(_action: VerdictAction, facts: Facts) -> list[Check]:
    """No duty of the grant is overdue that stops access until it is done."""
    grant = facts.grant
    if grant is None:
        return na("duties", _("There is no grant to judge."))
    if not grant.duties:
        return ok("duties", _("No duty that you agreed to is so overdue that access stops."))
    sentences = {
        DutyKind.ATTEST_USE: _("The attestation of how the model is used is overdue."),
        DutyKind.APPLY_UPDATES: _("The statement that an update was applied is overdue."),
        DutyKind.CERTIFY_DESTRUCTION: _("The certificate of destruction is overdue."),
    }
    return [
        check
        for each in grant.duties
        for check in no(
            "duties",
            sentences[DutyKind(each.kind)],
            _("Access works again as soon as it is done: see what is asked, and of whom."),
            each.url,
        )
    ]


def _pending_terms(facts: Facts, grant: GrantFact) -> list[Check]:
    unaccepted = next((terms.url for terms in facts.terms if not terms.accepted), "")
    unsigned = [each.signature for each in facts.terms if each.signature is not None]
    if not unaccepted and any(not signature.signed for signature in unsigned):
        return no(
            "grant_state",
            _("Your grant waits until your organisation has signed the terms."),
            _("See who signs on the grant's page."),
            grant.url,
        )
    return no(
        "grant_state",
        _("Your grant waits until the terms are accepted."),
        _("Read and accept the terms."),
        unaccepted or grant.url,
    )


def grant_time(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The grant has not reached its end date."""
    grant = facts.grant
    if grant is None:
        return na("grant_time", _("There is no grant to judge."))
    if facts.now < grant.ends_at:
        return ok("grant_time", _("Your grant has not reached its end date."))
    return no(
        "grant_time",
        _("Your grant has reached its end date."),
        _("Apply again if you still need access."),
        facts.links.apply,
    )


def named(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The person is named on the grant."""
    grant = facts.grant
    if grant is None:
        return na("named", _("There is no grant to judge."))
    if grant.named:
        return ok("named", _("You are named on the grant."))
    return no(
        "named",
        _("You are not named on your organisation's grant."),
        _("Ask whoever keeps the grant in your organisation to name you."),
        grant.url,
    )


def membership(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The person belongs to the organisation that holds the grant."""
    grant = facts.grant
    if grant is None or not grant.for_organization:
        return na("membership", _("The grant is not an organisation's."))
    if grant.member:
        return ok("membership", _("You belong to the organisation that holds the grant."))
    return no(
        "membership",
        _("You no longer belong to the organisation that holds the grant."),
        _("Ask its owner to add you again."),
        facts.links.organizations,
    )


def cohort(action: VerdictAction, facts: Facts) -> list[Check]:
    """The grant has a place in the cohort, where the stage names its people."""
    grant = facts.grant
    if grant is None or NEEDS_PLACE[action] != facts.access_mode:
        return na("cohort", _("No place in a cohort is needed for this."))
    if grant.place == "admitted":
        return ok("cohort", _("You have a place in the cohort."))
    return wait(
        "cohort",
        _("You wait for a place in the cohort of this release."),
        _("Nothing for you to do; you will hear from us when a place is free."),
        grant.url,
    )
