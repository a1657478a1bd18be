"""Gathering what explanations of applications and grants follow from."""

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from audit.selectors import Entry, timeline
from licensing import application_form, turns
from licensing.actions import Action
from licensing.approval_rules import ApprovalFacts, ScreeningFact
from licensing.deadlines import APPEAL_PERIOD
from licensing.facts import BARRING_RULES, Check, Facts, Verdict
from licensing.models import (
    Admission,
    Application,
    ApplicationState,
    Grant,
    GrantState,
    Suspension,
)
from licensing.selectors import (
    amended_ended,
    answers_of,
    asked,
    countries,
    live_grant,
    nameable_users,
    person_name,
    references,
    reviews,
    screening,
    suspensions,
)
from licensing.selectors.bans import bans_on

_CAME_BY = {
    ApplicationState.RETURNED: Action.APPLICATION_RETURNED,
    ApplicationState.REFERRED: Action.APPLICATION_REFERRED,
}


def approval_facts(application: Application) -> ApprovalFacts:
    """Return everything that an approval of the application looks at."""
    done = set(reviews.ticks_of(application, reviews.submission_number(application)))
    checklist = reviews.checklist_of(application)
    standing = screening.standing_of(application)
    person = None if application.organization else application.applicant
    former = live_grant(application.model, application.organization, person)
    appeal = reviews.appeal_of(application)
    proposal = reviews.pending_proposal(application)
    return ApprovalFacts(
        state=application.state,
        state_name=application.get_state_display(),
        reviewer=person_name(application.reviewer),
        bans=tuple(bans_on(application.applicant, application.organization)),
        checklist=len(checklist.items),
        unticked=tuple(str(item.label) for item in checklist.missing(done)),
        screening=ScreeningFact(
            lists=standing.lists,
            watched=standing.watched,
            due=standing.due,
            open=standing.open,
            confirmed=standing.confirmed,
        ),
        nameable=len(nameable_users(application)),
        amended_ended=amended_ended(application),
        former_suspended=former is not None and former.state == GrantState.SUSPENDED,
        board_declined=appeal is not None and appeal.by_board,
        board_approved=application.board_approved_at is not None,
        second_why=reviews.why_second(application),
        proposed_by=person_name(proposal.proposed_by) if proposal else "",
        unserved=tuple(countries.outlook(application).stopping),
    )


def turn_of_application(application: Application) -> turns.Turn:
    """Return whose turn it is with an application, as its applicant may know."""
    editable = application.state in (ApplicationState.DRAFT, ApplicationState.RETURNED)
    appeal = reviews.appeal_of(application)
    declined = application.state == ApplicationState.DECLINED
    can_appeal = declined and not reviews.why_no_appeal(application)
    appeal_until = (application.decided_at or timezone.now()) + APPEAL_PERIOD
    motion = application.referral
    apply_url = f"{reverse('application_new')}?{urlencode({'model': str(application.model)})}"
    key = [application.public_id]
    return turns.of_application(
        turns.ApplicationFacts(
            now=timezone.now(),
            state=application.state,
            changed_at=_changed_at(application),
            due_at=application.due_at,
            answer_by=application.answer_by,
            votes_until=motion.voting_closes_at if motion else None,
            appeal_until=appeal_until if can_appeal else None,
            appealed=appeal is not None,
            service_days=reviews.service_days(application.model),
            reason=application.message,
            missing=_missing(application, timezone.localdate()) if editable else (),
            unanswered=_unanswered(application),
            references_url=reverse("application_references", args=key),
            apply_url=apply_url,
            appeal_url=reverse("application_appeal", args=key) if can_appeal else "",
        )
    )


def _changed_at(application: Application) -> datetime | None:
    """Return when an application came into the state that it is in, as near as is known."""
    state = ApplicationState(application.state)
    if state == ApplicationState.DRAFT:
        return application.created_at
    if state in _CAME_BY:
        return _last(application, _CAME_BY[state]) or application.submitted_at
    if state == ApplicationState.AWAITING_SECOND:
        proposal = reviews.pending_proposal(application)
        return proposal.proposed_at if proposal else application.submitted_at
    appeal = reviews.appeal_of(application)
    if state == ApplicationState.APPEALED and appeal is not None:
        return appeal.made_at
    return application.decided_at or application.submitted_at


def _last(row: Application, action: Action) -> datetime | None:
    found = timeline(row, limit=1, only=[action])
    return found[0].at if found else None


def _missing(application: Application, today: date) -> tuple[tuple[str, str], ...]:
    pages = asked.sections_now(application)
    found = application_form.problems(pages, answers_of(application), today)
    return tuple(
        (
            str(section.title),
            reverse("application_section", args=[application.public_id, section.key]),
        )
        for section, _errors in found
    )


def _unanswered(application: Application) -> tuple[tuple[str, datetime], ...]:
    if application.state not in references.ASKING_STATES:
        return ()
    waiting = references.current_requests(application).filter(answer__isnull=True)
    return tuple((str(each.get_kind_display()), each.sent_at) for each in waiting)


def turn_of_grant(
    grant: Grant,
    facts: Facts | None = None,
    *,
    verdicts: Iterable[Verdict] = (),
    stopping: Iterable[Suspension] | None = None,
    changed_at: datetime | None = None,
    owed: tuple[turns.Owed, ...] = (),
) -> turns.Turn:
    """Return whose turn it is with a grant; `facts` and `verdicts` are about the person who looks.

    `owed` are the duties on it that are open.

    What is at hand already is not asked for again: the suspensions of several grants that stop
    this one, and when it came into its state.
    """
    terms = facts.terms if facts is not None else ()
    apply_url = f"{reverse('application_new')}?{urlencode({'model': str(grant.model)})}"
    verdicts = tuple(verdicts)
    if stopping is None:
        stopping = suspensions.suspensions_of(grant) if grant.ended_at is None else ()
    return turns.of_grant(
        turns.GrantFacts(
            state=grant.state,
            changed_at=changed_at or grant_changed_at(grant),
            ends_at=grant.ends_at,
            unaccepted=tuple((each.title, each.url) for each in terms if not each.accepted),
            unsigned=tuple(
                each.title for each in terms if each.signature and not each.signature.signed
            ),
            selections=tuple(each.placed_at for each in stopping),
            owed=owed,
            asked=_asked(verdicts),
            barred=_barred(verdicts),
            apply_url=apply_url,
        )
    )


def _asked(verdicts: Iterable[Verdict]) -> tuple[Check, ...]:
    """Return each agreement that is asked for once, however many releases need it."""
    return _once(check for verdict in verdicts for check in verdict.agreements_asked)


def _barred(verdicts: tuple[Verdict, ...]) -> tuple[Check, ...]:
    """Return what bars a grant from every use, nothing while anything of it can be used."""
    if any(verdict.allowed for verdict in verdicts):
        return ()
    denials = (check for verdict in verdicts for check in verdict.denials)
    return _once(check for check in denials if check.rule in BARRING_RULES)


def _once(checks: Iterable[Check]) -> tuple[Check, ...]:
    return tuple({(check.rule, check.sentence): check for check in checks}.values())


def grant_changed_at(
    grant: Grant,
    entries: Iterable[Entry] | None = None,
    places: Iterable[Admission] | None = None,
) -> datetime:
    """Return when a grant came into the state that it is in, from what is at hand or afresh."""
    if grant.state == GrantState.SUSPENDED:
        if entries is None:
            entries = timeline(grant, limit=1, only=[Action.GRANT_SUSPENDED])
        found = (each.at for each in entries if each.action == Action.GRANT_SUSPENDED)
        return next(found, grant.created_at)
    if grant.state == GrantState.QUEUED:
        if places is None:
            places = grant.admissions.all()
        waits = [each.created_at for each in places if each.state == "queued"]
        return min(waits, default=grant.created_at)
    return grant.ended_at or grant.created_at
