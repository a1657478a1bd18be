"""What the duties of an agreement come to for one grant, and the statements that meet them."""

import uuid
from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import SigningKey
from licensing.choices import OPEN_DUTY_STATES, DutyState
from licensing.duties import Consequence, DutyKind, Performer
from licensing.duty_dates import last_day
from licensing.models.grants import Grant
from licensing.models.terms import Terms, TermsVersion
from releases.models import Model, Release


class OwedDuty(models.Model):
    """One duty that a grant owes once, by a day: the row of one occurrence.

    `trigger` says what brought it about and is there once for a duty of an agreement, so that it
    is opened once: "period:DAY" (from `anchor` on), "released:ID" and "withdrawn:ID" of a release,
    "ended", "declined:ID" of a version. Who performs it and what follows are as `version`, which
    the holder accepted, declared them. `due_at` is the end of the last day; whether it is overdue
    follows from the time, and the state is what was written down of it. `reminded` is the last
    reminder that was told, in days before the end.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="duties")
    model = models.ForeignKey(Model, models.PROTECT, related_name="+")
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+")
    version = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=DutyKind.choices)
    performer = models.CharField(max_length=10, choices=Performer.choices)
    consequence = models.CharField(max_length=10, choices=Consequence.choices)
    trigger = models.CharField(max_length=40)
    anchor = models.DateField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DutyState.choices, default=DutyState.DUE)
    reminded = models.PositiveSmallIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    waived_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True, help_text=_("Why it was waived, or is owed no more"))
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text=_("What the lead who was called says"))

    class Meta:
        ordering = ("due_at", "id")
        verbose_name_plural = "owed duties"
        constraints = (
            models.UniqueConstraint(
                fields=["grant", "terms", "kind", "trigger"], name="licensing_duty_opened_once"
            ),
            models.CheckConstraint(
                name="licensing_duty_state_known",
                condition=models.Q(state__in=DutyState.values),
            ),
            models.CheckConstraint(
                name="licensing_duty_kind_known", condition=models.Q(kind__in=DutyKind.values)
            ),
            models.CheckConstraint(
                name="licensing_duty_performer_known",
                condition=models.Q(performer__in=Performer.values),
            ),
            models.CheckConstraint(
                name="licensing_duty_consequence_known",
                condition=models.Q(consequence__in=Consequence.values),
            ),
            models.CheckConstraint(
                name="licensing_duty_closed_has_time",
                condition=models.Q(state__in=OPEN_DUTY_STATES, closed_at__isnull=True)
                | (~models.Q(state__in=OPEN_DUTY_STATES) & models.Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="licensing_duty_waived_by_someone",
                condition=(~models.Q(state="waived") & models.Q(waived_by__isnull=True))
                | (models.Q(state="waived", waived_by__isnull=False) & ~models.Q(reason="")),
            ),
            models.CheckConstraint(
                name="licensing_duty_answered_by_someone",
                condition=models.Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (
                    models.Q(answered_at__isnull=False, answered_by__isnull=False)
                    & ~models.Q(answer="")
                ),
            ),
            models.CheckConstraint(
                name="licensing_duty_period_has_anchor",
                condition=models.Q(kind="attest_use", anchor__isnull=False)
                | (~models.Q(kind="attest_use") & models.Q(anchor__isnull=True)),
            ),
        )
        indexes = (
            models.Index(
                fields=["grant", "due_at"],
                condition=models.Q(state__in=OPEN_DUTY_STATES),
                name="licensing_duty_open_of_grant",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state__in=OPEN_DUTY_STATES),
                name="licensing_duty_open",
            ),
            models.Index(fields=["model", "due_at", "id"], name="licensing_duty_of_model"),
            models.Index(
                fields=["model", "due_at", "id"],
                condition=models.Q(state__in=OPEN_DUTY_STATES),
                name="licensing_duty_open_of_model",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.grant}"

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether its time has passed and it is still owed, by the clock."""
        return self.state in OPEN_DUTY_STATES and now >= self.due_at

    def state_at(self, now: datetime) -> str:
        """Return its state by the clock, also where no job has written it down yet."""
        return DutyState.OVERDUE.value if self.is_overdue(now) else self.state

    @property
    def due_on(self) -> date:
        """Return the last day on which it is in time."""
        return last_day(self.due_at, timezone.get_default_timezone())


class DutyStatement(models.Model):
    """What somebody stated to meet a duty. Inserted only; a correction is a later one.

    The sealed fields are encrypted under the person's key: the typed name, the answers as JSON,
    the address, the browser's name, and the nonce that opens the commitments to the name and to
    the answers. A file's bytes stand in the document store, encrypted under the same key;
    `file_sha256` is that of the encrypted bytes.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    duty = models.ForeignKey(OwedDuty, models.PROTECT, related_name="statements")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=10, choices=[*Performer.choices, ("self", "self")])
    text = models.TextField(help_text=_("The statement and the button's label, as shown"))
    text_sha256 = models.CharField(max_length=64)
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="correction")
    locale = models.CharField(max_length=16, blank=True)
    host = models.CharField(max_length=255, blank=True)
    session_sha256 = models.CharField(max_length=64, blank=True)
    second_factor = models.JSONField(default=dict)
    sealed_name = models.BinaryField()
    sealed_answers = models.BinaryField()
    sealed_address = models.BinaryField()
    sealed_agent = models.BinaryField()
    sealed_nonce = models.BinaryField()
    name_commitment = models.CharField(max_length=64)
    answers_commitment = models.CharField(max_length=64)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    file_type = models.CharField(max_length=60, blank=True)
    sealed_file = models.BinaryField(default=b"", help_text=_("The file's name and own SHA-256"))
    request_id = models.CharField(max_length=32)
    stated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_dutystatement_capacity_known",
                condition=models.Q(capacity__in=["self", *Performer.values]),
            ),
            models.CheckConstraint(
                name="licensing_dutystatement_file_whole",
                condition=models.Q(file_sha256="", file_size=0, file_type="")
                | (models.Q(file_size__gt=0) & ~models.Q(file_sha256="") & ~models.Q(file_type="")),
            ),
        )

    def __str__(self) -> str:
        return f"Statement {self.pk} on {self.duty}"


class DutyReceipt(models.Model):
    """The signed receipt for a statement: the file as it is handed out. Inserted only.

    A statement without one is owed one, as soon as the instance has a key.
    """

    statement = models.OneToOneField(DutyStatement, models.PROTECT, related_name="receipt")
    file = models.TextField()
    digest = models.CharField(max_length=64)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_dutyreceipt_digest_hex",
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return f"Receipt for {self.statement}"
