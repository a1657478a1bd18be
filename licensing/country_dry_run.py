"""Whom another country table would stop or let in, judged by the rules of the verdict.

Each live grant on a model of the board is judged under the table that counts and under the other,
for a person of whom all else is well; then each colleague named on it whose own country is known.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from boards.models import Board
from licensing.countries import Table
from licensing.countries.asked import asked_of
from licensing.dry_run import NAMED, Judge, Row, World, live_grants, tables_of, with_grant, worlds
from licensing.facts import VerdictAction
from licensing.models import Grant, GrantUser
from licensing.selectors import holder_name
from licensing.selectors.countries import country_of
from releases.choices import ReleaseState
from releases.dry_run import Effect
from releases.models import Release

Uses = frozenset[VerdictAction]


@dataclass(frozen=True)
class Shift:
    """What one grant can be used for under either table, and how many colleagues alone change."""

    grant: Row
    before: Uses
    after: Uses
    people_out: int = 0
    people_in: int = 0


def shifts(board: Board, table: Table) -> list[Shift]:
    """Return every grant for which, or for somebody named on which, something would change."""
    now = timezone.now()
    releases = list(
        Release.objects.filter(model__board=board, state=ReleaseState.SEALED, stage__isnull=False)
        .select_related("model", "stage")
        .order_by("pk")
    )
    tables = tables_of(releases, now)
    present = _by_model(worlds(releases, now, tables))
    future = _by_model(worlds(releases, now, dict.fromkeys(tables, table)))
    grants = live_grants(releases, now)
    vetted = defaultdict(list)
    people = GrantUser.objects.filter(
        grant__in=[grant.pk for grant in grants], ended_at__isnull=True
    ).annotate(vetted_in=country_of(OuterRef("user"), now))
    for grant_id, code in people.exclude(vetted_in="").values_list("grant", "vetted_in"):
        vetted[grant_id].append(code)
    judge = Judge()
    found = [
        _shift(judge, present[grant.model_id], future[grant.model_id], grant, vetted[grant.pk])
        for grant in grants
    ]
    return [
        each for each in found if each.before != each.after or each.people_out or each.people_in
    ]


def _by_model(found: Iterable[World]) -> dict[int, list[World]]:
    grouped = defaultdict(list)
    for release, facts in found:
        grouped[release.model_id].append((release, facts))
    return grouped


def _shift(
    judge: Judge, present: Sequence[World], future: Sequence[World], grant: Row, vetted: list[str]
) -> Shift:
    before, after = judge.uses(present, grant), judge.uses(future, grant)
    out, in_ = 0, 0
    for code in vetted:
        had = _uses_of(judge, present, grant, code)
        has = _uses_of(judge, future, grant, code)
        # Only what the person's own country does; the rest is the grant's.
        out += had == before != frozenset() and has < after
        in_ += had < before and has == after != frozenset()
    return Shift(grant, before, after, out, in_)


def _uses_of(judge: Judge, found: Sequence[World], grant: Row, code: str) -> Uses:
    """Return the uses that a colleague from a country has."""
    given = []
    for release, facts in found:
        full = with_grant(facts, release, grant)
        if full.grant is not None:
            places = (*full.grant.places, *asked_of(people=[(code, "")]))
            full = replace(full, grant=replace(full.grant, places=places))
        given.append(judge.allowed(full))
    return frozenset().union(*given)


def count(board: Board, table: Table, named: Container[int] = ()) -> list[Effect]:
    """Return what the table would stop and let in. Holders are named on the models `named`."""
    found = shifts(board, table)
    stopped = [each.grant for each in found if each.before - each.after]
    let_in = [each.grant for each in found if each.after - each.before]
    return [
        Effect(_("Grants that would lose a use"), len(stopped), names=_names(stopped, named)),
        Effect(_("Grants that would gain a use"), 0, len(let_in), names=_names(let_in, named)),
        Effect(
            _("Colleagues stopped by their own country alone"),
            sum(each.people_out for each in found),
        ),
        Effect(
            _("Colleagues let in whom their own country had stopped"),
            0,
            sum(each.people_in for each in found),
        ),
    ]


def in_words(effects: Iterable[Effect]) -> str:
    """Return the counts in one sentence, without a name: it stands in what is signed."""
    return "; ".join(f"{each.label}: {each.stops or each.stays}" for each in effects) + "."


def gained(board: Board, table: Table) -> QuerySet[Grant]:
    """Return the grants that the table would let in, or somebody named on them."""
    found = shifts(board, table)
    ids = [each.grant.pk for each in found if each.after - each.before or each.people_in]
    return Grant.objects.filter(pk__in=ids)


def _names(grants: Sequence[Row], named: Container[int]) -> tuple[str, ...]:
    known = [grant for grant in grants if grant.model_id in named]
    names = tuple(
        f"{holder_name(grant)} ({', '.join(_codes(grant)) or _('no country stated')})"
        for grant in known[:NAMED]
    )
    more = len(grants) - len(names)
    return (*names, _("and %(count)d more") % {"count": more}) if more and names else names


def _codes(grant: Row) -> list[str]:
    return sorted({code for code in (*grant.chain, grant.stated, grant.hosting) if code})
