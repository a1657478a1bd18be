"""What a fact beside an application means: reassuring, or to be looked at more closely."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Membership, Organization
from accounts.selectors import is_domain_verified
from common.countries import COUNTRIES
from common.orcid import orcid_on
from common.public_mail import PUBLIC_MAIL, is_at
from common.templatetags.ui import span
from licensing.application_form import Answers
from licensing.countries import Effect, Finding
from licensing.models import Application
from licensing.selectors.countries import Outlook
from licensing.selectors.screening import Standing
from releases.choices import AccessMode


@dataclass(frozen=True)
class Signal:
    """One fact: `state` is yes (reassuring), no (look closer) or na (says nothing)."""

    state: str
    name: str
    reason: str


# The signals by which the queue can be filtered, in the words of its filter.
FLAGS: dict[str, str | Promise] = {
    "email_domain": gettext_lazy("E-mail domain does not fit"),
    "mailbox": gettext_lazy("E-mail address not confirmed"),
    "account_age": gettext_lazy("Account made the same day"),
    "membership": gettext_lazy("Without an organisation, or not of it"),
    "domain": gettext_lazy("Domain of the organisation not verified"),
    "orcid": gettext_lazy("ORCID iD in doubt"),
    "country": gettext_lazy("Country differs from the organisation's"),
    "countries": gettext_lazy("The country table asks for more"),
    "bans": gettext_lazy("A ban, past or present"),
    "screening": gettext_lazy("Like a name on a list"),
    "duplicates": gettext_lazy("Others from the same organisation"),
    "similar_organization": gettext_lazy("Another organisation with its domain"),
    "network": gettext_lazy("Others from the same network"),
    "network_country": gettext_lazy("Sent from a network of another country"),
    "history": gettext_lazy("Declined before"),
}


def email_domain_signal(email: str, domain: str) -> Signal:
    """Compare the mailbox with the organisation's internet domain."""
    mailbox = email.rpartition("@")[2].lower()
    domain = domain.lower()
    name = _("E-mail domain")
    words = {"mailbox": mailbox, "domain": domain}
    if mailbox in PUBLIC_MAIL:
        return Signal("no", name, _("%(mailbox)s is open to anyone.") % words)
    if not domain:
        return Signal("na", name, _("%(mailbox)s; there is no domain to compare.") % words)
    if is_at(email, domain):
        return Signal("yes", name, _("%(mailbox)s belongs to %(domain)s.") % words)
    return Signal("no", name, _("%(mailbox)s is not %(domain)s.") % words)


def orcid_signal(given: str, page: str, linked: str) -> Signal:
    """Judge the ORCID iD that was given, and the one in the address of the page about them.

    `linked` is the one that the applicant signed in at ORCID with: of that alone it is known that
    it is theirs.
    """
    name = _("ORCID")
    on_page = orcid_on(page)
    if "orcid.org" in page.lower() and not on_page:
        return Signal("no", name, _("What was given is no ORCID iD: %(page)s") % {"page": page})
    stated = [each for each in dict.fromkeys((given, on_page)) if each]
    words = {"orcid": ", ".join(stated), "linked": linked}
    if not stated and not linked:
        return Signal("na", name, _("No ORCID iD was given."))
    if linked and set(stated) <= {linked}:
        return Signal(
            "yes", name, _("%(linked)s; the applicant signed in at ORCID with it.") % words
        )
    if linked:
        return Signal(
            "no", name, _("Given: %(orcid)s; the applicant signed in with %(linked)s.") % words
        )
    if len(stated) > 1:
        return Signal("no", name, _("Two that differ were given: %(orcid)s.") % words)
    return Signal("na", name, _("%(orcid)s is well formed; see whether its record fits.") % words)


def similar_organizations_signal(organization: Organization | None, names: list[str]) -> Signal:
    """Tell which other organisations here have the same internet domain."""
    name = _("Similar organisations")
    if organization is None or not organization.domain:
        return Signal("na", name, _("There is no internet domain to compare by."))
    if not names:
        return Signal("yes", name, _("No other organisation here has the same domain."))
    return Signal("no", name, _("The same domain: %(names)s.") % {"names": ", ".join(names)})


def network_signal(application: Application, people: set[int]) -> Signal:
    """Compare the network that it came from with those of other people's applications."""
    name, words = _("Network"), {"network": application.sent_from, "count": len(people)}
    if not application.sent_from:
        return Signal("na", name, _("Not known."))
    if not people:
        return Signal("na", name, _("%(network)s, nobody else's.") % words)
    sentence = ngettext(
        "%(network)s, from which %(count)d other person applied.",
        "%(network)s, from which %(count)d other people applied.",
        len(people),
    )
    return Signal("no", name, sentence % words)


def network_country_signal(network: str, registered: str, declared: Sequence[str]) -> Signal:
    """Compare where the network that it came from is registered with the countries declared.

    `declared` is where the person works and where the model is to run. A network may be used far
    from where it is registered, and a private one by travellers: a fact to ask about.
    """
    name = _("Country of the network")
    if not registered:
        return Signal("na", name, _("Not known."))
    words = {"network": network, "country": COUNTRIES.get(registered, registered)}
    said = list(dict.fromkeys(COUNTRIES.get(each, each) for each in declared if each))
    if not said:
        return Signal("na", name, _("%(network)s is registered in %(country)s.") % words)
    if registered in declared:
        return Signal(
            "yes", name, _("%(network)s is registered in %(country)s, as declared.") % words
        )
    words["declared"] = ", ".join(said)
    return Signal(
        "no",
        name,
        _("%(network)s is registered in %(country)s; declared: %(declared)s.") % words,
    )


def mailbox_signal(*, verified: bool) -> Signal:
    """Tell whether the applicant showed that the mailbox is theirs."""
    if verified:
        return Signal("yes", _("Mailbox"), _("The e-mail address is confirmed."))
    return Signal("no", _("Mailbox"), _("The e-mail address is not confirmed."))


def account_age_signal(made: datetime) -> Signal:
    """Tell how long ago the account was made; one of today deserves a look."""
    age = timezone.now() - made
    return Signal(
        "na" if age.days >= 1 else "no",
        _("Account"),
        _("Made %(age)s ago.") % {"age": span(age)},
    )


def membership_signal(role: str | None, organization: Organization | None) -> Signal:
    """Tell what the applicant is to the organisation; `role` is none once they left."""
    name = _("Place in the organisation")
    if organization is None:
        return Signal("no", name, _("Applies without an organisation; ask for other evidence."))
    if role is None:
        return Signal("no", name, _("No longer belongs to %(name)s.") % {"name": organization.name})
    words = {"role": Membership.Role(role).label, "name": organization.name}
    return Signal("yes", name, _("%(role)s of %(name)s.") % words)


def domain_signal(organization: Organization | None, others: Sequence[str]) -> Signal:
    """Tell whether the organisation showed that its domain is its own, and who else did."""
    name = _("Domain of the organisation")
    if organization is None or not organization.domain:
        return Signal("na", name, _("There is none."))
    words = {"domain": organization.domain, "how": organization.get_domain_mailbox_display()}
    if not is_domain_verified(organization, timezone.now()):
        return Signal("no", name, _("%(domain)s is not verified, or not any more.") % words)
    if others:
        words["others"] = ", ".join(others)
        return Signal("no", name, _("%(domain)s was verified also by: %(others)s.") % words)
    return Signal("yes", name, _("%(domain)s was verified through %(how)s.") % words)


def reference_signals(said: Sequence[tuple[str, bool | None]]) -> dict[str, Signal]:
    """Tell what referees and the signing official answered; their words stand on a page."""
    states: dict[str, list[bool | None]] = {"referee": [], "official": []}
    for kind, vouches in said:
        states[kind].append(vouches)
    names = {"referee": _("Referees"), "official": _("Signing official")}
    return {kind: _answers(names[kind], found) for kind, found in states.items() if found}


def _answers(name: str, found: list[bool | None]) -> Signal:
    words = {
        "yes": found.count(True),
        "no": found.count(False),
        "waiting": found.count(None),
    }
    sentence = _("%(yes)d vouch, %(no)d do not, %(waiting)d have not answered.") % words
    if words["no"]:
        return Signal("no", name, sentence)
    return Signal("na" if words["waiting"] else "yes", name, sentence)


def clearances_signal(own: int, organization: int | None) -> Signal:
    """Tell the tiers that count of the applicant and, if there is one, of the organisation."""
    words = {"own": own, "other": organization}
    if organization is None:
        sentence = _("Person: tier %(own)s.") % words
        return Signal("yes" if own else "na", _("Clearances"), sentence)
    sentence = _("Person: tier %(own)s. Organisation: tier %(other)s.") % words
    return Signal("yes" if own and organization else "na", _("Clearances"), sentence)


def country_signal(organization: Organization | None, answers: Answers) -> Signal:
    """Compare the country that the applicant declared with the organisation's."""
    declared = str(answers.get("country") or "")
    name = _("Country")
    shown = COUNTRIES.get(declared, declared or _("not said"))
    if organization is None:
        return Signal("na", name, _("Declared: %(country)s.") % {"country": shown})
    words = {
        "country": shown,
        "other": COUNTRIES.get(organization.country, organization.country),
    }
    if declared == organization.country:
        return Signal("yes", name, _("%(country)s, as the organisation.") % words)
    return Signal("no", name, _("Declared %(country)s; the organisation is in %(other)s.") % words)


def countries_signal(outlook: Outlook) -> Signal:
    """Say what the country table asks of the organisation, the applicant and the hosting."""
    name = _("Country table")
    if not outlook.has_table:
        return Signal("na", name, _("No country table is in force."))
    asked = [*outlook.stopping, *outlook.reviewed]
    if not asked:
        return Signal("yes", name, _("It allows every country that was stated."))
    return Signal("no", name, " ".join(_asked_of(mode, finding) for mode, finding in asked))


def _asked_of(mode: str, finding: Finding) -> str:
    words = {
        "stage": AccessMode(mode).label,
        "country": finding.place.name,
        "source": finding.place.source.label,
    }
    if finding.effect is Effect.DENY:
        return _("%(stage)s: %(country)s (%(source)s) is denied.") % words
    if finding.stops:
        return _("%(stage)s: %(country)s (%(source)s) needs an export licence on record.") % words
    return _("%(stage)s: %(country)s (%(source)s) takes a second reviewer.") % words


def screening_signal(found: Standing) -> Signal:
    """Say what the lists of restricted parties say of the parties to an application."""
    name = _("Screening")
    if not found.lists:
        return Signal("na", name, _("No list is in force: nobody is screened."))
    if found.confirmed:
        return Signal("no", name, _("A party to it is a listed one, as somebody decided."))
    if found.open:
        words = ngettext(
            "%(count)d likeness with a list is not decided. It keeps the application from "
            "approval.",
            "%(count)d likenesses with lists are not decided. They keep the application from "
            "approval.",
            found.open,
        )
        return Signal("no", name, words % {"count": found.open})
    if found.due or not found.watched:
        return Signal("na", name, _("The parties are not screened yet; they are before approval."))
    words = ngettext(
        "%(count)d party screened; none is like an entry of a list, or somebody else was meant.",
        "%(count)d parties screened; none is like an entry of a list, or somebody else was meant.",
        found.watched,
    )
    return Signal("yes", name, words % {"count": found.watched})


def bans_signal(found: Sequence[tuple[str | None, str, str | None]]) -> Signal:
    """Tell of bans near the applicant: whose (or their own), why, and whether lifted."""
    name = _("Bans")
    if not found:
        return Signal("na", name, _("None, past or present."))
    return Signal("no", name, " ".join(_ban_sentence(*each) for each in found))


def _ban_sentence(organization: str | None, reason: str, lifted_at: str | None) -> str:
    words = {"who": organization or _("The applicant"), "reason": reason[:300]}
    if lifted_at is not None:
        return _("%(who)s was banned, which a board lifted.") % words
    return _("%(who)s is banned: %(reason)s") % words


def duplicates_signal(application: Application, count: int) -> Signal:
    """Tell how many others of the organisation have an application open for the model."""
    name = _("Other applications")
    if application.organization_id is None:
        return Signal("na", name, _("No organisation to compare by."))
    if not count:
        return Signal("yes", name, _("None open from the same organisation for this model."))
    words = ngettext(
        "%(count)d more open from the same organisation for this model.",
        "%(count)d more open from the same organisation for this model.",
        count,
    )
    return Signal("no", name, words % {"count": count})


def history_signal(earlier: Sequence[Application]) -> Signal:
    """Count the decisions before this one."""
    name = _("Earlier decisions")
    if not earlier:
        return Signal("na", name, _("None on this person or organisation."))
    words = {
        "approved": sum(each.state == "approved" for each in earlier),
        "declined": sum(each.state == "declined" for each in earlier),
    }
    return Signal(
        "no" if words["declined"] else "yes",
        name,
        _("%(approved)d approved, %(declined)d declined. They are listed below.") % words,
    )
