import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.search
from common.migrating import Together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScreeningRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lists",
                    models.JSONField(help_text="The snapshots in force: slug, snapshot, sha256"),
                ),
                ("algorithm", models.CharField(max_length=40)),
                ("total", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("full_name", models.CharField(max_length=150, verbose_name="full name")),
                ("pseudonym", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "credentials_ended_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="What was handed out in the person's name before is over",
                        null=True,
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        accounts.search.Words("full_name", "email"), name="accounts_user_words"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="accounts_user_email_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("erased_at__isnull", True), ("is_active", False), _connector="OR"
                        ),
                        name="accounts_user_erased_is_inactive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceCodeGuess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "created_at"], name="accounts_devicecodeguess_by")
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("device_digest", models.CharField(max_length=64, unique=True)),
                ("user_code", models.CharField(max_length=8)),
                ("client_id", models.CharField(max_length=80)),
                ("client_name", models.CharField(max_length=80)),
                ("asked_from", models.CharField(blank=True, max_length=43)),
                (
                    "asked_from_block",
                    models.CharField(
                        blank=True,
                        help_text="The provider's (see accounts.networks.provider_block)",
                        max_length=43,
                    ),
                ),
                ("user_agent", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waits for an answer"),
                            ("approved", "Approved"),
                            ("denied", "Denied"),
                            ("redeemed", "Signed in"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("weights", "Download weights"),
                                ("api", "Call hosted models"),
                                ("review", "Review applications"),
                                ("ingest", "Ingest releases"),
                                ("evidence", "Add evidence to releases"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "second_factor_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When whoever approved had last shown a second factor",
                        null=True,
                    ),
                ),
                ("polled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "interval",
                    models.PositiveSmallIntegerField(help_text="Seconds between two questions"),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="device_sign_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["expires_at"], name="accounts_devicesignin_end"),
                    models.Index(
                        fields=["asked_from", "expires_at"], name="accounts_devicesignin_from"
                    ),
                    models.Index(
                        condition=models.Q(("asked_from_block", ""), _negated=True),
                        fields=["asked_from_block", "expires_at"],
                        name="accounts_devicesignin_block",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["pending", "approved", "denied", "redeemed"])
                        ),
                        name="accounts_devicesignin_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("state", "pending"),
                                ("user__isnull", True),
                            ),
                            models.Q(
                                models.Q(("state", "pending"), _negated=True),
                                ("decided_at__isnull", False),
                                ("user__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_devicesignin_answered_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("user_code",),
                        name="accounts_devicesignin_code_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("kind", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("url", models.CharField(blank=True, max_length=300)),
                ("in_inbox", models.BooleanField(default=True)),
                ("message_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("given_up_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("given_up_at__isnull", True), ("sent_at__isnull", True)
                        ),
                        fields=["next_attempt_at"],
                        name="accounts_notification_owed",
                    ),
                    models.Index(
                        condition=models.Q(("in_inbox", True)),
                        fields=["recipient", "-id"],
                        name="accounts_notification_inbox",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at__isnull", True),
                            ("given_up_at__isnull", True),
                            _connector="OR",
                        ),
                        name="accounts_notification_sent_or_given_up",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="legal name")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                (
                    "domain",
                    models.CharField(blank=True, max_length=253, verbose_name="internet domain"),
                ),
                (
                    "country",
                    models.CharField(
                        help_text="ISO 3166-1 code", max_length=2, verbose_name="country"
                    ),
                ),
                (
                    "registry_kind",
                    models.CharField(blank=True, max_length=40, verbose_name="register"),
                ),
                (
                    "registry_id",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="number in the register"
                    ),
                ),
                ("domain_verified_at", models.DateTimeField(blank=True, null=True)),
                ("domain_verified_until", models.DateTimeField(blank=True, null=True)),
                (
                    "domain_mailbox",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("administrative", "an administrative address"),
                            ("personal", "a person's own address"),
                        ],
                        max_length=14,
                    ),
                ),
                ("domain_reminded", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subsidiaries",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("domain", ""), _negated=True),
                        fields=["domain"],
                        name="accounts_organization_domain",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        accounts.search.Words("name", "domain"), name="accounts_organization_words"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("pk")), _negated=True),
                            _connector="OR",
                        ),
                        name="accounts_organization_not_its_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("registry_id", ""), ("registry_kind", "")),
                            models.Q(
                                models.Q(("registry_kind", ""), _negated=True),
                                models.Q(("registry_id", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_organization_registry_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("domain_mailbox", ""),
                                ("domain_verified_at__isnull", True),
                                ("domain_verified_until__isnull", True),
                            ),
                            models.Q(
                                ("domain_mailbox__in", ["administrative", "personal"]),
                                ("domain_verified_at__isnull", False),
                                ("domain_verified_until__isnull", False),
                                models.Q(("domain", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_organization_verified_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="accounts_organization_country_iso",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                            ("owner", "Owner"),
                            ("custodian", "Custodian"),
                            ("signing_official", "Signing official"),
                            ("member", "Member"),
                        ],
                        default="member",
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("affiliation_address", models.EmailField(blank=True, max_length=254)),
                ("affiliation_until", models.DateTimeField(blank=True, null=True)),
                ("affiliation_reminded", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("affiliation_until__isnull", False), ("ended_at__isnull", True)
                        ),
                        fields=["affiliation_until"],
                        name="accounts_membership_to_lapse",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "organization"),
                        name="accounts_membership_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["owner", "custodian", "signing_official", "member"])
                        ),
                        name="accounts_membership_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailboxCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("domain", models.CharField(max_length=253)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mailbox_checks",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mailbox_checks",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("replaced_at__isnull", True), ("used_at__isnull", True)
                        ),
                        fields=("organization", "membership"),
                        name="accounts_mailboxcheck_one_open",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True),
                            ("replaced_at__isnull", True),
                            _connector="OR",
                        ),
                        name="accounts_mailboxcheck_one_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("address", models.EmailField(blank=True, max_length=254)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("custodian", "Custodian"),
                            ("signing_official", "Signing official"),
                            ("member", "Member"),
                        ],
                        max_length=20,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("organization"),
                        django.db.models.functions.text.Lower("address"),
                        condition=models.Q(
                            ("accepted_at__isnull", True),
                            ("revoked_at__isnull", True),
                            models.Q(("address", ""), _negated=True),
                        ),
                        name="accounts_invitation_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["owner", "custodian", "signing_official", "member"])
                        ),
                        name="accounts_invitation_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                            models.Q(
                                ("accepted_at__isnull", False), ("accepted_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="accounts_invitation_accepted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True),
                            ("revoked_at__isnull", True),
                            _connector="OR",
                        ),
                        name="accounts_invitation_one_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("until", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_names",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Clearance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Registered"),
                            (1, "Identified"),
                            (2, "Vetted"),
                            (3, "Enhanced"),
                        ]
                    ),
                ),
                ("granted_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("reopened_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reopened_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("name", "The name changed"),
                            ("country", "The country changed"),
                            ("domain", "The internet domain changed"),
                            ("parent", "The parent organisation changed"),
                            (
                                "affiliation",
                                "The person left the organisation they were vetted with",
                            ),
                        ],
                        max_length=11,
                    ),
                ),
                ("counts_until", models.DateTimeField(blank=True, null=True)),
                ("reminded", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "affiliation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearances",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("reopened_at__isnull", True), ("revoked_at__isnull", True)
                        ),
                        fields=["expires_at"],
                        name="accounts_clearance_to_renew",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("counts_until__isnull", True),
                                ("reopened_at__isnull", True),
                                ("reopened_for", ""),
                            ),
                            models.Q(
                                ("counts_until__isnull", False),
                                ("reopened_at__isnull", False),
                                (
                                    "reopened_for__in",
                                    ["name", "country", "domain", "parent", "affiliation"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_clearance_reopened_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organization__isnull", True), ("user__isnull", False)),
                            models.Q(("organization__isnull", False), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="accounts_clearance_one_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tier__in", [1, 2, 3])),
                        name="accounts_clearance_tier_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("personal", "Personal token"), ("device", "Signed-in device")],
                        default="personal",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("digest", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                (
                    "hint",
                    models.CharField(
                        blank=True,
                        help_text="The first characters, to recognise it by",
                        max_length=12,
                    ),
                ),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("weights", "Download weights"),
                                ("api", "Call hosted models"),
                                ("review", "Review applications"),
                                ("ingest", "Ingest releases"),
                                ("evidence", "Add evidence to releases"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=43),
                        blank=True,
                        default=list,
                        help_text="The only networks that it may be used from (CIDR); empty for all",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "last_used_from",
                    models.CharField(
                        blank=True,
                        help_text="The network, not the address (see accounts.networks.shortened)",
                        max_length=43,
                    ),
                ),
                (
                    "refused_elsewhere_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When a use from a foreign network was last recorded",
                        null=True,
                    ),
                ),
                (
                    "expiry_noticed_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its owner was told that it is about to end",
                        null=True,
                    ),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "second_factor_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its maker had last shown a second factor as it was made",
                        null=True,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("expiry_noticed_at__isnull", True),
                            ("kind", "personal"),
                            ("revoked_at__isnull", True),
                        ),
                        fields=["expires_at"],
                        name="accounts_personaltoken_ending",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rights__contained_by",
                                ["weights", "api", "review", "ingest", "evidence"],
                            ),
                            ("rights__len__gt", 0),
                        ),
                        name="accounts_personaltoken_rights_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("digest__isnull", False), ("kind", "personal")),
                            models.Q(("digest__isnull", True), ("kind", "device")),
                            _connector="OR",
                        ),
                        name="accounts_personaltoken_digest_by_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("networks__len__lte", 20)),
                        name="accounts_personaltoken_networks_few",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "personal"), ("revoked_at__isnull", True)),
                        fields=("user", "name"),
                        name="accounts_personaltoken_name_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("access", "Access token"), ("refresh", "Refresh token")],
                        max_length=10,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "pair",
                    models.PositiveIntegerField(
                        default=0, help_text="How many exchanges it took to come to its pair"
                    ),
                ),
                (
                    "used_at",
                    models.DateTimeField(
                        blank=True, help_text="When a secret of its pair was used first", null=True
                    ),
                ),
                ("exchanged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "replaced_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When another pair was given in the place of its own",
                        null=True,
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="accounts.personaltoken",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="accounts_devicesecret_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["access", "refresh"])),
                        name="accounts_devicesecret_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "refresh"), ("exchanged_at__isnull", True), _connector="OR"
                        ),
                        name="accounts_devicesecret_only_refresh_is_exchanged",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("exchanged_at__isnull", True),
                            ("kind", "refresh"),
                            ("replaced_at__isnull", True),
                        ),
                        fields=("token",),
                        name="accounts_devicesecret_one_refresh",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_id", models.CharField(max_length=80)),
                ("signed_in_from", models.CharField(blank=True, max_length=43)),
                ("user_agent", models.CharField(blank=True, max_length=200)),
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="device",
                        to="accounts.personaltoken",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScreeningList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=120)),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("us_csl", "US Consolidated Screening List"),
                            ("eu_fsf", "EU consolidated list of financial sanctions"),
                            ("plain", "Plain CSV"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("title", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["us_csl", "eu_fsf", "plain"])),
                        name="accounts_screeninglist_format_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ListSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("importing", "Importing"),
                            ("current", "In force"),
                            ("former", "Former"),
                            ("refused", "Refused"),
                        ],
                        default="importing",
                        max_length=10,
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("file_name", models.CharField(max_length=200)),
                ("may_shrink", models.BooleanField(default=False)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("checked", models.PositiveIntegerField(blank=True, null=True)),
                ("loaded", models.PositiveIntegerField(default=0)),
                ("names", models.PositiveIntegerField(default=0)),
                ("added", models.PositiveIntegerField(default=0)),
                ("removed", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("current_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("error_line", models.PositiveIntegerField(default=0)),
                (
                    "former",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.listsnapshot",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "on_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="accounts.screeninglist",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["importing", "current", "former", "refused"])
                        ),
                        name="accounts_listsnapshot_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="accounts_listsnapshot_sha256_hex",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="accounts_listsnapshot_refused_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["current", "former"]), _negated=True),
                            models.Q(
                                ("checked", models.F("loaded")), ("current_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="accounts_listsnapshot_in_force_is_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")),
                        fields=("on_list",),
                        name="accounts_listsnapshot_one_current",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "importing")),
                        fields=("on_list",),
                        name="accounts_listsnapshot_one_importing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("fingerprint", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=300)),
                ("kind", models.CharField(max_length=12)),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300), default=list, size=None
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, size=None
                    ),
                ),
                (
                    "born",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300), default=list, size=None
                    ),
                ),
                ("program", models.CharField(blank=True, max_length=200)),
                (
                    "blocking",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="accounts.listsnapshot",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["blocking"], name="accounts_listentry_blocking"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("snapshot", "key"), name="accounts_listentry_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "organization", "other"])),
                        name="accounts_listentry_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("organization", "Organisation")],
                        max_length=12,
                    ),
                ),
                ("sealed_name", models.BinaryField(null=True)),
                ("sealed_for", models.UUIDField(null=True)),
                ("role", models.CharField(blank=True, max_length=60)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("born", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("salt", models.CharField(max_length=32)),
                ("round", models.PositiveIntegerField(default=0)),
                ("route", models.CharField(blank=True, max_length=6)),
                ("outcome", models.CharField(blank=True, max_length=64)),
                ("screened_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organization",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screening_watch",
                        to="accounts.organization",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screening_watch",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["round", "id"],
                        name="accounts_watch_due",
                    ),
                    models.Index(
                        condition=models.Q(("sealed_for__isnull", False)),
                        fields=["sealed_for"],
                        name="accounts_watch_given",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("organization__isnull", True),
                                ("sealed_name__isnull", True),
                                ("user__isnull", False),
                            ),
                            models.Q(
                                ("organization__isnull", False),
                                ("sealed_name__isnull", True),
                                ("user__isnull", True),
                            ),
                            models.Q(
                                ("organization__isnull", True),
                                ("sealed_for__isnull", False),
                                ("sealed_name__isnull", False),
                                ("user__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_watch_one_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "organization"])),
                        name="accounts_watch_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("route__in", ["", "stop", "review", "clear"])),
                        name="accounts_watch_route_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScreeningHit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=120)),
                ("fingerprint", models.CharField(max_length=64)),
                ("subject_digest", models.CharField(max_length=64)),
                ("entry", models.JSONField()),
                ("matched", models.CharField(max_length=300)),
                ("score", models.FloatField()),
                ("exact", models.BooleanField()),
                ("route", models.CharField(max_length=6)),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), default=list, size=None
                    ),
                ),
                ("listed", models.BooleanField(default=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not decided"),
                            ("not_them", "Somebody else"),
                            ("them", "The listed one"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("recheck", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                (
                    "on_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hits",
                        to="accounts.screeninglist",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.screeninground",
                    ),
                ),
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hits",
                        to="accounts.watch",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("decision", "them")),
                        fields=["watch"],
                        name="accounts_screeninghit_them",
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(("decision", ""), ("listed", True)),
                            ("recheck", True),
                            _connector="OR",
                        ),
                        fields=["id"],
                        name="accounts_screeninghit_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("watch", "on_list", "key"), name="accounts_screeninghit_pair_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("route__in", ["stop", "review"])),
                        name="accounts_screeninghit_route_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["", "not_them", "them"])),
                        name="accounts_screeninghit_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recheck", False), ("decision", "them"), _connector="OR"
                        ),
                        name="accounts_screeninghit_recheck_of_them",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disposition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("not_them", "Somebody else"), ("them", "The listed one")],
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("subject_digest", models.CharField(max_length=64)),
                ("decided_at", models.DateTimeField(auto_now_add=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispositions",
                        to="accounts.screeninghit",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["not_them", "them"])),
                        name="accounts_disposition_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="accounts_disposition_reason_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScreeningResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("route", models.CharField(max_length=6)),
                ("subject_digest", models.CharField(max_length=64)),
                ("sealed_query", models.BinaryField(null=True)),
                ("query", models.JSONField(null=True)),
                ("top", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="accounts.screeninground",
                    ),
                ),
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="accounts.watch",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("route__in", ["stop", "review", "clear"])),
                        name="accounts_screeningresult_route_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sealed_query__isnull", False),
                            ("query__isnull", False),
                            _connector="OR",
                        ),
                        name="accounts_screeningresult_query_kept",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WatchReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("source_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reasons",
                        to="accounts.watch",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["watch", "source"], name="accounts_watchreason_watch")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("source", "source_id", "watch"),
                        name="accounts_watchreason_once",
                    )
                ],
            },
        ),
    ]
    operations = [Together(operations)]
