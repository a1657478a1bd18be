"""What an application is asked, and the versions of the questions that a model asks itself."""

from dataclasses import replace

from licensing import own_questions
from licensing.asking import Asked, sections_of
from licensing.models import (
    Application,
    Questionnaire,
    QuestionnaireDraft,
    Submission,
    TermsVersion,
)
from licensing.own_questions import Change, OwnQuestions
from licensing.questions import Section
from licensing.selectors.agreements import version_of_slug
from releases.models import Model

# The agreement that holds the criteria and the safe harbour of safety research.
CRITERIA = "safety-research"


def questionnaire_of(model: Model) -> Questionnaire | None:
    """Return the version of the model's own questions that is asked now."""
    return Questionnaire.objects.filter(model=model).order_by("-number").first()


def asked_of(application: Application, version: Questionnaire | None) -> Asked:
    """Return what the application is asked, with one version of the model's own questions."""
    organization = application.organization
    asked = Asked(
        track=application.track,
        affiliated=organization is not None,
        email=application.applicant.email,
        domain=organization.domain if organization else "",
        amends=application.amends_id is not None,
    )
    if version is None:
        return asked
    return with_own(asked, own_questions.parse(version.content))


def with_own(asked: Asked, own: OwnQuestions) -> Asked:
    """Return what is asked with a model's own questions among it."""
    return replace(
        asked,
        own=own_questions.as_asked(own),
        own_title=own.heading,
        own_lede=own.description,
        own_prose=own.prompt,
    )


def own_of(version: Questionnaire | None) -> OwnQuestions:
    """Return the questions of a version, none where there is none."""
    return own_questions.parse(version.content) if version else OwnQuestions()


def own_changes(application: Application) -> Change:
    """Return what is new in the model's own questions since the applicant last saw them."""
    newest = questionnaire_of(application.model)
    if newest is None or newest.pk == application.questionnaire_id:
        return Change()
    return own_questions.changes(own_of(application.questionnaire), own_of(newest))


def drafted(model: Model) -> OwnQuestions:
    """Return the questions that are being composed: the draft, or else those that are asked."""
    draft = QuestionnaireDraft.objects.filter(model=model).first()
    return own_questions.parse(draft.content) if draft else own_of(questionnaire_of(model))


def asked_now(application: Application) -> Asked:
    """Return what an applicant is asked today."""
    return asked_of(application, questionnaire_of(application.model))


def sections_now(application: Application) -> tuple[Section, ...]:
    """Return the pages of the form as an applicant fills them in today."""
    return sections_of(asked_now(application))


def sections_answered(record: Application | Submission) -> tuple[Section, ...]:
    """Return the pages that a draft was last shown, or that a submission answers."""
    application = record.application if isinstance(record, Submission) else record
    return sections_of(asked_of(application, record.questionnaire))


def criteria_now() -> TermsVersion | None:
    """Return the criteria of safety research in force, if any are published."""
    return version_of_slug(CRITERIA)
