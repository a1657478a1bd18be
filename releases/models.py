"""Models, their releases and artifacts, and the ladder of stages they move on."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.models import User
from boards.models import Board, Motion
from releases.choices import (
    ACCESS_MODES,
    AccessMode,
    EntryCause,
    HoldKind,
    HoldState,
    ReleaseState,
    Right,
    TransitionState,
)

__all__ = [
    "AccessMode",
    "Artifact",
    "Hold",
    "HoldKind",
    "HoldState",
    "Ladder",
    "Model",
    "ModelGroupObjectPermission",
    "ModelUserObjectPermission",
    "Release",
    "ReleaseState",
    "Right",
    "Stage",
    "StageEntry",
    "Transition",
    "TransitionState",
]


class Ladder(models.Model):
    """An ordered list of stages, loaded from a reviewed YAML file. Inserted only."""

    name = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    source = models.TextField(help_text=_("The YAML text as it was loaded"))
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=["name", "version"], name="releases_ladder_version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class Stage(models.Model):
    """One rung: who gets what, and what it takes to move onto it. Inserted only.

    `rule` is the voting rule as data (boards.tally). `terms` are slugs that an upper room
    resolves. Times are durations; `cohort_cap` counts organisations, empty for no cap.
    """

    ladder = models.ForeignKey(Ladder, models.PROTECT, related_name="stages")
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300)
    access_mode = models.CharField(max_length=20, choices=AccessMode.choices)
    cohort_cap = models.PositiveIntegerField(null=True, blank=True)
    minimum_soak = models.DurationField(help_text=_("At the stage below, before voting opens"))
    cool_off = models.DurationField(help_text=_("Between approval and effect"))
    voting_period = models.DurationField()
    required_tier = models.PositiveSmallIntegerField()
    terms = ArrayField(models.SlugField(max_length=60), default=list)
    rule = models.JSONField()
    irreversible = models.BooleanField()

    class Meta:
        ordering = ("ladder", "position")
        constraints = (
            models.UniqueConstraint(
                fields=["ladder", "position"], name="releases_stage_position_once"
            ),
            models.UniqueConstraint(fields=["ladder", "slug"], name="releases_stage_slug_once"),
            models.CheckConstraint(
                name="releases_stage_access_mode_known",
                condition=models.Q(access_mode__in=ACCESS_MODES),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Model(models.Model):
    """A family of releases, named `namespace/name`."""

    namespace = models.SlugField(max_length=60)
    name = models.CharField(max_length=96)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=400, blank=True)
    board = models.ForeignKey(Board, models.PROTECT, related_name="+")
    ladder = models.ForeignKey(Ladder, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("namespace", "name")
        permissions = (
            ("manage_release", "May ingest, propose and describe releases of the model"),
            ("place_hold", "May place a hold on the model or demote its releases"),
            ("review_application", "May review applications for the model"),
        )
        constraints = (
            models.UniqueConstraint(fields=["namespace", "name"], name="releases_model_name_once"),
        )

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def get_absolute_url(self) -> str:
        """Return the public address, which is the model's name."""
        return f"/models/{self.namespace}/{self.name}/"


class ModelUserObjectPermission(UserObjectPermissionBase):
    """A staff right of one person on one model, with a real foreign key."""

    content_object = models.ForeignKey(Model, models.CASCADE)


class ModelGroupObjectPermission(GroupObjectPermissionBase):
    """The same for a group."""

    content_object = models.ForeignKey(Model, models.CASCADE)


class Release(models.Model):
    """One version of a model: an immutable set of artifacts named by a digest.

    `digest` is the SHA-256 over the manifest (see releases.manifest), set by sealing, which
    also puts the release on the first stage. `staged_at` starts the soak.
    """

    model = models.ForeignKey(Model, models.PROTECT, related_name="releases")
    version = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=ReleaseState.choices, default=ReleaseState.INGESTING
    )
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="releases")
    staged_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    source = models.CharField(max_length=1000, help_text=_("The directory it was read from"))
    refusal = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    job_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When its background job last gave a sign of life")
    )
    job_token = models.UUIDField(
        null=True, blank=True, editable=False, help_text=_("Whoever holds it works on the release")
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["model", "version"],
                condition=~models.Q(state="refused"),
                name="releases_release_version_once",
            ),
            models.CheckConstraint(
                name="releases_release_state_known",
                condition=models.Q(
                    state__in=["ingesting", "verifying", "sealed", "refused", "withdrawn"]
                ),
            ),
            models.CheckConstraint(
                name="releases_release_sealed_has_digest_and_stage",
                condition=~models.Q(state__in=["sealed", "withdrawn"])
                | models.Q(digest__isnull=False, stage__isnull=False, staged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_release_digest_hex",
                condition=models.Q(digest__isnull=True) | models.Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} {self.version}"

    def get_absolute_url(self) -> str:
        """Return the public address, which is the release's name."""
        return f"{self.model.get_absolute_url()}{self.version}/"


class Artifact(models.Model):
    """One file of a release. `sha256` is empty until its bytes were read into the store."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="artifacts")
    path = models.CharField(max_length=500)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    format = models.CharField(max_length=20)
    facts = models.JSONField(default=dict)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(fields=["release", "path"], name="releases_artifact_path_once"),
            models.CheckConstraint(
                name="releases_artifact_sha256_hex",
                condition=models.Q(sha256="") | models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="releases_artifact_verified_was_read",
                condition=models.Q(verified_at__isnull=True) | ~models.Q(sha256=""),
            ),
        )
        indexes = (models.Index(fields=["sha256"], name="releases_artifact_sha256"),)

    def __str__(self) -> str:
        return self.path


class StageEntry(models.Model):
    """A release's arrival at a stage: the history of stages. Inserted only."""

    Cause = EntryCause

    release = models.ForeignKey(Release, models.PROTECT, related_name="stage_entries")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    cause = models.CharField(max_length=12, choices=EntryCause.choices)
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_stageentry_cause_known",
                condition=models.Q(cause__in=["sealed", "transition", "demotion"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.release} at {self.stage}"


class Transition(models.Model):
    """A release's move to another stage: its motion, its cool-off, its effect."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="transitions")
    from_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    motion = models.OneToOneField(Motion, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=TransitionState.choices, default=TransitionState.PROPOSED
    )
    created_at = models.DateTimeField(auto_now_add=True)
    effective_after = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    waiting_for = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_transition_state_known",
                condition=models.Q(
                    state__in=[
                        "proposed",
                        "approved",
                        "effective",
                        "rejected",
                        "lapsed",
                        "withdrawn",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="releases_transition_approved_has_times",
                condition=~models.Q(state="approved")
                | models.Q(effective_after__isnull=False, expires_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["release"],
                condition=models.Q(state__in=["proposed", "approved"]),
                name="releases_transition_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.release}: {self.from_stage} to {self.to_stage}"


class Hold(models.Model):
    """The emergency brake on a release or on a whole model. Never ends by itself."""

    Kind = HoldKind
    State = HoldState

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="holds")
    release = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, related_name="holds"
    )
    kind = models.CharField(max_length=12, choices=HoldKind.choices)
    state = models.CharField(max_length=12, choices=HoldState.choices, default=HoldState.PLACED)
    reason = models.TextField()
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    review_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Motion, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_hold_kind_known",
                condition=models.Q(kind__in=["admissions", "all"]),
            ),
            models.CheckConstraint(
                name="releases_hold_state_known",
                condition=models.Q(state__in=["placed", "review_due", "lifted"]),
            ),
            models.CheckConstraint(
                name="releases_hold_lifted_by_motion",
                condition=~models.Q(state="lifted")
                | models.Q(lifted_by__isnull=False, lifted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_hold_reason_given", condition=~models.Q(reason="")
            ),
        )
        indexes = (
            models.Index(
                fields=["model"],
                condition=~models.Q(state="lifted"),
                name="releases_hold_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"Hold on {self.release or self.model}"
