"""Links to files, and the record of downloads: what was handed to whom, and how far it got."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PersonalToken, User
from delivery.choices import Outcome, Way
from licensing.models import Grant
from releases.models import Artifact, Release


class Link(models.Model):
    """An address that opens one file without a token, for as long as its maker may have it.

    Only the SHA-256 of its secret is stored. It is checked at each request like everything else.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, db_index=False, related_name="links")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="links")
    artifact = models.ForeignKey(Artifact, models.PROTECT, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # When its maker had last shown a second factor as it was made.
    second_factor_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="delivery_link_ends_within_a_day",
                condition=models.Q(
                    expires_at__lte=models.F("created_at") + timedelta(days=1, minutes=1)
                ),
            ),
        )
        indexes = (models.Index(fields=["user", "-created_at"], name="delivery_link_user"),)

    def __str__(self) -> str:
        return f"Link of {self.user} to {self.artifact.path}"

    @property
    def filename(self) -> str:
        """Return the last part of the file's path, as the address shows it."""
        return self.artifact.path.rsplit("/", 1)[-1]

    def is_over(self, now: datetime) -> bool:
        """Tell whether it expired, was revoked, or ended with its maker's other credentials."""
        ended_at = self.user.credentials_ended_at
        return (
            self.revoked_at is not None
            or self.expires_at <= now
            or (ended_at is not None and self.created_at <= ended_at)
        )


class Download(models.Model):
    """One GET answered 200 or 206, inserted before its first byte, with its audit event.

    The bytes authorised are those from `start` up to and excluding `stop`. `bytes_sent` stays
    empty until the server that sent them says so, and for good where it was killed.
    `sealed_origin` holds the address and the User-Agent under the person's key (audit.personal).
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, db_index=False, related_name="downloads")
    grant = models.ForeignKey(Grant, models.PROTECT, db_index=False, related_name="downloads")
    release = models.ForeignKey(Release, models.PROTECT, db_index=False, related_name="downloads")
    artifact = models.ForeignKey(Artifact, models.PROTECT, related_name="downloads")
    token = models.ForeignKey(
        PersonalToken, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    link = models.ForeignKey(Link, models.PROTECT, null=True, db_index=False, related_name="+")
    start = models.BigIntegerField()
    stop = models.BigIntegerField()
    way = models.CharField(max_length=10, choices=Way.choices)
    client = models.CharField(max_length=80, blank=True, help_text=_("Program and version"))
    sealed_origin = models.BinaryField()
    request_id = models.CharField(max_length=32, blank=True)
    trace_id = models.CharField(max_length=100, blank=True, help_text=_("The client's own"))
    started_at = models.DateTimeField(auto_now_add=True)
    bytes_sent = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.UNKNOWN)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="delivery_download_range",
                condition=models.Q(start__gte=0, stop__gte=models.F("start")),
            ),
            models.CheckConstraint(
                name="delivery_download_way_known",
                condition=models.Q(way__in=["session", "token", "hub", "link"]),
            ),
            models.CheckConstraint(
                name="delivery_download_outcome",
                condition=models.Q(
                    outcome="unknown", bytes_sent__isnull=True, finished_at__isnull=True
                )
                | models.Q(
                    outcome="complete",
                    bytes_sent=models.F("stop") - models.F("start"),
                    finished_at__isnull=False,
                )
                | models.Q(
                    outcome="cut",
                    bytes_sent__gte=0,
                    bytes_sent__lt=models.F("stop") - models.F("start"),
                    finished_at__isnull=False,
                ),
            ),
            # One request is one download, and its id finds it from the proxy's log.
            models.UniqueConstraint(
                fields=["request_id"],
                condition=~models.Q(request_id=""),
                name="delivery_download_once_a_request",
            ),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="delivery_download_user"),
            models.Index(fields=["release", "-id"], name="delivery_download_release"),
            models.Index(fields=["grant", "started_at"], name="delivery_download_grant"),
        )

    def __str__(self) -> str:
        return f"{self.artifact.path} to {self.user}"

    @property
    def length(self) -> int:
        """Return the number of bytes authorised."""
        return self.stop - self.start


class QuotaNotice(models.Model):
    """That the users of a grant were told that most of its quota is used, and of which quota."""

    grant = models.OneToOneField(Grant, models.CASCADE, related_name="+")
    volume_bytes = models.BigIntegerField()
    volume_days = models.PositiveSmallIntegerField()
    noticed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Notice on {self.grant}"


class LogPosition(models.Model):
    """How far an access log was read: the log by machine and path, the file by its inode."""

    log = models.CharField(max_length=300, unique=True)
    inode = models.CharField(max_length=20, default="")
    offset = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="delivery_logposition_offset", condition=models.Q(offset__gte=0)
            ),
        )

    def __str__(self) -> str:
        return self.log
