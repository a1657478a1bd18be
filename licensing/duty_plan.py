"""Which duties a grant owes now that were not opened yet, and which open ones it owes no more.

Pure: facts in, what to do out. Doing it twice does nothing the second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from licensing.duties import Duty, DutyKind
from licensing.duty_dates import LEAD_DAYS, end_of, last_day, next_day_of_series, within

# While it is queued or waits for its terms, nobody uses a grant.
USING = ("active", "suspended")
ENDED = ("revoked", "expired", "relinquished")
OPEN = ("due", "overdue")


@dataclass(frozen=True)
class Held:
    """A duty that binds the holder: of which agreement, by which version, since when."""

    terms: int
    version: int
    duty: Duty
    since: datetime


@dataclass(frozen=True)
class Happened:
    """A release that left for the weights' stages, or was withdrawn from them."""

    release: int
    at: datetime


@dataclass(frozen=True)
class Declined:
    """That the holder declined a later version of an agreement, and when it binds."""

    terms: int
    version: int
    at: datetime


@dataclass(frozen=True)
class Known:
    """A duty that was opened before."""

    id: int
    terms: int
    kind: str
    trigger: str
    state: str
    due_at: datetime
    anchor: date | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return self.state in OPEN


@dataclass(frozen=True)
class GrantFacts:
    """What the plan looks at, for one grant.

    `weights_left` tells whether another release of the model is at a stage that hands out
    weights; `licensed_again` whether the holder has another live grant for them.
    """

    state: str
    has_weights: bool
    created_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    licensed_again: bool = False
    weights_left: bool = True
    held: tuple[Held, ...] = ()
    released: tuple[Happened, ...] = ()
    withdrawn: tuple[Happened, ...] = ()
    declined: tuple[Declined, ...] = ()
    known: tuple[Known, ...] = ()

    def in_use(self, now: datetime) -> bool:
        """Tell whether the grant is used, by the clock."""
        return self.state in USING and now < self.ends_at


@dataclass(frozen=True)
class Opening:
    """A duty to open."""

    held: Held
    trigger: str
    due_at: datetime
    anchor: date | None = None
    release: int | None = None


@dataclass(frozen=True)
class Voiding:
    """An open duty that is owed no more, and why."""

    id: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """What is to be done to the duties of one grant."""

    open: tuple[Opening, ...] = ()
    void: tuple[Voiding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.open or self.void)


def plan(facts: GrantFacts, now: datetime, zone: tzinfo) -> Plan:
    """Return what is to be done now."""
    void = tuple(_void(facts))
    gone = {each.id for each in void}
    still_open = {
        (row.terms, row.kind) for row in facts.known if row.is_open and row.id not in gone
    }
    known = {(row.terms, row.kind, row.trigger) for row in facts.known}
    opened = []
    for held in facts.held:
        for opening in _of(held, facts, now, zone):
            key = (held.terms, held.duty.kind)
            # One certificate is enough, whatever brought it about.
            once = held.duty.kind == DutyKind.CERTIFY_DESTRUCTION and key in still_open
            if (*key, opening.trigger) not in known and not once:
                opened.append(opening)
                still_open.add(key)
    return Plan(tuple(opened), void)


def _of(held: Held, facts: GrantFacts, now: datetime, zone: tzinfo) -> Iterator[Opening]:
    if held.duty.kind == DutyKind.ATTEST_USE:
        yield from _period(held, facts, now, zone)
    elif facts.has_weights and held.duty.kind == DutyKind.APPLY_UPDATES:
        yield from _updates(held, facts, now, zone)
    elif facts.has_weights:
        yield from _destruction(held, facts, now, zone)


def _period(held: Held, facts: GrantFacts, now: datetime, zone: tzinfo) -> Iterator[Opening]:
    own = [row for row in facts.known if (row.terms, row.kind) == (held.terms, held.duty.kind)]
    if not facts.in_use(now) or any(row.is_open for row in own):
        return
    # Nobody is late with what they could not know of: it begins today at the earliest.
    after = now.astimezone(zone).date() - timedelta(days=1)
    last = max(own, key=lambda row: row.due_at, default=None)
    if last is None or last.anchor is None:
        anchor = max(held.since, facts.created_at).astimezone(zone).date()
        after = max(after, anchor)
    else:
        anchor = last.anchor
        after = max(after, last_day(last.due_at, zone))
        if last.closed_at is not None:
            after = max(after, last.closed_at.astimezone(zone).date())
    day = next_day_of_series(anchor, held.duty.number, after)
    due_at = end_of(day, zone)
    if due_at - timedelta(days=LEAD_DAYS) <= now and due_at <= facts.ends_at:
        yield Opening(held, f"period:{day.isoformat()}", due_at, anchor=anchor)


def _updates(held: Held, facts: GrantFacts, now: datetime, zone: tzinfo) -> Iterator[Opening]:
    if not facts.in_use(now):
        return
    since = max(held.since, facts.created_at)
    happened = [(each, f"released:{each.release}") for each in facts.released]
    if facts.weights_left:
        happened += [(each, f"withdrawn:{each.release}") for each in facts.withdrawn]
    for each, trigger in happened:
        if each.at > since:
            yield Opening(held, trigger, _due(each.at, held.duty, now, zone), release=each.release)


def _destruction(held: Held, facts: GrantFacts, now: datetime, zone: tzinfo) -> Iterator[Opening]:
    if facts.state in ENDED and facts.ended_at is not None:
        if not facts.licensed_again and facts.ended_at > held.since:
            yield Opening(held, "ended", _due(facts.ended_at, held.duty, now, zone))
        return
    if not facts.in_use(now):
        return
    since = max(held.since, facts.created_at)
    for each in facts.withdrawn if not facts.weights_left else ():
        if each.at > since:
            yield Opening(
                held,
                f"withdrawn:{each.release}",
                _due(each.at, held.duty, now, zone),
                release=each.release,
            )
    for declined in facts.declined:
        if declined.terms == held.terms:
            yield Opening(
                held,
                f"declined:{declined.version}",
                _due(declined.at, held.duty, now, zone),
            )


def _due(at: datetime, duty: Duty, now: datetime, zone: tzinfo) -> datetime:
    """Return the end of the time for it; a whole one, where it was noticed only afterwards."""
    due_at = within(at, duty.number, zone)
    return due_at if due_at > now else within(now, duty.number, zone)


def _void(facts: GrantFacts) -> Iterator[Voiding]:
    for row in facts.known:
        if row.is_open:
            why = _why_not_owed(row, facts)
            if why:
                yield Voiding(row.id, why)


def _why_not_owed(row: Known, facts: GrantFacts) -> str:
    if row.kind == DutyKind.CERTIFY_DESTRUCTION:
        return _why_not_destroyed(row, facts)
    if facts.state in ENDED:
        return _("The grant has ended.")
    declared = {(held.terms, held.duty.kind) for held in facts.held}
    if (row.terms, row.kind) not in declared:
        return _("The agreement asks for it no more.")
    return ""


def _why_not_destroyed(row: Known, facts: GrantFacts) -> str:
    if facts.state in ENDED:
        # What brought it about before the end is of no matter any more.
        return _("The holder has another grant for the weights.") if facts.licensed_again else ""
    standing = {f"declined:{each.version}" for each in facts.declined}
    if row.trigger.startswith("declined:") and row.trigger not in standing:
        return _("The later version was accepted.")
    if row.trigger.startswith("withdrawn:") and facts.weights_left:
        return _("Other weights of the model are handed out.")
    return ""
