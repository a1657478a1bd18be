"""Reading what reviewers keep beside an application, and by what rule it is reviewed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tier, User
from audit import personal
from licensing import checklists, deadlines
from licensing.application_form import Answers
from licensing.models import (
    OPEN_APPLICATION_STATES,
    Appeal,
    Application,
    ApplicationState,
    CannedText,
    Look,
    Proposal,
    ReviewRule,
    Tick,
)
from licensing.questions import Track
from licensing.selectors import answers_of_many, countries, tier_required
from releases.choices import AccessMode
from releases.models import Model


def review_rule(model: Model) -> ReviewRule | None:
    """Return the model's own rule, if it has one."""
    return ReviewRule.objects.filter(model=model).select_related("set_by").first()


def service_days(model: Model) -> int:
    """Return within how many working days the reviewers of a model mean to answer."""
    rule = review_rule(model)
    return deadlines.service_days(rule.service_days if rule else None)


def promised(model: Model, start: datetime | None = None) -> datetime:
    """Return when an application that is sent now is to be answered."""
    return deadlines.after_working_days(start or timezone.now(), service_days(model))


def why_second(
    application: Application,
    tier: int | None = None,
    users: Iterable[User] | None = None,
    modes: Iterable[str] | None = None,
    needed: int | None = None,
) -> str:
    """Return why an approval takes a second reviewer, or an empty string.

    `users` are to be named, and `modes` granted; by default those that are asked for. `needed` is
    the tier that the model asks for, where it is at hand.
    """
    if tier is not None and tier >= Tier.ENHANCED:
        return _("the approval vets to tier %(tier)d.") % {"tier": tier}
    if needed is None:
        needed = tier_required(application.model)
    if needed >= Tier.ENHANCED:
        return _("a release of this model is at a stage that asks for tier %(tier)d.") % {
            "tier": needed
        }
    rule = review_rule(application.model)
    if rule is not None and rule.second_reviewer:
        return _("every approval for this model does.")
    for access_mode, finding in countries.outlook(application, users, modes).reviewed:
        return _(
            "at the stage “%(stage)s” the country table asks for it: %(country)s, %(source)s."
        ) % {
            "stage": AccessMode(access_mode).label,
            "country": finding.place.name,
            "source": finding.place.source.label,
        }
    return ""


def pending_proposal(application: Application) -> Proposal | None:
    """Return the approval that waits for a second reviewer."""
    return (
        Proposal.objects.filter(application=application, outcome=Proposal.Outcome.PENDING)
        .select_related("proposed_by")
        .first()
    )


def proposals_of(application: Application) -> list[Proposal]:
    """Return what was proposed and answered, newest first."""
    rows = Proposal.objects.filter(application=application)
    return list(rows.select_related("proposed_by", "answered_by")[:10])


def appeal_of(application: Application) -> Appeal | None:
    """Return the appeal that was made, whatever became of it."""
    return getattr(application, "appeal", None)


def bound_by_appeal(application: Application) -> bool:
    """Tell whether a decline was overturned, and the applicant has sent nothing new since."""
    appeal = appeal_of(application)
    if appeal is None or appeal.outcome != Appeal.Outcome.OVERTURNED or appeal.decided_at is None:
        return False
    return not application.submissions.filter(created_at__gt=appeal.decided_at).exists()


def deciders_before(application: Application) -> set[int]:
    """Return who decided before the appeal: who declined, proposed, confirmed or sent back."""
    appeal = appeal_of(application)
    if appeal is None:
        return set()
    answered = Proposal.objects.filter(application=application, proposed_at__lt=appeal.made_at)
    people = {appeal.declined_by_id}
    for proposed_by, answered_by in answered.values_list("proposed_by", "answered_by"):
        people |= {proposed_by, answered_by}
    return {person for person in people if person is not None}


def why_no_appeal(application: Application) -> str:
    """Return why the applicant cannot appeal, or an empty string."""
    if application.state != ApplicationState.DECLINED or application.decided_at is None:
        return _("Only an application that was declined can be appealed.")
    if appeal_of(application) is not None:
        return _("You appealed once; that decision is the last word on this application.")
    if application.decided_at + deadlines.APPEAL_PERIOD < timezone.now():
        return _("The %(days)d days in which you could appeal have passed. Apply again.") % {
            "days": deadlines.APPEAL_PERIOD.days
        }
    later = Application.objects.filter(
        model=application.model_id,
        applicant=application.applicant_id,
        organization=application.organization_id,
        pk__gt=application.pk,
        state__in=(*OPEN_APPLICATION_STATES, "approved"),
    )
    if later.exists():
        return _("You have applied again since; that application counts now.")
    return ""


def returned_before(moment: datetime, *, reminded: bool | None = None) -> QuerySet[Application]:
    """Return the returned applications whose date for an answer comes before a moment."""
    rows = Application.objects.filter(state=ApplicationState.RETURNED, answer_by__lte=moment)
    if reminded is not None:
        rows = rows.filter(answer_reminded_at__isnull=not reminded)
    return rows.order_by("answer_by")


def drafts_to_remind(untouched_since: datetime) -> QuerySet[Application]:
    """Return the drafts that nobody touched since a moment, and of which nobody was reminded."""
    return _drafts(untouched_since).filter(reminded_at__isnull=True)


def drafts_to_lapse(untouched_since: datetime, reminded_before: datetime) -> QuerySet[Application]:
    """Return the drafts that nobody touched since a moment though reminded before another."""
    return _drafts(untouched_since).filter(reminded_at__lte=reminded_before)


def _drafts(untouched_since: datetime) -> QuerySet[Application]:
    drafts = Application.objects.filter(state=ApplicationState.DRAFT)
    return drafts.filter(changed_at__lte=untouched_since).order_by("changed_at", "pk")


def submission_number(application: Application) -> int:
    """Return the number of what was submitted last; 0 before."""
    rows = application.submissions.order_by("-number").values_list("number", flat=True)
    return rows.first() or 0


def checklist_of(application: Application) -> checklists.Checklist:
    """Return the list that a reviewer ticks for this kind of applicant."""
    return checklists.BY_TRACK[Track(application.track)]


def ticks_of(application: Application, submission: int) -> dict[str, Tick]:
    """Return the items that are ticked for a submission, each with the row that says so."""
    rows = Tick.objects.filter(
        application=application,
        submission=submission,
        checklist=checklist_of(application).key,
    ).select_related("ticked_by")
    newest = {row.item: row for row in rows.order_by("pk")}
    return {item: row for item, row in newest.items() if row.done}


class ReadNote(NamedTuple):
    """A note, opened."""

    author: User
    when: datetime
    text: str


def notes_of(application: Application) -> list[ReadNote]:
    """Return the reviewers' notes, oldest first."""
    rows = list(application.notes.select_related("author").order_by("pk")[:200])
    pseudonym = application.applicant.pseudonym
    texts = personal.unseal_many((pseudonym, row.sealed_text) for row in rows)
    return [
        ReadNote(row.author, row.created_at, text) for row, text in zip(rows, texts, strict=True)
    ]


def looks_at(application: Application) -> list[Look]:
    """Return who read it on which day, newest first."""
    return list(application.looks.select_related("person").order_by("-day", "-pk")[:20])


def canned_texts(kind: str = "") -> list[CannedText]:
    """Return the texts that are offered, of a kind or all."""
    rows = CannedText.objects.filter(retired_at__isnull=True).select_related("made_by")
    return list(rows.filter(kinds__contains=[kind]) if kind else rows)


def canned_text(public_id: UUID) -> CannedText | None:
    """Return a text that is offered."""
    return CannedText.objects.filter(public_id=public_id, retired_at__isnull=True).first()


def addresses_named(applications: Iterable[Application]) -> dict[int, set[str]]:
    """Return the addresses that each application names: users, referees, signing official."""
    found = answers_of_many(applications)
    return {number: addresses_in(answers) for number, answers in found.items()}


def addresses_in(answers: Answers) -> set[str]:
    """Return the addresses that answers name."""
    referees = [each for each in _listed(answers.get("referees")) if isinstance(each, dict)]
    named = [
        *_listed(answers.get("end_users")),
        *(each.get("email") for each in referees),
        answers.get("official_email"),
    ]
    return {each.strip().lower() for each in named if isinstance(each, str)}


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - an answer, of whatever shape
    return value if isinstance(value, list) else []
