"""Applications, and what was submitted of them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from accounts.models import Organization, User
from accounts.models.tokens import NETWORK_LENGTH
from boards.models import Motion
from licensing.choices import (
    OPEN_APPLICATION_STATES,
    WAITING_APPLICATION_STATES,
    ApplicationState,
)
from licensing.models.questionnaires import Questionnaire
from licensing.models.terms import TermsVersion
from licensing.questions import Track
from releases.models import Model

# The queue in the order that it is read in, by itself and by each thing that it is filtered by.
_QUEUE_ORDERS: dict[str, list[str]] = {
    "licensing_application_queue": [],
    "licensing_queue_model": ["model"],
    "licensing_queue_state": ["state"],
    "licensing_queue_reviewer": ["reviewer"],
    "licensing_queue_organization": ["organization"],
    "licensing_queue_applicant": ["applicant"],
    "licensing_queue_country": ["country"],
    "licensing_queue_tier": ["tier_asked"],
    "licensing_queue_track": ["track"],
}


class Application(models.Model):
    """A person's request, for an organisation or for themselves, to get access to a model.

    `answers` is the working copy of the structured form (licensing.application_form), without
    the personal ones, which `sealed_answers` holds under the applicant's key (audit.personal).
    What was submitted is frozen in a Submission each time. `message` is what the applicant last
    was told. `referral` is the motion that last asked a board about it; `board_approved_at` says
    that the board approved what was submitted last, which binds the reviewer.

    `questionnaire` is the version of the model's own questions that the applicant last saw. With
    `amends` it asks for nothing but another scope of that grant. `changed_at` is when an answer
    was last saved, and `reminded_at` when the applicant was told since that the draft will lapse.

    What the queue is found by is copied here when an application is sent: `due_at`, when the
    reviewers promised an answer; the country declared; the highest tier that a stage of the model
    asks for; the signals that say to look closer (licensing.signals); and the network that it
    came from, shortened. `answer_by` is until when a returned one can be sent again.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="applications")
    applicant = models.ForeignKey(User, models.PROTECT, related_name="applications")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="applications"
    )
    track = models.CharField(max_length=10, choices=Track.choices, default=Track.RESEARCHER)
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, null=True, blank=True, related_name="+"
    )
    amends = models.ForeignKey(
        "licensing.Grant", models.PROTECT, null=True, blank=True, related_name="amendments"
    )
    answers = models.JSONField(default=dict)
    sealed_answers = models.BinaryField(null=True)
    state = models.CharField(
        max_length=15, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    reviewer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    message = models.TextField(blank=True)
    referral = models.OneToOneField(Motion, models.PROTECT, null=True, blank=True, related_name="+")
    board_approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    answer_reminded_at = models.DateTimeField(null=True, blank=True)
    country = models.CharField(max_length=2, blank=True)
    tier_asked = models.PositiveSmallIntegerField(default=0)
    flags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    sent_from = models.CharField(max_length=NETWORK_LENGTH, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_application_track_known",
                condition=models.Q(track__in=Track.values),
            ),
            models.CheckConstraint(
                name="licensing_application_deployer_has_organization",
                condition=~models.Q(track="deployer") | models.Q(organization__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_application_state_known",
                condition=models.Q(state__in=ApplicationState.values),
            ),
            models.CheckConstraint(
                name="licensing_application_review_has_reviewer",
                condition=~models.Q(
                    state__in=["in_review", "referred", "awaiting_second", "approved", "declined"]
                )
                | models.Q(reviewer__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_application_decided_has_time",
                condition=~models.Q(state__in=["approved", "declined", "withdrawn", "lapsed"])
                | models.Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_application_waiting_is_due",
                condition=~models.Q(state__in=WAITING_APPLICATION_STATES)
                | models.Q(due_at__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_application_referred_by_motion",
                condition=~models.Q(state="referred")
                | models.Q(referral__isnull=False, board_approved_at__isnull=True),
            ),
            models.CheckConstraint(
                name="licensing_application_board_s_word_has_motion",
                condition=models.Q(board_approved_at__isnull=True)
                | models.Q(referral__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["model", "applicant", "organization"],
                condition=models.Q(state__in=OPEN_APPLICATION_STATES),
                nulls_distinct=False,
                name="licensing_application_one_open",
            ),
        )
        indexes = (
            *(
                models.Index(
                    fields=[*by, "due_at", "id"],
                    condition=models.Q(state__in=WAITING_APPLICATION_STATES),
                    name=name,
                )
                for name, by in _QUEUE_ORDERS.items()
            ),
            GinIndex(
                fields=["flags"],
                condition=models.Q(state__in=WAITING_APPLICATION_STATES),
                name="licensing_application_flags",
            ),
            models.Index(
                fields=["answer_by"],
                condition=models.Q(state="returned"),
                name="licensing_application_to_lapse",
            ),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(state="draft"),
                name="licensing_application_drafts",
            ),
            models.Index(
                fields=["sent_from"],
                condition=~models.Q(sent_from=""),
                name="licensing_application_network",
            ),
        )

    def __str__(self) -> str:
        return f"Application of {self.applicant} for {self.model}"


class Submission(models.Model):
    """The answers as they were submitted, frozen; the personal ones sealed. Inserted only.

    With the version of the model's own questions that they answer, the version of the criteria
    that safety researchers are judged by, and the files that were attached.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    answers = models.JSONField()
    sealed_answers = models.BinaryField()
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, null=True, blank=True, related_name="+"
    )
    criteria = models.ForeignKey(
        TermsVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    attachments = models.ManyToManyField(
        "licensing.Attachment", related_name="submissions", blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=["application", "number"], name="licensing_submission_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"Submission {self.number} of {self.application}"
