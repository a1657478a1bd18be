"""Applications, and what was submitted of them."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from boards.models import Motion
from licensing.models.questionnaires import Questionnaire
from licensing.models.terms import TermsVersion
from licensing.questions import Track
from releases.models import Model


class ApplicationState(models.TextChoices):
    """`draft -> submitted -> in_review -> returned -> submitted`; `in_review -> referred` and back.

    Ends: approved, declined, withdrawn.
    """

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned to you")
    REFERRED = "referred", _("Referred to the board")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN_APPLICATION_STATES = ("draft", "submitted", "in_review", "returned", "referred")
# Decided by a reviewer or a board; who withdraws decides nothing.
REVIEWED_APPLICATION_STATES = ("approved", "declined")


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
        max_length=10, choices=ApplicationState.choices, default=ApplicationState.DRAFT
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
                condition=models.Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "in_review",
                        "returned",
                        "referred",
                        "approved",
                        "declined",
                        "withdrawn",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="licensing_application_review_has_reviewer",
                condition=~models.Q(state__in=["in_review", "referred", "approved", "declined"])
                | models.Q(reviewer__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_application_decided_has_time",
                condition=~models.Q(state__in=["approved", "declined", "withdrawn"])
                | models.Q(decided_at__isnull=False),
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
                condition=models.Q(
                    state__in=["draft", "submitted", "in_review", "returned", "referred"]
                ),
                nulls_distinct=False,
                name="licensing_application_one_open",
            ),
        )
        indexes = (
            models.Index(
                fields=["submitted_at"],
                condition=models.Q(state__in=["submitted", "in_review"]),
                name="licensing_application_queue",
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
