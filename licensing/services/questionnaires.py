"""Composing the questions that a model asks for itself, and publishing them in versions."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from licensing import own_questions, permissions
from licensing.actions import Action
from licensing.models import Questionnaire, QuestionnaireDraft
from licensing.own_questions import OwnQuestions
from licensing.selectors import asked
from licensing.services.guards import require_active
from releases.models import Model


@transaction.atomic
def change_questions(
    *, actor: User, model: Model, change: Callable[[OwnQuestions], OwnQuestions]
) -> OwnQuestions:
    """Change the draft, as it is now, in one way. Nobody is asked it before it is published.

    No event: a draft says nothing.
    """
    _require_composer(actor, model)
    try:
        changed = own_questions.checked(change(asked.drafted(model)))
    except ValueError as error:
        raise Refused(str(error)) from None
    QuestionnaireDraft.objects.update_or_create(
        model=model, defaults={"content": changed.as_data(), "changed_by": actor}
    )
    return changed


@transaction.atomic
def discard_questions(*, actor: User, model: Model) -> None:
    """Throw the draft away; what is asked stays as it is."""
    _require_composer(actor, model)
    QuestionnaireDraft.objects.filter(model=model).delete()


@transaction.atomic
def publish_questions(*, actor: User, model: Model) -> Questionnaire:
    """Ask the drafted questions from now on.

    What was sent keeps the version that it answers; who has a draft is told what is new.
    """
    _require_composer(actor, model)
    draft = asked.drafted(model)
    newest = asked.questionnaire_of(model)
    if draft == asked.own_of(newest):
        raise Refused(_("Nothing differs from the questions that are asked now."))
    version = Questionnaire.objects.create(
        model=model,
        number=newest.number + 1 if newest else 1,
        content=draft.as_data(),
        created_by=actor,
    )
    QuestionnaireDraft.objects.filter(model=model).delete()
    record(
        actor=actor,
        action=Action.QUESTIONS_PUBLISHED,
        target=model,
        data={"version": version.number, "questions": len(draft.questions)},
    )
    return version


def _require_composer(actor: User, model: Model) -> None:
    """Refuse whoever may not compose, and let nobody else change the draft meanwhile."""
    why_not = _("You have no right to manage the releases of this model.")
    if not permissions.can_compose(require_active(actor, why_not), model):
        raise Refused(why_not)
    Model.objects.select_for_update(no_key=True).get(pk=model.pk)
