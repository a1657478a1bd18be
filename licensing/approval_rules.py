"""What stands between an application and its approval: each rule and its result. Pure.

The services refuse an approval with the sentence of the rule that is not met; explanations show
all of them, met or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing.checks import na, no, ok, wait
from licensing.countries import Effect, Finding
from licensing.facts import Check
from releases.choices import AccessMode

IN_REVIEW = ("in_review", "awaiting_second")


@dataclass(frozen=True)
class ScreeningFact:
    """What screening says of the parties: how many, how many of them are not screened yet.

    `open` are likenesses that nobody decided about, `confirmed` those found to be the listed.
    """

    lists: bool = False
    watched: int = 0
    due: int = 0
    open: int = 0
    confirmed: int = 0


@dataclass(frozen=True)
class ApprovalFacts:
    """Everything that an approval looks at. `bans` are reasons by the name of who is banned."""

    state: str
    state_name: str
    reviewer: str
    bans: tuple[tuple[str, str], ...]
    checklist: int
    unticked: tuple[str, ...]
    screening: ScreeningFact
    # Who could be named on the grant.
    nameable: int
    # Of a change of a grant: whether that has ended. None for an application for a new one.
    amended_ended: bool | None
    former_suspended: bool
    board_declined: bool
    board_approved: bool
    # Why it takes a second reviewer, "" where it does not; and who proposed the approval.
    second_why: str
    proposed_by: str
    # What the country table stops at the stages asked for, by their mode of access.
    unserved: tuple[tuple[str, Finding], ...] = ()


def evaluate(facts: ApprovalFacts) -> tuple[Check, ...]:
    """Return every rule of an approval with its result."""
    return (
        *in_review(facts.state, facts.state_name, facts.reviewer),
        *banned(facts.bans),
        *ticked(facts.checklist, facts.unticked),
        *screened(facts.screening),
        *served(facts.unserved),
        *named(facts.nameable),
        *unended(ended=facts.amended_ended),
        *unsuspended(suspended=facts.former_suspended),
        *board(declined=facts.board_declined, approved=facts.board_approved),
        *second(facts.second_why, facts.proposed_by),
    )


def in_review(state: str, state_name: str, reviewer: str) -> list[Check]:
    """A reviewer has it in hand."""
    if state in IN_REVIEW and reviewer:
        return ok("in_review", _("%(name)s has it in review.") % {"name": reviewer})
    if state in ("submitted", "in_review"):
        return no("in_review", _("Take the application from the queue first."))
    return no(
        "in_review",
        _("This application is not in review: %(state)s.") % {"state": state_name},
    )


def banned(bans: Sequence[tuple[str, str]]) -> list[Check]:
    """Nobody whom it is for is banned."""
    return [
        check
        for name, reason in bans
        for check in no(
            "not_banned",
            _("%(name)s is banned: %(reason)s") % {"name": name, "reason": reason},
            _("Only the board lifts a ban."),
        )
    ] or ok("not_banned", _("Neither the applicant nor the organisation is banned."))


def ticked(total: int, missing: Sequence[str]) -> list[Check]:
    """Every item of the checklist is ticked for what was sent last."""
    if not missing:
        return ok("checklist", _("Every item is ticked: %(total)d.") % {"total": total})
    return no(
        "checklist",
        _("Tick the checklist before you approve. Left: %(items)s") % {"items": " ".join(missing)},
    )


def screened(facts: ScreeningFact) -> list[Check]:
    """Every party is screened and found to be nobody who is listed."""
    if facts.confirmed:
        return no(
            "screened",
            _(
                "Somebody decided that a party to this application is on a list of restricted "
                "parties. It cannot be approved; see Screening."
            ),
        )
    if facts.open:
        return no(
            "screened",
            _(
                "A party to this application is like an entry of a list of restricted parties, and "
                "nobody has decided whether they are the same. Decide it under Screening first."
            ),
        )
    if not facts.lists:
        return na("screened", _("There is no list to screen against."))
    if facts.due:
        return ok(
            "screened",
            _("%(due)d of %(watched)d parties are screened anew at the approval; no hit so far.")
            % {"due": facts.due, "watched": facts.watched},
        )
    return ok(
        "screened",
        ngettext("%(watched)d party, no hit.", "%(watched)d parties, no hit.", facts.watched)
        % {"watched": facts.watched},
    )


def served(stopping: Sequence[tuple[str, Finding]]) -> list[Check]:
    """The country table lets everybody in whom it is for, at the stages asked for."""
    if not stopping:
        return ok("country", _("The country table stops nobody whom it is for."))
    return no("country", " ".join(_why_not_served(*each) for each in stopping))


def _why_not_served(access_mode: str, finding: Finding) -> str:
    """Say for staff which country stops something, where it is stated, and what there is to do."""
    place = finding.place
    source = f"{place.source.label}: {place.whose}" if place.whose else str(place.source.label)
    told = {"stage": AccessMode(access_mode).label, "country": place.name, "source": source}
    if not place.country:
        return _("The stage “%(stage)s” asks for a country, and none is stated.") % told
    if finding.effect is Effect.LICENCE:
        return (
            _(
                "For %(country)s (%(source)s) the stage “%(stage)s” needs an export licence, and "
                "none is on record. A lead records it."
            )
            % told
        )
    return (
        _(
            "The stage “%(stage)s” does not serve %(country)s (%(source)s). Only the board of the "
            "model changes that."
        )
        % told
    )


def named(count: int) -> list[Check]:
    """There is somebody whom the grant can name."""
    if not count:
        return no("nameable", _("Name at least one person who may use the grant."))
    return ok("nameable", _("%(count)d can be named on the grant.") % {"count": count})


def unended(*, ended: bool | None) -> list[Check]:
    """The grant that it would change is still live."""
    if ended is None:
        return na("amended", _("It asks for a new grant."))
    if ended:
        return no(
            "amended",
            _("The grant that this would change has ended. Decline, or return it."),
        )
    return ok("amended", _("The grant that this would change is live."))


def unsuspended(*, suspended: bool) -> list[Check]:
    """The grant whose place it would take is not suspended."""
    if suspended:
        return no(
            "former_grant",
            _("The holder's present grant is suspended. Lift the suspension or revoke it first."),
        )
    return ok("former_grant", _("No grant of the holder is suspended."))


def board(*, declined: bool, approved: bool) -> list[Check]:
    """What a board declined, a board has approved since."""
    if declined and not approved:
        return no(
            "board",
            _(
                "The board declined this application. Refer it to the board again before you "
                "approve it."
            ),
        )
    if approved:
        return ok("board", _("The board approved it."))
    return na("board", _("The board has not declined it."))


def second(why: str, proposed_by: str) -> list[Check]:
    """A second reviewer confirms it, where that is asked for."""
    if not why and not proposed_by:
        return na("second_reviewer", _("One reviewer is enough."))
    if proposed_by:
        return wait(
            "second_reviewer",
            _("%(name)s proposed the approval; another reviewer confirms it or sends it back.")
            % {"name": proposed_by},
        )
    return wait(
        "second_reviewer",
        _("It takes a second reviewer: %(why)s") % {"why": why},
        _("Propose the approval; another reviewer confirms it."),
    )
