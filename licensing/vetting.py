"""What a reviewer should see beside the answers: facts to weigh, none of them a decision."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONArray
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Membership, Organization, User
from accounts.selectors import (
    is_domain_verified,
    live_memberships,
    namesakes_by_domain,
    settled_clearances,
    verified_users,
)
from accounts.selectors.networks import country_within, nearest_block
from common.countries import COUNTRIES
from common.public_mail import PUBLIC_MAIL, is_at
from common.templatetags.ui import span
from licensing import selectors
from licensing.application_form import Answers
from licensing.countries import Effect, Finding
from licensing.models import OPEN_APPLICATION_STATES, Application, Ban
from licensing.selectors import countries
from licensing.selectors.references import current_requests
from licensing.selectors.screening import standing_of
from releases.choices import AccessMode


@dataclass(frozen=True)
class Signal:
    """One fact: `state` is yes (reassuring), no (look closer) or na (says nothing)."""

    state: str
    name: str
    reason: str


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


def signals(
    application: Application, answers: Answers, earlier: Sequence[Application]
) -> dict[str, Signal]:
    """Return every signal on an application by its key; `earlier` are the decisions before it."""
    organization = application.organization
    person = _person(application)
    found = {
        "email_domain": email_domain_signal(
            person.email, organization.domain if organization else ""
        ),
        "mailbox": _verified(verified=person.verified),
        "account_age": _account_age(person.date_joined),
        "membership": _membership(person.role, organization),
        "domain": _domain(organization, person.same_domain or []),
        **_references(person.references or []),
        "clearances": _tiers(person.tier, person.organization_tier if organization else None),
        "orcid": orcid_signal(str(answers.get("profile_url") or "")),
        "country": _country(organization, answers),
        "countries": countries_signal(countries.outlooks([application])[application.pk]),
        "bans": _bans(person.bans_near or []),
        "screening": screening_signal(application),
        "duplicates": _duplicates(application, len(person.duplicates or [])),
        "similar_organization": _similar_organizations(organization, person.namesakes or []),
        "network": _network(application, set(person.neighbours or [])),
        "network_country": network_country_signal(
            application.sent_from,
            country_within(application.sent_from, person.network_block),
            [str(answers.get(key) or "") for key in ("country", "hosting_country")],
        ),
        "history": _history(earlier),
    }
    return dict(sorted(found.items(), key=lambda pair: ["no", "yes", "na"].index(pair[1].state)))


def flags(application: Application) -> list[str]:
    """Return the keys of the signals that say to look closer, as things are now."""
    answers = selectors.answers_of(application)
    found = signals(application, answers, selectors.earlier_decisions(application))
    return sorted(key for key, signal in found.items() if signal.state == "no")


# The signals by which the queue can be filtered, in the words of its filter.
FLAGS: dict[str, str | Promise] = {
    "email_domain": gettext_lazy("E-mail domain does not fit"),
    "mailbox": gettext_lazy("E-mail address not confirmed"),
    "account_age": gettext_lazy("Account made the same day"),
    "membership": gettext_lazy("Without an organisation, or not of it"),
    "domain": gettext_lazy("Domain of the organisation not verified"),
    "orcid": gettext_lazy("ORCID iD is not one"),
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
_ORCID = re.compile(
    r"orcid\.org/([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])(?![0-9X-])", re.IGNORECASE
)


def orcid_signal(page: str) -> Signal:
    """Judge an ORCID iD by its check digit (ISO 7064, MOD 11-2); whose it is shows its record."""
    name = _("ORCID")
    if "orcid.org" not in page.lower():
        return Signal("na", name, _("No ORCID record was given."))
    found = _ORCID.search(page)
    digits = found[1].replace("-", "").upper() if found else ""
    if not digits or digits[-1] != _orcid_check(digits[:-1]):
        return Signal("no", name, _("What was given is no ORCID iD: %(page)s") % {"page": page})
    return Signal(
        "na", name, _("%(orcid)s is well formed; see whether its record fits.") % {"orcid": digits}
    )


def _orcid_check(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def _others_of_domain(organization: Organization | None) -> QuerySet[Organization]:
    if organization is None or not organization.domain:
        return Organization.objects.none()
    others = Organization.objects.filter(domain__iexact=organization.domain)
    return others.exclude(pk=organization.pk).order_by("pk")


def _similar_organizations(organization: Organization | None, names: list[str]) -> Signal:
    name = _("Similar organisations")
    if organization is None or not organization.domain:
        return Signal("na", name, _("There is no internet domain to compare by."))
    if not names:
        return Signal("yes", name, _("No other organisation here has the same domain."))
    return Signal("no", name, _("The same domain: %(names)s.") % {"names": ", ".join(names)})


def _others_of_network(application: Application) -> QuerySet[Application]:
    if not application.sent_from:
        return Application.objects.none()
    same = Application.objects.filter(sent_from=application.sent_from).order_by()
    return same.exclude(applicant=application.applicant_id)


def _network(application: Application, people: set[int]) -> Signal:
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


# An applicant with the further attributes that the query below annotates.
Row = Any


def _person(application: Application) -> Row:
    """Return the applicant with what is known of them and their organisation, in one query."""
    clearances = settled_clearances(timezone.now()).order_by("-tier").values("tier")
    memberships = live_memberships().filter(
        user=OuterRef("pk"), organization=application.organization_id
    )
    return User.objects.annotate(
        verified=Exists(verified_users().filter(pk=OuterRef("pk"))),
        role=Subquery(memberships.values("role")[:1]),
        tier=Coalesce(Subquery(clearances.filter(user=OuterRef("pk"))[:1]), 0),
        organization_tier=Coalesce(
            Subquery(clearances.filter(organization=application.organization_id)[:1]), 0
        ),
        duplicates=ArraySubquery(_others_of_organization(application).values("pk")[:50]),
        neighbours=ArraySubquery(_others_of_network(application).values("applicant")[:50]),
        network_block=Subquery(nearest_block(application.sent_from)),
        namesakes=ArraySubquery(_others_of_domain(application.organization).values("name")[:5]),
        same_domain=ArraySubquery(_verified_too(application.organization).values("name")[:5]),
        references=ArraySubquery(
            current_requests(application).values(said=JSONArray("kind", "answer__vouches"))
        ),
        bans_near=ArraySubquery(
            _bans_near(application)
            .order_by("-pk")
            .values(said=JSONArray("organization__name", "reason", "lifted_at"))[:10]
        ),
    ).get(pk=application.applicant_id)


def _verified(*, verified: bool) -> Signal:
    if verified:
        return Signal("yes", _("Mailbox"), _("The e-mail address is confirmed."))
    return Signal("no", _("Mailbox"), _("The e-mail address is not confirmed."))


def _account_age(made: datetime) -> Signal:
    age = timezone.now() - made
    return Signal(
        "na" if age.days >= 1 else "no",
        _("Account"),
        _("Made %(age)s ago.") % {"age": span(age)},
    )


def _membership(role: str | None, organization: Organization | None) -> Signal:
    name = _("Place in the organisation")
    if organization is None:
        return Signal("no", name, _("Applies without an organisation; ask for other evidence."))
    if role is None:
        return Signal("no", name, _("No longer belongs to %(name)s.") % {"name": organization.name})
    words = {"role": Membership.Role(role).label, "name": organization.name}
    return Signal("yes", name, _("%(role)s of %(name)s.") % words)


def _verified_too(organization: Organization | None) -> QuerySet[Organization]:
    if organization is None:
        return Organization.objects.none()
    return namesakes_by_domain(organization, timezone.now()).order_by("name", "pk")


def _domain(organization: Organization | None, others: Sequence[str]) -> Signal:
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


def _references(said: Sequence[tuple[str, bool | None]]) -> dict[str, Signal]:
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


def _tiers(own: int, organization: int | None) -> Signal:
    words = {"own": own, "other": organization}
    if organization is None:
        sentence = _("Person: tier %(own)s.") % words
        return Signal("yes" if own else "na", _("Clearances"), sentence)
    sentence = _("Person: tier %(own)s. Organisation: tier %(other)s.") % words
    return Signal("yes" if own and organization else "na", _("Clearances"), sentence)


def _country(organization: Organization | None, answers: Answers) -> Signal:
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


def countries_signal(outlook: countries.Outlook) -> Signal:
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


def screening_signal(application: Application) -> Signal:
    """Say what the lists of restricted parties say of the parties to an application."""
    name = _("Screening")
    found = standing_of(application)
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


def _bans_near(application: Application) -> QuerySet[Ban]:
    """Find bans, past ones too, of the applicant and of every organisation of theirs.

    Also of those that they left, and of those with the same internet domain: to leave, or to
    register anew under another name, are ways out of an organisation's ban.
    """
    own = Membership.objects.filter(user=application.applicant_id).values("organization")
    domains = {application.applicant.email.rpartition("@")[2].lower()} - PUBLIC_MAIL
    near = Q(person=application.applicant_id) | Q(organization__in=own)
    if application.organization is not None:
        domains.add(application.organization.domain)
        near |= Q(organization=application.organization_id)
    return Ban.objects.filter(near | Q(organization__domain__in=domains - {""}))


def _bans(found: Sequence[tuple[str | None, str, str | None]]) -> Signal:
    name = _("Bans")
    if not found:
        return Signal("na", name, _("None, past or present."))
    return Signal("no", name, " ".join(_ban_sentence(*each) for each in found))


def _ban_sentence(organization: str | None, reason: str, lifted_at: str | None) -> str:
    words = {"who": organization or _("The applicant"), "reason": reason[:300]}
    if lifted_at is not None:
        return _("%(who)s was banned, which a board lifted.") % words
    return _("%(who)s is banned: %(reason)s") % words


def _others_of_organization(application: Application) -> QuerySet[Application]:
    if application.organization_id is None:
        return Application.objects.none()
    same = Application.objects.filter(
        model=application.model_id,
        organization=application.organization_id,
        state__in=OPEN_APPLICATION_STATES,
    )
    return same.exclude(pk=application.pk).order_by()


def _duplicates(application: Application, count: int) -> Signal:
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


def _history(earlier: Sequence[Application]) -> Signal:
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
