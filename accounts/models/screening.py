"""Lists of restricted parties, whom they are asked about, and what came of it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organizations import Organization
from accounts.models.people import User


class ScreeningList(models.Model):
    """A list that somebody publishes. What it says stands in its snapshots."""

    class Format(models.TextChoices):
        US_CSL = "us_csl", _("US Consolidated Screening List")
        EU_FSF = "eu_fsf", _("EU consolidated list of financial sanctions")
        PLAIN = "plain", _("Plain CSV")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    format = models.CharField(max_length=10, choices=Format.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("title", "id")
        constraints = (
            models.CheckConstraint(
                name="accounts_screeninglist_format_known",
                condition=models.Q(format__in=["us_csl", "eu_fsf", "plain"]),
            ),
        )

    def __str__(self) -> str:
        return self.title


class ListSnapshot(models.Model):
    """A list as one file had it. `importing -> current -> former`, or `importing -> refused`.

    Nothing asks a snapshot that is not current, so that half of one decides nothing. `checked`
    is how many entries the file has, once all of it was read; `loaded` how many are in, of which
    the last begins on `reached_line`. `worked_at` is when the run that has it in hand last said so.
    """

    class State(models.TextChoices):
        IMPORTING = "importing", _("Importing")
        CURRENT = "current", _("In force")
        FORMER = "former", _("Former")
        REFUSED = "refused", _("Refused")

    on_list = models.ForeignKey(ScreeningList, models.PROTECT, related_name="snapshots")
    state = models.CharField(max_length=10, choices=State.choices, default=State.IMPORTING)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    file_name = models.CharField(max_length=200)
    may_shrink = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    checked = models.PositiveIntegerField(null=True, blank=True)
    loaded = models.PositiveIntegerField(default=0)
    names = models.PositiveIntegerField(default=0)
    reached_line = models.PositiveIntegerField(default=2)
    worked_at = models.DateTimeField(null=True, blank=True)
    former = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    added = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    current_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    error_line = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="accounts_listsnapshot_state_known",
                condition=models.Q(state__in=["importing", "current", "former", "refused"]),
            ),
            models.CheckConstraint(
                name="accounts_listsnapshot_sha256_hex",
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="accounts_listsnapshot_refused_says_why",
                condition=~models.Q(state="refused") | ~models.Q(error=""),
            ),
            models.CheckConstraint(
                name="accounts_listsnapshot_in_force_is_whole",
                condition=~models.Q(state__in=["current", "former"])
                | models.Q(checked=models.F("loaded"), current_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["on_list"],
                condition=models.Q(state="current"),
                name="accounts_listsnapshot_one_current",
            ),
            models.UniqueConstraint(
                fields=["on_list"],
                condition=models.Q(state="importing"),
                name="accounts_listsnapshot_one_importing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.on_list} of {self.uploaded_at:%Y-%m-%d}"


class ListEntry(models.Model):
    """One party of a snapshot. `blocking` are the keys by which a like name finds it."""

    snapshot = models.ForeignKey(ListSnapshot, models.CASCADE, related_name="entries")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=12)
    aliases = ArrayField(models.CharField(max_length=300), default=list)
    countries = ArrayField(models.CharField(max_length=2), default=list)
    born = ArrayField(models.PositiveSmallIntegerField(), default=list)
    addresses = ArrayField(models.CharField(max_length=300), default=list)
    program = models.CharField(max_length=200, blank=True)
    blocking = ArrayField(models.CharField(max_length=12), default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["snapshot", "key"], name="accounts_listentry_key_once"),
            models.CheckConstraint(
                name="accounts_listentry_kind_known",
                condition=models.Q(kind__in=["person", "organization", "other"]),
            ),
        )
        indexes = (GinIndex(fields=["blocking"], name="accounts_listentry_blocking"),)

    def __str__(self) -> str:
        return self.name


class ScreeningRound(models.Model):
    """A state of all lists and of the algorithm. A new one begins when either changes.

    Whoever is watched and was last screened in an earlier round is due.
    """

    lists = models.JSONField(help_text="The snapshots in force: slug, snapshot, sha256")
    algorithm = models.CharField(max_length=40)
    total = models.PositiveIntegerField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Round {self.pk}"


class Watch(models.Model):
    """A subject that is screened: a person, an organisation, or a name that somebody gave.

    A given name is sealed under the key of whoever it was given by or for. `salt` keeps digests
    of what is known of a subject from being compared with anybody else's; it goes with them.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANIZATION = "organization", _("Organisation")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="screening_watch"
    )
    organization = models.OneToOneField(
        Organization, models.PROTECT, null=True, blank=True, related_name="screening_watch"
    )
    sealed_name = models.BinaryField(null=True)
    sealed_for = models.UUIDField(null=True)
    role = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    born = models.PositiveSmallIntegerField(null=True, blank=True)
    salt = models.CharField(max_length=32)
    # The round in which the subject was last screened; 0 is never, or not since it changed.
    round = models.PositiveIntegerField(default=0)
    route = models.CharField(max_length=6, blank=True)
    outcome = models.CharField(max_length=64, blank=True)
    screened_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="accounts_watch_one_subject",
                condition=models.Q(
                    user__isnull=False, organization__isnull=True, sealed_name__isnull=True
                )
                | models.Q(user__isnull=True, organization__isnull=False, sealed_name__isnull=True)
                | models.Q(
                    user__isnull=True,
                    organization__isnull=True,
                    sealed_name__isnull=False,
                    sealed_for__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="accounts_watch_kind_known",
                condition=models.Q(kind__in=["person", "organization"]),
            ),
            models.CheckConstraint(
                name="accounts_watch_route_known",
                condition=models.Q(route__in=["", "stop", "review", "clear"]),
            ),
        )
        indexes = (
            models.Index(
                fields=["round", "id"],
                condition=models.Q(ended_at__isnull=True),
                name="accounts_watch_due",
            ),
            models.Index(
                fields=["sealed_for"],
                condition=models.Q(sealed_for__isnull=False),
                name="accounts_watch_given",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class WatchReason(models.Model):
    """Why a subject is watched, as the room above names it: "licensing.grant" 12."""

    watch = models.ForeignKey(Watch, models.PROTECT, related_name="reasons")
    source = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "source_id", "watch"],
                condition=models.Q(ended_at__isnull=True),
                name="accounts_watchreason_once",
            ),
        )
        indexes = (models.Index(fields=["watch", "source"], name="accounts_watchreason_watch"),)

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class ScreeningResult(models.Model):
    """What a screening found, whenever that is another thing than before. Inserted only.

    That it was the same in later rounds stands on the watch: its round.
    """

    watch = models.ForeignKey(Watch, models.PROTECT, related_name="results")
    round = models.ForeignKey(ScreeningRound, models.PROTECT, related_name="results")
    route = models.CharField(max_length=6)
    subject_digest = models.CharField(max_length=64)
    sealed_query = models.BinaryField(null=True)
    query = models.JSONField(null=True)
    top = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="accounts_screeningresult_route_known",
                condition=models.Q(route__in=["stop", "review", "clear"]),
            ),
            models.CheckConstraint(
                name="accounts_screeningresult_query_kept",
                condition=models.Q(sealed_query__isnull=False) | models.Q(query__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.route} of {self.watch_id}"


class ScreeningHit(models.Model):
    """A subject and an entry of a list that are alike, and what people decided of the pair.

    `not_them` is forgotten when either side changes. `them` stays until somebody else decides
    otherwise; `recheck` says that something changed since, and `listed` whether it is still found.
    """

    class Decision(models.TextChoices):
        OPEN = "", _("Not decided")
        NOT_THEM = "not_them", _("Somebody else")
        THEM = "them", _("The listed one")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    watch = models.ForeignKey(Watch, models.PROTECT, related_name="hits")
    on_list = models.ForeignKey(ScreeningList, models.PROTECT, related_name="hits")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    subject_digest = models.CharField(max_length=64)
    entry = models.JSONField()
    matched = models.CharField(max_length=300)
    score = models.FloatField()
    exact = models.BooleanField()
    route = models.CharField(max_length=6)
    reasons = ArrayField(models.CharField(max_length=30), default=list)
    round = models.ForeignKey(ScreeningRound, models.PROTECT, related_name="+")
    listed = models.BooleanField(default=True)
    decision = models.CharField(
        max_length=8, choices=Decision.choices, default=Decision.OPEN, blank=True
    )
    recheck = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["watch", "on_list", "key"], name="accounts_screeninghit_pair_once"
            ),
            models.CheckConstraint(
                name="accounts_screeninghit_route_known",
                condition=models.Q(route__in=["stop", "review"]),
            ),
            models.CheckConstraint(
                name="accounts_screeninghit_decision_known",
                condition=models.Q(decision__in=["", "not_them", "them"]),
            ),
            models.CheckConstraint(
                name="accounts_screeninghit_recheck_of_them",
                condition=models.Q(recheck=False) | models.Q(decision="them"),
            ),
        )
        indexes = (
            models.Index(
                fields=["watch"],
                condition=models.Q(decision="them"),
                name="accounts_screeninghit_them",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(decision="", listed=True) | models.Q(recheck=True),
                name="accounts_screeninghit_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.route} {self.score:.0f}: {self.matched}"


class Disposition(models.Model):
    """What a person decided of a hit, and of which version of both sides. Inserted only."""

    hit = models.ForeignKey(ScreeningHit, models.PROTECT, related_name="dispositions")
    decision = models.CharField(max_length=8, choices=ScreeningHit.Decision.choices[1:])
    reason = models.TextField()
    fingerprint = models.CharField(max_length=64)
    subject_digest = models.CharField(max_length=64)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="accounts_disposition_decision_known",
                condition=models.Q(decision__in=["not_them", "them"]),
            ),
            models.CheckConstraint(
                name="accounts_disposition_reason_given", condition=~models.Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.decision} by {self.decided_by_id}"
