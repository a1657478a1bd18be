"""The rules of the verdict about agreements. Pure, as `licensing.rules` says."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from licensing.checks import na, no, ok
from licensing.facts import (
    NAMED_ACCESS_MODES,
    NEEDS_PLACE,
    Check,
    Facts,
    Outcome,
    SignatureFact,
    TermsFact,
    VerdictAction,
)


def accepted(_action: VerdictAction, facts: Facts) -> list[Check]:
    """The person accepted each agreement of the stage, in a version that counts."""
    if not facts.terms:
        return na("terms", _("The stage requires no terms."))
    # Where a person is admitted by name, there is nothing to sign before there is a grant.
    too_early = facts.grant is None and facts.access_mode in NAMED_ACCESS_MODES
    return [check for terms in facts.terms for check in _one(terms, too_early)]


def _one(terms: TermsFact, too_early: bool) -> list[Check]:
    words = {"title": terms.title, "number": terms.number}
    if terms.number is None:
        return no(
            "terms",
            _("The terms “%(title)s” are not published yet.") % words,
            _("Nothing for you to do. The operator must publish them first."),
        )
    if terms.accepted:
        return [_accepted(terms)]
    if terms.accepted_earlier:
        sentence = _("“%(title)s” has a newer version, %(number)s, that you have not accepted.")
    else:
        sentence = _("You have not accepted “%(title)s”.")
    if too_early:
        return no("terms", sentence % words, _("You can accept them once you are approved."))
    return no("terms", sentence % words, _("Read and accept the terms."), terms.url)


def _accepted(terms: TermsFact) -> Check:
    words = {
        "title": terms.title,
        "number": terms.number,
        "accepted": terms.accepted_number or terms.number,
    }
    if terms.renew_by is not None:
        sentence = _(
            "You accepted “%(title)s”, version %(accepted)s. Version %(number)s is in force: "
            "accept it by %(when)s, or your access stops."
        )
        return Check(
            "terms",
            Outcome.OK,
            sentence % {**words, "when": moment(terms.renew_by)},
            _("See what changed and accept it."),
            terms.url,
        )
    return Check("terms", Outcome.OK, _("You accepted “%(title)s”, version %(accepted)s.") % words)


def signed(action: VerdictAction, facts: Facts) -> list[Check]:
    """The organisation that holds the grant signed what the stage asks its named people for."""
    asked = [(terms, terms.signature) for terms in facts.terms if terms.signature is not None]
    if NEEDS_PLACE[action] != facts.access_mode or not asked:
        return na("organization_terms", _("No organisation has to sign for this."))
    return [check for terms, signature in asked for check in _one_signature(terms, signature)]


def _one_signature(terms: TermsFact, signature: SignatureFact) -> list[Check]:
    words = {"title": terms.title, "number": terms.number}
    if signature.signed and signature.renew_by is None:
        return ok("organization_terms", _("Your organisation signed “%(title)s”.") % words)
    if signature.signed:
        sentence = _(
            "Your organisation signed an earlier version of “%(title)s”. Version %(number)s must "
            "be signed by %(when)s, or access stops."
        )
        return [
            Check(
                "organization_terms",
                Outcome.OK,
                sentence % {**words, "when": moment(signature.renew_by)},
                _who_signs(signature),
                signature.url,
            )
        ]
    if signature.signed_earlier:
        sentence = _(
            "“%(title)s” has a newer version, %(number)s, that your organisation has not signed."
        )
    else:
        sentence = _("Your organisation has not signed “%(title)s”.")
    return no("organization_terms", sentence % words, _who_signs(signature), signature.url)


def _who_signs(signature: SignatureFact) -> str:
    if signature.url:
        return _("Sign for your organisation, if you have the authority.")
    if signature.officials:
        return _("Ask your signing official: %(names)s.") % {
            "names": _(", ").join(signature.officials)
        }
    return _("Ask whoever may sign for your organisation.")


def moment(when: datetime | None) -> str:
    """Return a time in words, in the reader's zone."""
    return formats.date_format(timezone.localtime(when), "j M Y, H:i e")
