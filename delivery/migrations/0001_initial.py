import datetime as dt
import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from common.migrating import Together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("licensing", "0001_initial"),
        ("releases", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("second_factor_at", models.DateTimeField(null=True)),
                (
                    "artifact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="releases.artifact",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="licensing.grant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["user", "-created_at"], name="delivery_link_user")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("created_at"),
                                    "+",
                                    models.Value(dt.timedelta(days=1, seconds=60)),
                                ),
                            )
                        ),
                        name="delivery_link_ends_within_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Download",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("start", models.BigIntegerField()),
                ("stop", models.BigIntegerField()),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("session", "Browser"),
                            ("token", "Token"),
                            ("hub", "Hub client"),
                            ("link", "Link"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "client",
                    models.CharField(blank=True, help_text="Program and version", max_length=80),
                ),
                ("sealed_origin", models.BinaryField()),
                ("request_id", models.CharField(blank=True, max_length=32)),
                (
                    "trace_id",
                    models.CharField(blank=True, help_text="The client's own", max_length=100),
                ),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("bytes_sent", models.BigIntegerField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("unknown", "Not known"),
                            ("complete", "Complete"),
                            ("cut", "Cut off"),
                        ],
                        default="unknown",
                        max_length=10,
                    ),
                ),
                (
                    "artifact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="downloads",
                        to="releases.artifact",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="downloads",
                        to="licensing.grant",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="downloads",
                        to="releases.release",
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.personaltoken",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="downloads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.link",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["user", "-id"], name="delivery_download_user"),
                    models.Index(fields=["release", "-id"], name="delivery_download_release"),
                    models.Index(fields=["grant", "started_at"], name="delivery_download_grant"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("start__gte", 0), ("stop__gte", models.F("start"))),
                        name="delivery_download_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["session", "token", "hub", "link"])),
                        name="delivery_download_way_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("bytes_sent__isnull", True),
                                ("finished_at__isnull", True),
                                ("outcome", "unknown"),
                            ),
                            models.Q(
                                (
                                    "bytes_sent",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("stop"), "-", models.F("start")
                                    ),
                                ),
                                ("finished_at__isnull", False),
                                ("outcome", "complete"),
                            ),
                            models.Q(
                                ("bytes_sent__gte", 0),
                                (
                                    "bytes_sent__lt",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("stop"), "-", models.F("start")
                                    ),
                                ),
                                ("finished_at__isnull", False),
                                ("outcome", "cut"),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_download_outcome",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("request_id", ""), _negated=True),
                        fields=("request_id",),
                        name="delivery_download_once_a_request",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogPosition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("log", models.CharField(max_length=300, unique=True)),
                ("inode", models.CharField(default="", max_length=20)),
                ("offset", models.BigIntegerField(default=0)),
                ("read_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("offset__gte", 0)), name="delivery_logposition_offset"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotaNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("volume_bytes", models.BigIntegerField()),
                ("volume_days", models.PositiveSmallIntegerField()),
                ("noticed_at", models.DateTimeField()),
                (
                    "grant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="licensing.grant",
                    ),
                ),
            ],
        ),
    ]
    operations = [Together(operations)]
