import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import boards.models.seats
from common.migrating import Together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Board",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("description", models.TextField(blank=True)),
                ("rule", models.JSONField(default=boards.models.seats.default_rule)),
                ("voting_seconds", models.PositiveIntegerField(default=604800)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Motion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("subject_ref", models.CharField(max_length=120)),
                ("subject_label", models.CharField(max_length=200)),
                ("subject_url", models.CharField(max_length=300)),
                ("params", models.JSONField(default=dict)),
                ("dossier", models.JSONField(default=dict)),
                ("dossier_digest", models.CharField(max_length=64)),
                ("rule", models.JSONField()),
                ("tightened_rule", models.JSONField(blank=True, null=True)),
                ("by_board_rule", models.BooleanField(default=False)),
                ("emergency", models.JSONField(blank=True, null=True)),
                ("voting_seconds", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("voting", "Voting"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("lapsed", "Lapsed"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("round", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("voting_opened_at", models.DateTimeField(blank=True, null=True)),
                ("voting_closes_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("tally", models.JSONField(blank=True, null=True)),
                ("closing_reason", models.TextField(blank=True)),
                ("override_until", models.DateTimeField(blank=True, null=True)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("record_owed", models.BooleanField(default=False)),
                ("full_review_due_at", models.DateTimeField(blank=True, null=True)),
                ("full_review_ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "full_review_result",
                    models.CharField(
                        blank=True,
                        choices=[("confirmed", "Confirmed"), ("refused", "Refused")],
                        max_length=10,
                    ),
                ),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="motions",
                        to="boards.board",
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="motions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviews",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="full_reviews",
                        to="boards.motion",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("applied_at__isnull", True), ("decided_at__isnull", False)
                        ),
                        fields=["kind"],
                        name="boards_motion_to_apply",
                    ),
                    models.Index(fields=["subject_ref", "-id"], name="boards_motion_subject"),
                    models.Index(
                        condition=models.Q(("record_owed", True)),
                        fields=["id"],
                        name="boards_motion_record_owed",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("full_review_due_at__isnull", False),
                            ("full_review_ended_at__isnull", True),
                        ),
                        fields=["full_review_due_at"],
                        name="boards_motion_review_owed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "in_review",
                                    "voting",
                                    "approved",
                                    "rejected",
                                    "lapsed",
                                    "withdrawn",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="boards_motion_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "voting"), _negated=True),
                            ("voting_closes_at__isnull", False),
                            _connector="OR",
                        ),
                        name="boards_motion_voting_has_deadline",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in_review", "voting"]),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="boards_motion_decided_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dossier_digest__regex", "^[0-9a-f]{64}$")),
                        name="boards_motion_digest_hex",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("full_review_result__in", ["", "confirmed", "refused"])
                        ),
                        name="boards_motion_review_result_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("full_review_ended_at__isnull", True), ("full_review_result", "")
                            ),
                            models.Q(
                                models.Q(("full_review_result", ""), _negated=True),
                                ("full_review_due_at__isnull", False),
                                ("full_review_ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="boards_motion_review_ended_with_result",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "in_review", "voting"])),
                        fields=("kind", "subject_ref"),
                        name="boards_motion_one_open_per_subject",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssueSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "motion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issue_summaries",
                        to="boards.motion",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="boards_issuesummary_text_given",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dossier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "motion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossiers",
                        to="boards.motion",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="DecisionRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("file", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.signingkey",
                    ),
                ),
                (
                    "motion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="boards.motion",
                    ),
                ),
            ],
            options={
                "ordering": ("-version",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("motion", "version"), name="boards_decisionrecord_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="boards_decisionrecord_digest_hex",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "motion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="public_summaries",
                        to="boards.motion",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-version",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("motion", "version"), name="boards_publicsummary_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="boards_publicsummary_text_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("about", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vote_half", "Half of the time for voting is over"),
                            ("vote_day", "A day is left for voting"),
                            ("no_quorum", "The quorum is not reached"),
                            ("term_month", "A month is left of the term"),
                            ("term_week", "A week is left of the term"),
                            ("term_over", "The term has ended"),
                            ("review_week", "A week is left for the full review"),
                            ("review_day", "A day is left for the full review"),
                            ("review_over", "The full review is overdue"),
                            ("idle_month", "A month in review without a vote"),
                            ("idle_week", "A week is left to open the vote"),
                        ],
                        max_length=20,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "vote_half",
                                    "vote_day",
                                    "no_quorum",
                                    "term_month",
                                    "term_week",
                                    "term_over",
                                    "review_week",
                                    "review_day",
                                    "review_over",
                                    "idle_month",
                                    "idle_week",
                                ],
                            )
                        ),
                        name="boards_reminder_kind_known",
                    ),
                    models.UniqueConstraint(
                        fields=("about", "kind", "due_at"), name="boards_reminder_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("chair", "Chair"),
                            ("safety", "Safety"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("independent", "Independent"),
                        ],
                        max_length=20,
                    ),
                ),
                ("held_since", models.DateTimeField(default=django.utils.timezone.now)),
                ("term_ends_at", models.DateTimeField(blank=True, null=True)),
                ("independent", models.BooleanField(default=False)),
                ("independence_basis", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="boards.board",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["chair", "safety", "security", "legal", "independent"])
                        ),
                        name="boards_seat_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", "independent"), _negated=True),
                            ("holder__isnull", True),
                            ("independent", True),
                            _connector="OR",
                        ),
                        name="boards_seat_independent_is_independent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("independent", False),
                            models.Q(("independence_basis", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="boards_seat_independence_has_basis",
                    ),
                    models.UniqueConstraint(
                        fields=("board", "holder"), name="boards_seat_one_per_person"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExecutiveOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("board_result", models.CharField(max_length=12)),
                ("outcome", models.CharField(max_length=12)),
                ("reason", models.TextField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("chair", "Chair"),
                            ("safety", "Safety"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("independent", "Independent"),
                        ],
                        max_length=20,
                    ),
                ),
                ("envelope", models.JSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.signingkey",
                    ),
                ),
                (
                    "motion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="executive_override",
                        to="boards.motion",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.seat",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["chair", "safety", "security", "legal", "independent"])
                        ),
                        name="boards_override_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("board_result__in", ["approved", "rejected", "lapsed"])
                        ),
                        name="boards_override_of_a_result",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["approved", "rejected"]),
                            models.Q(("outcome", models.F("board_result")), _negated=True),
                        ),
                        name="boards_override_decides_otherwise",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="boards_override_reason_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("chair", "Chair"),
                            ("safety", "Safety"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("independent", "Independent"),
                        ],
                        max_length=20,
                    ),
                ),
                ("independent", models.BooleanField(default=False)),
                ("round", models.PositiveIntegerField(default=1)),
                ("excluded", models.CharField(blank=True, max_length=200)),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ballots",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "motion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ballots",
                        to="boards.motion",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ballots",
                        to="boards.seat",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["chair", "safety", "security", "legal", "independent"])
                        ),
                        name="boards_ballot_role_known",
                    ),
                    models.UniqueConstraint(
                        fields=("motion", "seat", "round"), name="boards_ballot_seat_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SummaryRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "summary",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="release",
                        to="boards.publicsummary",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("reject", "Reject"),
                            ("abstain", "Abstain"),
                            ("recuse", "Recuse"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField()),
                ("conflict", models.TextField(blank=True, default="")),
                ("dossier_digest", models.CharField(max_length=64)),
                ("nonce", models.CharField(max_length=64)),
                ("commitment", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="boards.ballot",
                    ),
                ),
                (
                    "voter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("choice__in", ["approve", "reject", "abstain", "recuse"])
                        ),
                        name="boards_vote_choice_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="boards_vote_reason_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("choice", "recuse"), models.Q(("conflict", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("choice", "recuse"), _negated=True), ("conflict", "")
                            ),
                            _connector="OR",
                        ),
                        name="boards_vote_recusal_declares",
                    ),
                ],
            },
        ),
    ]
    operations = [Together(operations)]
