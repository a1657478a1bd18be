"""Models, and the ladders of stages that their releases move on."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from boards.models import Board
from releases.choices import ACCESS_MODES, NAMED_MODES, WEIGHTS_MODES, AccessMode
from releases.ladder import EmergencyPlan
from releases.ladder.plans import HOLD_REVIEW


class Ladder(models.Model):
    """An ordered list of stages, loaded from a reviewed YAML file. Inserted only.

    `executive` are the roles of the seats that may override the board's result; `emergency` is
    the fast track as `EmergencyPlan` stores it, empty where there is none.
    """

    name = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    source = models.TextField(help_text=_("The YAML text as it was loaded"))
    digest = models.CharField(max_length=64)
    executive = ArrayField(models.CharField(max_length=20), default=list)
    emergency = models.JSONField(null=True, blank=True)
    hold_review = models.DurationField(
        default=HOLD_REVIEW, help_text=_("From a hold to the call for its review")
    )
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

    def get_absolute_url(self) -> str:
        """Return the public address of this version."""
        return f"/releases/ladders/{self.name}/{self.version}/"

    @property
    def fast_track(self) -> EmergencyPlan | None:
        """The fast track, where the ladder has one."""
        return EmergencyPlan.from_stored(self.emergency) if self.emergency else None


class Stage(models.Model):
    """One rung: who gets what, and what it takes to move onto it. Inserted only.

    `rule` is the voting rule as data (boards.tally). `terms` are slugs that an upper room
    resolves. Times are durations; `cohort_cap` counts organisations, empty for no cap.
    `requirements` are the entries of the file; `override` are the roles of the seats that may
    override one of them.
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
    requirements = models.JSONField(default=list)
    re_review = models.DurationField(
        null=True, blank=True, help_text=_("How often a release at this stage is judged again")
    )
    override = ArrayField(models.CharField(max_length=20), default=list)
    second_factor = models.DurationField(
        null=True, blank=True, help_text=_("How long ago whoever downloads may have shown one")
    )

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

    @property
    def decision_rule(self) -> dict[str, Any]:
        """The rule that a motion about this stage is decided by, the ladder's executive with it."""
        executive = self.ladder.executive
        return {**self.rule, **({"executive": executive} if executive else {})}

    @property
    def fast_track(self) -> EmergencyPlan | None:
        """The fast track of the move into this stage, if it can be had.

        Never where weights leave or the stage says that it cannot be undone: the full review
        comes after the effect, and could call nothing back.
        """
        if self.irreversible or self.access_mode in WEIGHTS_MODES:
            return None
        return self.ladder.fast_track

    @property
    def move_rule(self) -> dict[str, Any]:
        """The rule of the move into this stage, the fast track with it where it can be had."""
        track = self.fast_track
        return {**self.decision_rule, **({"emergency": track.stored()} if track else {})}

    @property
    def has_cohort(self) -> bool:
        """Tell whether somebody chooses who gets what leaves here, so that a cap can bind."""
        return self.access_mode in NAMED_MODES


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
            ("lead_review", "May assign reviewers and say how applications are reviewed"),
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
