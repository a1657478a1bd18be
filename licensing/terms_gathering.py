"""What the verdict's rules are told of the agreements that a stage requires."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from licensing import versions
from licensing.facts import SignatureFact, TermsFact
from licensing.gathering import Row
from licensing.versions import VersionFact

Entry = dict[str, Any]


def terms_facts(
    row: Row, person: Row | None, now: datetime, grant: Row | None = None
) -> tuple[TermsFact, ...]:
    """Return each agreement of the release's stage, as the person and the grant's holder stand.

    Without a grant every acceptance of the person's counts, for whomever it was.
    """
    known = {terms["slug"]: terms for terms in row.terms_in_force}
    accepted = person.accepted if person is not None else []
    return tuple(
        _fact(slug, known.get(slug), accepted, row, person, now, grant)
        for slug in (row.stage.terms if row.stage else ())
    )


def _fact(
    slug: str,
    terms: Entry | None,
    accepted: list[Entry],
    row: Row,
    person: Row | None,
    now: datetime,
    grant: Row | None,
) -> TermsFact:
    organization_id = grant.organization_id if grant is not None else None
    url = terms_url(slug, str(row.model), organization_id)
    if terms is None or not terms["versions"]:
        # A slug that nobody published terms for is required all the same: the door stays shut.
        title = terms["title"] if terms else slug
        return TermsFact(slug=slug, title=title, number=None, accepted=False, url=url)
    facts = [_version(each) for each in terms["versions"]]
    numbers = [
        entry["number"]
        for entry in accepted
        if entry["slug"] == slug
        and (grant is None or entry["organization"] == grant.organization_id)
    ]
    counts, newest, until = _standing(facts, numbers, now)
    return TermsFact(
        slug=slug,
        title=terms["versions"][-1]["title"] or terms["title"],
        number=facts[-1].number,
        accepted=counts,
        accepted_earlier=any(entry["slug"] == slug for entry in accepted),
        url=url,
        accepted_number=newest,
        renew_by=until,
        signature=_signature(slug, facts, row, person, now, grant),
    )


def _signature(
    slug: str,
    facts: list[VersionFact],
    row: Row,
    person: Row | None,
    now: datetime,
    grant: Row | None,
) -> SignatureFact | None:
    binding = versions.binding(facts, now)
    if grant is None or grant.organization_id is None or binding is None or not binding.signs:
        return None
    numbers = [entry["number"] for entry in grant.signed if entry["slug"] == slug]
    counts, _newest, until = _standing(facts, numbers, now)
    officials = grant.officials if grant.member else []
    may_sign = person is not None and any(each["user"] == person.pk for each in officials)
    return SignatureFact(
        signed=counts,
        signed_earlier=bool(numbers),
        renew_by=until,
        officials=tuple(each["name"] for each in officials),
        url=terms_url(slug, str(row.model), grant.organization_id, official=True)
        if may_sign
        else "",
    )


def _standing(
    facts: list[VersionFact], numbers: Iterable[int], now: datetime
) -> tuple[bool, int | None, datetime | None]:
    """Return whether one of these acceptances counts, the newest, and until when it counts."""
    newest = max(numbers, default=None)
    lowest = versions.lowest_accepted(facts, now)
    if newest is None or lowest is None or newest < lowest:
        return False, newest, None
    return True, newest, versions.renew_by(facts, newest, now)


def _version(entry: Entry) -> VersionFact:
    return VersionFact(
        number=entry["number"],
        in_force_at=datetime.fromisoformat(entry["in_force_at"]),
        binds_at=datetime.fromisoformat(entry["binds_at"]) if entry["binds_at"] else None,
        id=entry["id"],
        signs=entry["signs"],
    )


def terms_url(
    slug: str, model: str, organization_id: int | None = None, *, official: bool = False
) -> str:
    """Return the page on which a person accepts these terms for this model."""
    query = {"model": model} if model else {}
    if organization_id is not None:
        query["organization"] = str(organization_id)
    if official:
        query["as"] = "official"
    address = reverse("terms_accept", args=[slug])
    return f"{address}?{urlencode(query)}" if query else address
