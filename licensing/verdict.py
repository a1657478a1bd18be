"""The one answer to "may this subject do this now": gathers the facts afresh and has them judged.

Web, API, download and gateway all ask here. Three queries for any number of releases; what the
caller holds in memory is never believed, only its ids.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonalToken, User
from licensing import gathering
from licensing.countries import Finding, judge
from licensing.countries.asked import asked_of
from licensing.facts import (
    SELF_SERVICE,
    BanFact,
    DutyFact,
    Facts,
    GrantFact,
    Links,
    SecondFactorFact,
    TokenFact,
    Verdict,
    VerdictAction,
    place_among,
    suspension_facts,
)
from licensing.gathering import Row
from licensing.models import (
    LIVE_GRANT_STATES,
    OPEN_APPLICATION_STATES,
    ApplicationState,
    Mode,
)
from licensing.rules import evaluate
from licensing.selectors.countries import licensed, stage_effects
from licensing.terms_gathering import terms_facts
from releases.models import AccessMode, Release

Subject = User | AnonymousUser


@dataclass(frozen=True)
class Context:
    """The circumstances of a request that the verdict looks at."""

    now: datetime = field(default_factory=timezone.now)
    token: PersonalToken | None = None
    address: str = ""
    country: str = ""
    # When the person last showed a second factor, in this session or for this link. What a token
    # carries is read from its row.
    second_factor_at: datetime | None = None
    # Somebody else asks about the person, whose own session is not known.
    for_another: bool = False


def decide(
    subject: Subject, release: Release, action: VerdictAction, context: Context | None = None
) -> Verdict:
    """Return the verdict on one release, with every rule and its result."""
    return decide_many(subject, [release], action, context)[release.pk]


def decide_many(
    subject: Subject,
    releases: Iterable[Release],
    action: VerdictAction,
    context: Context | None = None,
) -> dict[int, Verdict]:
    """Return the verdict on each release by its id, in the same three queries."""
    verdicts = decide_all(subject, releases, [action], context)
    return {release_id: by_action[action] for release_id, by_action in verdicts.items()}


def decide_all(
    subject: Subject,
    releases: Iterable[Release],
    actions: Sequence[VerdictAction] = tuple(VerdictAction),
    context: Context | None = None,
) -> dict[int, dict[VerdictAction, Verdict]]:
    """Return the verdicts of several actions on each release, in the same three queries."""
    context = context or Context()
    ids = [release.pk for release in releases]
    worlds = _gather(subject, ids, context)
    return {
        release_id: {action: _best(action, worlds.get(release_id, [])) for action in actions}
        for release_id in ids
    }


def decide_for_staff(
    subject: Subject, release: Release, context: Context
) -> tuple[dict[VerdictAction, Verdict], dict[int, list[Finding]]]:
    """Return the verdicts on a release, and what its stage does with each country.

    The countries stand under each grant by its id. The same three queries.
    """
    found = _gather(subject, [release.pk], context).get(release.pk, [])
    findings = {
        facts.grant.id: judge(facts.countries, facts.grant.places, facts.grant.licensed)
        for facts in found
        if facts.grant is not None
    }
    return {action: _best(action, found) for action in VerdictAction}, findings


@dataclass(frozen=True)
class Explained:
    """What one grant gives one person on one release: the facts, and the verdict on each action."""

    facts: Facts
    verdicts: dict[VerdictAction, Verdict]


def explain_grant(
    subject: User,
    grant_id: int,
    releases: Iterable[Release],
    actions: Sequence[VerdictAction],
    context: Context,
) -> dict[int, Explained]:
    """Return the verdicts under one grant alone, by the release's id, in the same three queries.

    What another grant of the person allows counts for nothing here. Empty where the grant does
    not concern them: they are not named on it and do not belong to its holder.
    """
    worlds = _gather(subject, [release.pk for release in releases], context)
    found = {
        release_id: facts
        for release_id, candidates in worlds.items()
        for facts in candidates
        if facts.grant is not None and facts.grant.id == grant_id
    }
    return {
        release_id: Explained(facts, {action: evaluate(action, facts) for action in actions})
        for release_id, facts in found.items()
    }


def _best(action: VerdictAction, candidates: list[Facts]) -> Verdict:
    """Judge once for each of the person's grants; the kindest verdict is the verdict."""
    if not candidates:
        raise Release.DoesNotExist("A verdict was asked on a release that does not exist.")
    verdicts = [evaluate(action, facts) for facts in candidates]
    best = min(verdicts, key=lambda verdict: len(verdict.denials))
    if not best.allowed or best.grant_id is None:
        return best
    allowing = [
        facts.grant
        for facts, verdict in zip(candidates, verdicts, strict=True)
        if verdict.allowed and facts.grant is not None
    ]
    return replace(
        best,
        grant_ids=tuple(grant.id for grant in allowing),
        volumes={grant.id: grant.volume for grant in allowing if grant.volume is not None},
    )


def _gather(subject: Subject, ids: list[int], context: Context) -> dict[int, list[Facts]]:
    user_id = subject.pk if isinstance(subject, User) else None
    rows = list(gathering.releases(ids, user_id, context.now))
    slugs = {terms["slug"] for row in rows for terms in row.terms_in_force}
    person = gathering.person(user_id, slugs, context.token, context.now) if user_id else None
    grants: list[Row] = []
    if person is not None and person.is_active:
        grants = list(gathering.grants(person.pk, {row.model_id for row in rows}, ids, context.now))
    return {
        row.pk: _worlds(row, person, [g for g in grants if g.model_id == row.model_id], context)
        for row in rows
    }


def _worlds(row: Row, person: Row, grants: list[Row], context: Context) -> list[Facts]:
    """Return the facts once for each grant of the person, or once without any."""
    base = _base(row, person, context)
    if person is None or not person.is_active:
        return [base]
    base = replace(base, held=_held(grants))
    if not grants:
        return [base]
    return [
        replace(
            base,
            terms=terms_facts(row, person, context.now, grant),
            grant=_grant_fact(row, grant, person),
        )
        for grant in grants
    ]


def _base(row: Row, person: Row, context: Context) -> Facts:
    active = person is not None and person.is_active
    token = None
    shown_at = context.second_factor_at
    if context.token is not None:
        rights = person.token_rights if person is not None else None
        shown_at = person.token_second_factor_at if person is not None else None
        token = TokenFact(live=rights is not None, rights=frozenset(rights or ()))
    access_mode = row.stage.access_mode if row.stage else AccessMode.NONE.value
    application = row.application["state"] if row.application and active else ""
    return Facts(
        now=context.now,
        release_state=row.state,
        access_mode=access_mode,
        stage_name=row.stage.name if row.stage else "",
        required_tier=row.stage.required_tier if row.stage else 0,
        second_factor=SecondFactorFact(
            within=row.stage.second_factor if row.stage else None,
            shown_at=shown_at,
            known=not context.for_another,
        ),
        holds=frozenset(row.hold_kinds),
        takes_applications=row.takes_applications,
        self_service=SELF_SERVICE.get(access_mode, frozenset()),
        staff=active and row.staff,
        signed_in=person is not None,
        active=active,
        email_verified=person is not None and person.verified,
        token=token,
        person_tier=person.tier if person is not None else 0,
        terms=terms_facts(row, person if active else None, context.now),
        grant=None,
        held="",
        open_application=application if application in OPEN_APPLICATION_STATES else "",
        declined=application == ApplicationState.DECLINED,
        ban=_ban_fact(person.ban) if person is not None else None,
        person_reopened=person is not None and person.reopened,
        listed=person is not None and person.listed,
        countries=stage_effects(row.country_rows),
        contact=settings.SCREENING_CONTACT,
        links=_links(row),
    )


def _held(grants: list[Row]) -> str:
    live = [grant for grant in grants if grant.state in LIVE_GRANT_STATES and grant.named]
    if any(grant.state == "suspended" for grant in live):
        return "suspended"
    if any(set(Mode.values) <= _reviewed(grant) for grant in live):
        return "complete"
    return ""


def _grant_fact(row: Row, grant: Row, person: Row) -> GrantFact:
    # What an applicant stated is of themselves; of a colleague only vetting tells.
    own = grant.stated if grant.applicant_id == person.pk else ""
    return GrantFact(
        id=grant.pk,
        state=grant.state,
        modes=frozenset(grant.modes),
        ends_at=grant.ends_at,
        named=grant.named,
        for_organization=grant.organization_id is not None,
        member=grant.member,
        organization_tier=grant.organization_tier,
        place=place_among(grant.places, row.pk, row.stage.access_mode) if row.stage else "none",
        reviewed=frozenset(_reviewed(grant)),
        volume=grant.volume,
        reason=grant.state_reason,
        url=reverse("grant_detail", args=[grant.public_id]),
        ban=_ban_fact(grant.ban),
        suspensions=suspension_facts(grant.suspensions),
        duties=tuple(
            DutyFact(duty["kind"], reverse("duty_detail", args=[duty["public_id"]]))
            for duty in grant.stopping
        ),
        organization_reopened=grant.organization_reopened,
        listed=grant.listed,
        places=asked_of(
            chain=grant.chain,
            people=[(own, ""), (person.vetted_in, "")],
            hosting=grant.hosting,
            held_by_person=grant.organization_id is None,
        ),
        licensed=licensed(grant.licences),
    )


def _ban_fact(ban: dict[str, Any] | None) -> BanFact | None:
    if ban is None:
        return None
    return BanFact(ban["reason"], reverse("ban_detail", args=[ban["public_id"]]))


def _reviewed(grant: Row) -> set[str]:
    return set(grant.modes) - set(grant.public_modes)


def _links(row: Row) -> Links:
    query = urlencode({"model": str(row.model)})
    application = ""
    if row.application:
        application = reverse("application_detail", args=[row.application["public_id"]])
    return Links(
        sign_in=reverse("account_login"),
        verify_email=reverse("account_email"),
        tokens=reverse("account_tokens"),
        second_factor=_second_factor_url(row),
        organizations=reverse("account_organizations"),
        apply=f"{reverse('application_new')}?{query}",
        application=application,
        clearances=reverse("account_clearances"),
    )


def _second_factor_url(row: Row) -> str:
    """Return where to show a second factor; from there one comes back to the explanation."""
    names = [row.model.namespace, row.model.name, row.version]
    query = urlencode({"next": reverse("explain", args=names)})
    return f"{reverse('account_second_factor')}?{query}"
