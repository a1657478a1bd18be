"""What a reviewer should see beside the answers: facts to weigh, none of them a decision."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organization, User
from accounts.selectors import (
    is_email_verified,
    membership_of,
    tier_of_organization,
    tier_of_user,
)
from common.countries import COUNTRIES
from common.templatetags.ui import span
from licensing.application_form import Answers
from licensing.models import OPEN_APPLICATION_STATES, Application
from licensing.selectors import earlier_decisions

# Mailboxes that anyone can have say nothing about where somebody works.
PUBLIC_MAIL = frozenset(
    (
        *("126.com", "163.com", "aol.com", "fastmail.com", "gmail.com", "gmx.de", "gmx.net"),
        *("googlemail.com", "hotmail.com", "icloud.com", "live.com", "mail.com", "mail.ru"),
        *("me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com"),
        *("web.de", "yahoo.com", "yandex.ru"),
    )
)


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
    if mailbox == domain or mailbox.endswith(f".{domain}"):
        return Signal("yes", name, _("%(mailbox)s belongs to %(domain)s.") % words)
    return Signal("no", name, _("%(mailbox)s is not %(domain)s.") % words)


def signals(application: Application, answers: Answers) -> list[Signal]:
    """Return every signal on an application."""
    person, organization = application.applicant, application.organization
    found = [
        email_domain_signal(person.email, organization.domain if organization else ""),
        _verified(person),
        _account_age(person),
        _membership(person, organization),
        _tiers(person, organization),
        _country(organization, answers),
        _duplicates(application),
        _history(application),
    ]
    return sorted(found, key=lambda signal: ["no", "yes", "na"].index(signal.state))


def _verified(person: User) -> Signal:
    if is_email_verified(person):
        return Signal("yes", _("Mailbox"), _("The e-mail address is confirmed."))
    return Signal("no", _("Mailbox"), _("The e-mail address is not confirmed."))


def _account_age(person: User) -> Signal:
    age = timezone.now() - person.date_joined
    return Signal(
        "na" if age.days >= 1 else "no",
        _("Account"),
        _("Made %(age)s ago.") % {"age": span(age)},
    )


def _membership(person: User, organization: Organization | None) -> Signal:
    name = _("Place in the organisation")
    if organization is None:
        return Signal("no", name, _("Applies without an organisation; ask for other evidence."))
    membership = membership_of(person, organization)
    if membership is None:
        return Signal("no", name, _("No longer belongs to %(name)s.") % {"name": organization.name})
    return Signal(
        "yes",
        name,
        _("%(role)s of %(name)s.")
        % {"role": membership.get_role_display(), "name": organization.name},
    )


def _tiers(person: User, organization: Organization | None) -> Signal:
    now = timezone.now()
    own = tier_of_user(person, now)
    words = {"own": own}
    if organization is None:
        state = "yes" if own else "na"
        return Signal(state, _("Clearances"), _("Person: tier %(own)s.") % words)
    words["other"] = tier_of_organization(organization, now)
    state = "yes" if own and words["other"] else "na"
    return Signal(
        state, _("Clearances"), _("Person: tier %(own)s. Organisation: tier %(other)s.") % words
    )


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


def _duplicates(application: Application) -> Signal:
    name = _("Other applications")
    if application.organization_id is None:
        return Signal("na", name, _("No organisation to compare by."))
    count = (
        Application.objects.filter(
            model=application.model_id,
            organization=application.organization_id,
            state__in=OPEN_APPLICATION_STATES,
        )
        .exclude(pk=application.pk)
        .count()
    )
    if not count:
        return Signal("yes", name, _("None open from the same organisation for this model."))
    words = ngettext(
        "%(count)d more open from the same organisation for this model.",
        "%(count)d more open from the same organisation for this model.",
        count,
    )
    return Signal("no", name, words % {"count": count})


def _history(application: Application) -> Signal:
    name = _("Earlier decisions")
    earlier = earlier_decisions(application)
    if not earlier:
        return Signal("na", name, _("None on this person or organisation."))
    declined = sum(each.state == "declined" for each in earlier)
    words = {
        "approved": sum(each.state == "approved" for each in earlier),
        "declined": declined,
    }
    return Signal(
        "no" if declined else "yes",
        name,
        _("%(approved)d approved, %(declined)d declined. They are listed below.") % words,
    )
