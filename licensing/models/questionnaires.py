"""The questions that a model asks for itself, in versions, and the draft of the next one."""

from django.db import models

from accounts.models import User
from releases.models import Model


class Questionnaire(models.Model):
    """A version of a model's own questions. Inserted only; the newest is asked.

    `content` is what licensing.own_questions reads and writes.
    """

    model = models.ForeignKey(Model, models.PROTECT, related_name="questionnaires")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=["model", "number"], name="licensing_questionnaire_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"Questions of {self.model}, version {self.number}"


class QuestionnaireDraft(models.Model):
    """What a release manager is composing; nobody is asked it before it is published."""

    model = models.OneToOneField(Model, models.PROTECT, related_name="questionnaire_draft")
    content = models.JSONField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Draft of the questions of {self.model}"
