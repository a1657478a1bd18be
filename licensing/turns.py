"""Whose turn it is with an application or a grant, since when, and how long it usually takes. Pure.

What applicants and holders are told; nothing in it is for reviewers alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing.checks import no, ok, wait
from licensing.facts import Check


@dataclass(frozen=True)
class Turn:
    """`who` has it now, "" for nobody; `by` is when it should or must be done, as `by_words` say.

    `checks` say what is missing and what to do, and what others still owe.
    """

    who: str
    sentence: str
    since: datetime | None = None
    usual: str = ""
    by: datetime | None = None
    by_words: str = ""
    late: bool = False
    yours: bool = False
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class ApplicationFacts:
    """What the turn of an application follows from.

    `changed_at` is when it came into its state, `missing` are the pages of the form that are not
    complete with where each is filled in, `unanswered` the referees and officials still awaited,
    by what they are and when they were asked.
    """

    now: datetime
    state: str
    changed_at: datetime | None
    due_at: datetime | None = None
    answer_by: datetime | None = None
    votes_until: datetime | None = None
    appeal_until: datetime | None = None
    appealed: bool = False
    service_days: int = 0
    reason: str = ""
    missing: tuple[tuple[str, str], ...] = ()
    unanswered: tuple[tuple[str, datetime], ...] = ()
    references_url: str = ""
    apply_url: str = ""
    appeal_url: str = ""


def of_application(facts: ApplicationFacts) -> Turn:
    """Return whose turn it is with an application."""
    return _APPLICATION[facts.state](facts)


def _yours(facts: ApplicationFacts, sentence: str) -> Turn:
    send = ok("answers", _("Every page is complete. Check your answers and send it."))
    missing = [
        check
        for title, url in facts.missing
        for check in no("answers", title, _("Complete this page."), url)
    ]
    return Turn(
        who=_("You"),
        sentence=sentence,
        since=facts.changed_at,
        by=facts.answer_by if facts.state == "returned" else None,
        by_words=_("Lapses"),
        yours=True,
        checks=(*(missing or send), *_owed(facts)),
    )


def _theirs(facts: ApplicationFacts, who: str, sentence: str) -> Turn:
    late = facts.due_at is not None and facts.due_at < facts.now
    if late:
        sentence = " ".join(
            [
                sentence,
                _("It is later than was promised, which the reviewers see as well."),
            ]
        )
    return Turn(
        who=who,
        sentence=sentence,
        since=facts.changed_at,
        usual=_usual(facts),
        by=facts.due_at,
        by_words=_("Answer promised by"),
        late=late,
        checks=_owed(facts),
    )


def _usual(facts: ApplicationFacts) -> str:
    if not facts.service_days:
        return ""
    return ngettext(
        "Answered within %(days)d working day, as a rule",
        "Answered within %(days)d working days, as a rule",
        facts.service_days,
    ) % {"days": facts.service_days}


def _owed(facts: ApplicationFacts) -> tuple[Check, ...]:
    return tuple(
        check
        for who, _asked in facts.unanswered
        for check in wait(
            "reference",
            _("Has not answered yet: %(who)s.") % {"who": who},
            _("They are reminded. You can name somebody else."),
            facts.references_url,
        )
    )


def _draft(facts: ApplicationFacts) -> Turn:
    return _yours(facts, _("It is not sent yet; nobody but you reads it."))


def _returned(facts: ApplicationFacts) -> Turn:
    return _yours(facts, _("It came back to you with questions. Answer them and send it again."))


def _submitted(facts: ApplicationFacts) -> Turn:
    words = _("It waits for a reviewer. Nothing for you to do.")
    return _theirs(facts, _("The reviewers of the model"), words)


def _in_review(facts: ApplicationFacts) -> Turn:
    words = _("A reviewer is reading it. Nothing for you to do.")
    return _theirs(facts, _("The reviewer"), words)


def _awaiting_second(facts: ApplicationFacts) -> Turn:
    words = _("A second reviewer is reading it. Nothing for you to do.")
    return _theirs(facts, _("A second reviewer"), words)


def _appealed(facts: ApplicationFacts) -> Turn:
    words = _("Somebody who did not decide before reads your appeal. Nothing for you to do.")
    return _theirs(facts, _("A reviewer who did not decide before"), words)


def _referred(facts: ApplicationFacts) -> Turn:
    return Turn(
        who=_("The board of the model"),
        sentence=_("The reviewer asked the board of the model. Nothing for you to do."),
        since=facts.changed_at,
        by=facts.votes_until,
        by_words=_("Votes until"),
        checks=_owed(facts),
    )


def _approved(facts: ApplicationFacts) -> Turn:
    return Turn(
        who="",
        sentence=_("It is approved. What comes next stands on the page of the grant."),
        since=facts.changed_at,
        checks=tuple(ok("decision", _("Approved."))),
    )


def _declined(facts: ApplicationFacts) -> Turn:
    checks = no(
        "decision",
        _("Declined: %(reason)s") % {"reason": facts.reason},
        _("Once that has changed, apply again: your answers can be copied."),
        facts.apply_url,
    )
    if facts.appeal_url:
        checks += wait(
            "appeal",
            _("If you find the reason wrong, appeal: somebody who did not decide before reads it."),
            _("Appeal once, in time."),
            facts.appeal_url,
        )
    return Turn(
        who="",
        sentence=_("It was declined after your appeal; that is the last word on it.")
        if facts.appealed
        else _("It was declined."),
        since=facts.changed_at,
        by=facts.appeal_until if facts.appeal_url else None,
        by_words=_("Appeal until"),
        checks=tuple(checks),
    )


def _over(sentence: str) -> Callable[[ApplicationFacts], Turn]:
    def turn(facts: ApplicationFacts) -> Turn:
        checks = no("decision", sentence, _("You can apply again."), facts.apply_url)
        return Turn(who="", sentence=sentence, since=facts.changed_at, checks=tuple(checks))

    return turn


def _withdrawn(facts: ApplicationFacts) -> Turn:
    return _over(_("You withdrew it."))(facts)


def _lapsed(facts: ApplicationFacts) -> Turn:
    return _over(_("It lapsed, as it was not sent in time."))(facts)


_APPLICATION: dict[str, Callable[[ApplicationFacts], Turn]] = {
    "draft": _draft,
    "returned": _returned,
    "submitted": _submitted,
    "in_review": _in_review,
    "awaiting_second": _awaiting_second,
    "appealed": _appealed,
    "referred": _referred,
    "approved": _approved,
    "declined": _declined,
    "withdrawn": _withdrawn,
    "lapsed": _lapsed,
}


@dataclass(frozen=True)
class Owed:
    """A duty that is open: what is to be done, by whom, until when, and where it is done."""

    what: str
    who: str
    due_at: datetime
    overdue: bool = False
    url: str = ""


@dataclass(frozen=True)
class GrantFacts:
    """What the turn of a grant follows from.

    `unaccepted` are the texts that the person who looks has yet to accept, with where; `unsigned`
    those that somebody who may sign for the organisation has yet to sign. `selections` are
    suspensions of several grants that stop this one, by when they were placed. `owed` are the
    duties that are open, some of them also when the grant has ended. `asked` are the agreements
    without which an active one serves that person no more, now or soon. `barred` is why an active
    one gives that person nothing at all: a hold, a country, a ban.
    """

    state: str
    changed_at: datetime | None
    ends_at: datetime
    unaccepted: tuple[tuple[str, str], ...] = ()
    unsigned: tuple[str, ...] = ()
    selections: tuple[datetime, ...] = ()
    owed: tuple[Owed, ...] = ()
    asked: tuple[Check, ...] = ()
    barred: tuple[Check, ...] = ()
    apply_url: str = ""


def of_grant(facts: GrantFacts) -> Turn:
    """Return whose turn it is with a grant."""
    if facts.state == "suspended":
        return Turn(
            who=_("Another authorised person than who suspended it"),
            sentence=_("It is suspended, not revoked. The reason stands on this page."),
            since=facts.changed_at,
        )
    if facts.selections and facts.state in ("pending_terms", "queued", "active"):
        return Turn(
            who=_("The board, or for your grant alone another authorised person"),
            sentence=_("It is one of several grants that are suspended, not revoked."),
            since=min(facts.selections),
        )
    if facts.state == "pending_terms":
        return _pending(facts)
    if facts.state == "queued":
        return Turn(
            who=_("A place in the cohort"),
            sentence=_("Places are given in the order of the line. Nothing for you to do."),
            since=facts.changed_at,
            usual=_("There is no usual time: it depends on the board and on who leaves"),
        )
    if facts.barred and facts.state == "active":
        return _barred(facts)
    if facts.owed and not _stopped(facts):
        return _owing(facts)
    if facts.state == "active":
        return _active(facts)
    return Turn(
        who="",
        sentence=_("It has ended."),
        since=facts.changed_at,
        checks=tuple(
            no("decision", _("The grant has ended."), _("You can apply again."), facts.apply_url)
        ),
    )


def _owing(facts: GrantFacts) -> Turn:
    first = min(facts.owed, key=lambda each: each.due_at)
    return Turn(
        who=first.who,
        sentence=_("It is active, and something is owed for it.")
        if facts.state == "active"
        else _("It has ended, and something is still owed for it."),
        by=first.due_at,
        by_words=_("Due before"),
        late=first.overdue,
        checks=(*_duties(facts), *(facts.asked if facts.state == "active" else ())),
    )


def _barred(facts: GrantFacts) -> Turn:
    """What bars it comes first: whoever does what is owed would still get nothing."""
    sentence = _("It is active, but nothing that it gives can be used now.")
    if not facts.owed:
        return Turn(
            who="",
            sentence=sentence,
            by=facts.ends_at,
            by_words=_("Runs until"),
            checks=(*facts.barred, *facts.asked),
        )
    return replace(
        _owing(facts),
        sentence=" ".join((sentence, _("Something is owed for it as well."))),
        checks=(*facts.barred, *_duties(facts), *facts.asked),
    )


def _duties(facts: GrantFacts) -> tuple[Check, ...]:
    return tuple(
        check
        for each in facts.owed
        for check in (no if each.overdue else wait)("duties", each.what, _("Do it."), each.url)
    )


def _active(facts: GrantFacts) -> Turn:
    active = Turn(who="", sentence=_("It is active."), by=facts.ends_at, by_words=_("Runs until"))
    if not facts.asked:
        return active
    yours = any(check.remedy_url for check in facts.asked)
    if _stopped(facts):
        sentence = _("It is active, and serves you once the terms in force are accepted.")
    else:
        sentence = _("It is active. Terms have changed, and have to be accepted in time.")
    return replace(
        active,
        who=_("You") if yours else _("Whoever may sign for the organisation"),
        sentence=sentence,
        yours=yours,
        checks=(*facts.asked, *_duties(facts)),
    )


def _stopped(facts: GrantFacts) -> bool:
    return facts.state == "active" and any(check.stops for check in facts.asked)


def _pending(facts: GrantFacts) -> Turn:
    own = [
        check
        for title, url in facts.unaccepted
        for check in no("terms", title, _("Read the text and accept it."), url)
    ]
    signing = [
        check
        for title in facts.unsigned
        for check in wait(
            "organization_terms", title, _("Whoever may sign for the organisation signs it.")
        )
    ]
    who = _("You") if own else _("Whoever may sign for the organisation, or another named user")
    return Turn(
        who=who,
        sentence=_("It begins once the terms are accepted."),
        since=facts.changed_at,
        yours=bool(own),
        checks=(*own, *signing),
    )
