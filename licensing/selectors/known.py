"""What vetting knows already, so that a later application need not ask it again."""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Organization, User
from accounts.selectors import settled_clearances
from licensing.models import Application, KnownAnswers
from licensing.questions import Section
from licensing.selectors import answers_of, asked, tier_required
from releases.models import Model

# What a person and an organisation are, and how they work; not what they want this time.
LASTING = (
    "who",
    "organisation",
    "hosting",
    "background",
    "referees",
    "end_users",
    "incidents",
)


@dataclass(frozen=True)
class Source:
    """An application that was vetted, and until when it counts."""

    application: Application
    valid_until: datetime


def source_for(
    user: User, model: Model, organization: Organization | None, track: str, now: datetime
) -> Source | None:
    """Return the approved application whose answers a new one may take over, if there is one.

    Person and organisation must hold clearances that are enough for the model, and that nothing
    has reopened.
    """
    needed = max(1, tier_required(model))
    ends = []
    for holder in filter(None, (user, organization)):
        own = {"user": holder} if isinstance(holder, User) else {"organization": holder}
        found = settled_clearances(now).filter(**own, tier__gte=needed).order_by("-expires_at")
        clearance = found.first()
        if clearance is None:
            return None
        ends.append(clearance.expires_at)
    former = (
        Application.objects.filter(
            applicant=user,
            organization=organization,
            track=track,
            state="approved",
            # A change of a grant asked for scope and why only.
            amends__isnull=True,
        )
        .select_related("applicant", "organization", "questionnaire", "model")
        .order_by("-decided_at")
        .first()
    )
    return Source(former, min(ends)) if former is not None else None


def known_of(application: Application) -> KnownAnswers | None:
    """Return what an application took over from a vetted one, if anything."""
    found = KnownAnswers.objects.select_related("source__model")
    return found.filter(application=application).first()


def taken_over(source: Application, sections: tuple[Section, ...]) -> dict[str, object]:
    """Return the lasting answers of a vetted application to the questions that are asked now."""
    answers = answers_of(source)
    keys = {
        question.key
        for section in sections
        if section.key in LASTING
        for question in section.questions
        if question.kind != "files"
    }
    return {key: value for key, value in answers.items() if key in keys}


def section_of_news(application: Application, known: KnownAnswers | None) -> Section:
    """Return one page with every question that vetting does not answer; files have their own."""
    skipped = set(known.sections) if known is not None else set()
    parts = [each for each in asked.sections_now(application) if each.key not in skipped]
    questions = tuple(
        question for each in parts for question in each.questions if question.kind != "files"
    )
    return replace(parts[0], key="news", questions=questions)
