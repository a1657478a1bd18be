"""Whom licensing has screened, and what follows from it. It suspends nothing by itself."""

import logging

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organization, ScreeningHit, User, WatchReason
from accounts.selectors import screening as lists
from accounts.services import screening
from accounts.services.screening import Party
from common.errors import Refused
from licensing import approval_rules, notifications, permissions, selectors
from licensing.approval_rules import ScreeningFact
from licensing.models import (
    LIVE_GRANT_STATES,
    OPEN_APPLICATION_STATES,
    Application,
    ApplicationState,
    Grant,
    SuspensionRequest,
)
from licensing.selectors import screening as reading
from licensing.services.guards import require_active, require_met

logger = logging.getLogger(__name__)

CHUNK = 200
MOST_PARENTS = 10
_SENT = [state for state in OPEN_APPLICATION_STATES if state != ApplicationState.DRAFT]
# Names that applicants give, whom they are of, and as what they are looked for.
_GIVEN = (
    ("legal_name", "person"),
    ("organization_legal_name", "organization"),
    ("official_name", "person"),
)


def parties_of(application: Application) -> list[Party]:
    """Return whom an application is for: people, organisations, and names that were given."""
    answers = selectors.answers_of(application)
    country = str(answers.get("country") or "")
    applicant = application.applicant
    found = [Party(user=applicant, country=country)]
    found += _with_parents(application.organization)
    known = {applicant.full_name, str(application.organization or "")}
    for key, kind in _GIVEN:
        name = str(answers.get(key) or "").strip()
        if name and name not in known:
            found.append(
                Party(
                    name=name,
                    sealed_for=applicant.pseudonym,
                    kind=kind,
                    role=key,
                    country=country if key == "legal_name" else "",
                )
            )
    found += [
        Party(user=user)
        for user in selectors.nameable_users(application)
        if user.pk != applicant.pk
    ]
    return found


def _with_parents(organization: Organization | None) -> list[Party]:
    """Return an organisation and those that it belongs to; there are no circles."""
    found: list[Party] = []
    while organization is not None and len(found) < MOST_PARENTS:
        found.append(Party(organization=organization))
        organization = organization.parent
    return found


@transaction.atomic
def watch_application(application: Application) -> None:
    """Have the parties to an application screened while it is open, from its sending on."""
    parties = parties_of(application) if application.state in _SENT else []
    screening.watch(source=reading.APPLICATION, source_id=application.pk, parties=parties)


@transaction.atomic
def watch_grant(grant: Grant) -> None:
    """Have the holder of a grant, whoever is named on it, and the given names screened."""
    parties: list[Party] = []
    if grant.state in LIVE_GRANT_STATES:
        parties += _with_parents(grant.organization)
        if grant.application is not None:
            parties += [each for each in parties_of(grant.application) if each.name]
        if grant.person is not None:
            parties.append(Party(user=grant.person))
        parties += [Party(user=user) for user in selectors.named_users(grant)]
    screening.watch(source=reading.GRANT, source_id=grant.pk, parties=parties)


def require_screened(application: Application, users: list[User]) -> None:
    """Refuse an approval until every party is screened and found to be nobody who is listed."""
    parties = parties_of(application) + [Party(user=user) for user in users]
    watches = screening.watch(source=reading.APPLICATION, source_id=application.pk, parties=parties)
    ids = [watch.pk for watch in watches]
    # Those that a sweep has not come to yet; the others cost one query.
    screening.screen_watches(watch_ids=ids)
    found = list(lists.blocking_hits().filter(watch__in=ids).values_list("decision", flat=True))
    confirmed = found.count(ScreeningHit.Decision.THEM)
    facts = ScreeningFact(open=len(found) - confirmed, confirmed=confirmed)
    require_met(approval_rules.screened(facts))


def decide_hit(*, actor: User, hit: ScreeningHit, decision: str, reason: str) -> ScreeningHit:
    """Say whether a subject is the listed party, as somebody who may know of the hit."""
    why_not = _("You have no right to decide this.")
    fresh = require_active(actor, why_not)
    if not permissions.can_decide_hit(fresh, hit):
        raise Refused(why_not)
    return screening.decide_hit(actor=fresh, hit=hit, decision=decision, reason=reason)


def sweep_watches() -> int:
    """Watch whom a missed step left out, and end what is over; tell how much there was to do."""
    begun = list(reading.unwatched_grants()[:CHUNK])
    for grant in begun:
        watch_grant(grant)
    live = Grant.objects.filter(state__in=LIVE_GRANT_STATES)
    over = list(reading.overdue_reasons(reading.GRANT, live)[:CHUNK])
    for reason in over:
        screening.end_watching(source=reading.GRANT, source_id=reason.source_id)
    watched = WatchReason.objects.filter(
        source=reading.APPLICATION, source_id=OuterRef("pk"), ended_at__isnull=True
    )
    sent = Application.objects.filter(state__in=_SENT)
    missed = list(sent.filter(~Exists(watched)).order_by("pk")[:CHUNK])
    for application in missed:
        watch_application(application)
    ended = list(reading.overdue_reasons(reading.APPLICATION, sent)[:CHUNK])
    for reason in ended:
        screening.end_watching(source=reading.APPLICATION, source_id=reason.source_id)
    return len(begun) + len(over) + len(missed) + len(ended)


def ask_for_suspensions() -> int:
    """Ask the leads to suspend each grant with a party of exactly a listed name; tell how many."""
    asked = 0
    for reason in list(reading.to_ask_about()[:CHUNK]):
        try:
            asked += _ask(reason)
        except Exception:
            logger.exception("Leads could not be asked about grant %d.", reason.source_id)
    return asked


@transaction.atomic
def _ask(reason: WatchReason) -> int:
    grant = (
        Grant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "organization", "person")
        .filter(pk=reason.source_id, state__in=LIVE_GRANT_STATES)
        .first()
    )
    if grant is None:
        return 0
    asked = 0
    for hit in lists.exact_open_hits().filter(watch=reason.watch_id):
        _request, is_new = SuspensionRequest.objects.get_or_create(grant=grant, hit=hit)
        if is_new:
            notifications.suspension_asked(
                grant, permissions.leads_to_ask(grant, hit), _hit_url(hit)
            )
            asked += 1
    return asked


def _hit_url(hit: ScreeningHit) -> str:
    return reverse("screening_hit", args=[hit.public_id])
