"""What a reviewer should see beside the answers: facts to weigh, none of them a decision."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONArray
from django.utils import timezone

from accounts.models import Membership, Organization, User
from accounts.selectors import (
    live_memberships,
    namesakes_by_domain,
    orcid_accounts,
    settled_clearances,
    verified_users,
)
from accounts.selectors.networks import country_within, nearest_block
from common.public_mail import PUBLIC_MAIL
from licensing import selectors
from licensing.application_form import Answers
from licensing.models import OPEN_APPLICATION_STATES, Application, Ban
from licensing.selectors import countries
from licensing.selectors.references import current_requests
from licensing.selectors.screening import standing_of
from licensing.signals import (
    Signal,
    account_age_signal,
    bans_signal,
    clearances_signal,
    countries_signal,
    country_signal,
    domain_signal,
    duplicates_signal,
    email_domain_signal,
    history_signal,
    mailbox_signal,
    membership_signal,
    network_country_signal,
    network_signal,
    orcid_signal,
    reference_signals,
    screening_signal,
    similar_organizations_signal,
)


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
        "mailbox": mailbox_signal(verified=person.verified),
        "account_age": account_age_signal(person.date_joined),
        "membership": membership_signal(person.role, organization),
        "domain": domain_signal(organization, person.same_domain or []),
        **reference_signals(person.references or []),
        "clearances": clearances_signal(
            person.tier, person.organization_tier if organization else None
        ),
        "orcid": orcid_signal(
            str(answers.get("orcid") or ""),
            str(answers.get("profile_url") or ""),
            person.orcid or "",
        ),
        "country": country_signal(organization, answers),
        "countries": countries_signal(countries.outlooks([application])[application.pk]),
        "bans": bans_signal(person.bans_near or []),
        "screening": screening_signal(standing_of(application)),
        "duplicates": duplicates_signal(application, len(person.duplicates or [])),
        "similar_organization": similar_organizations_signal(organization, person.namesakes or []),
        "network": network_signal(application, set(person.neighbours or [])),
        "network_country": network_country_signal(
            application.sent_from,
            country_within(application.sent_from, person.network_block),
            [str(answers.get(key) or "") for key in ("country", "hosting_country")],
        ),
        "history": history_signal(earlier),
    }
    return dict(sorted(found.items(), key=lambda pair: ["no", "yes", "na"].index(pair[1].state)))


def flags(application: Application) -> list[str]:
    """Return the keys of the signals that say to look closer, as things are now."""
    answers = selectors.answers_of(application)
    found = signals(application, answers, selectors.earlier_decisions(application))
    return sorted(key for key, signal in found.items() if signal.state == "no")


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
        orcid=Subquery(orcid_accounts().filter(user=OuterRef("pk")).values("uid")[:1]),
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


def _others_of_organization(application: Application) -> QuerySet[Application]:
    if application.organization_id is None:
        return Application.objects.none()
    same = Application.objects.filter(
        model=application.model_id,
        organization=application.organization_id,
        state__in=OPEN_APPLICATION_STATES,
    )
    return same.exclude(pk=application.pk).order_by()


def _others_of_network(application: Application) -> QuerySet[Application]:
    if not application.sent_from:
        return Application.objects.none()
    same = Application.objects.filter(sent_from=application.sent_from).order_by()
    return same.exclude(applicant=application.applicant_id)


def _others_of_domain(organization: Organization | None) -> QuerySet[Organization]:
    if organization is None or not organization.domain:
        return Organization.objects.none()
    others = Organization.objects.filter(domain__iexact=organization.domain)
    return others.exclude(pk=organization.pk).order_by("pk")


def _verified_too(organization: Organization | None) -> QuerySet[Organization]:
    if organization is None:
        return Organization.objects.none()
    return namesakes_by_domain(organization, timezone.now()).order_by("name", "pk")


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
