"""Organisations, who belongs to them, and how well both are known."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.search import Words


class Organization(models.Model):
    """A company, university or lab that people act for.

    The domain counts as its own from `domain_verified_at` until `domain_verified_until`, after
    somebody opened a link that went to an address there. `registry_kind` names the register
    (such as LEI or ROR) in which `registry_id` stands.
    """

    name = models.CharField(_("legal name"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    domain = models.CharField(_("internet domain"), max_length=253, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1 code"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries"
    )
    registry_kind = models.CharField(_("register"), max_length=40, blank=True)
    registry_id = models.CharField(_("number in the register"), max_length=80, blank=True)
    domain_verified_at = models.DateTimeField(null=True, blank=True)
    domain_verified_until = models.DateTimeField(null=True, blank=True)
    # Whether the link went to an address such as admin@, or to somebody's own.
    domain_mailbox = models.CharField(
        max_length=14,
        blank=True,
        choices=(
            ("administrative", _("an administrative address")),
            ("personal", _("a person's own address")),
        ),
    )
    # The last reminder that it must be verified anew: days before the end.
    domain_reminded = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        indexes = (
            models.Index(
                fields=["domain"],
                condition=~models.Q(domain=""),
                name="accounts_organization_domain",
            ),
            GinIndex(Words("name", "domain"), name="accounts_organization_words"),
        )
        constraints = (
            models.CheckConstraint(
                name="accounts_organization_not_its_own_parent",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("pk")),
            ),
            models.CheckConstraint(
                name="accounts_organization_registry_whole",
                condition=models.Q(registry_kind="", registry_id="")
                | ~models.Q(registry_kind="") & ~models.Q(registry_id=""),
            ),
            models.CheckConstraint(
                name="accounts_organization_verified_whole",
                condition=models.Q(
                    domain_verified_at__isnull=True,
                    domain_verified_until__isnull=True,
                    domain_mailbox="",
                )
                | models.Q(
                    domain_verified_at__isnull=False,
                    domain_verified_until__isnull=False,
                    domain_mailbox__in=["administrative", "personal"],
                )
                & ~models.Q(domain=""),
            ),
            models.CheckConstraint(
                name="accounts_organization_country_iso",
                condition=models.Q(country__regex=r"^[A-Z]{2}$"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A legal name that an organisation had. Inserted only."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=200)
    until = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in an organisation. Ended, never deleted.

    `affiliation_until` is set where the organisation's domain is verified: until then the person
    counts as a member, and must show anew that they belong there. `affiliation_address` is the
    address at the domain by which they did last.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        CUSTODIAN = "custodian", _("Custodian")
        SIGNING_OFFICIAL = "signing_official", _("Signing official")
        MEMBER = "member", _("Member")

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    affiliation_address = models.EmailField(max_length=254, blank=True)
    affiliation_until = models.DateTimeField(null=True, blank=True)
    # The last reminder: days before the end.
    affiliation_reminded = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["affiliation_until"],
                condition=models.Q(ended_at__isnull=True, affiliation_until__isnull=False),
                name="accounts_membership_to_lapse",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=models.Q(ended_at__isnull=True),
                name="accounts_membership_one_live",
            ),
            models.CheckConstraint(
                name="accounts_membership_role_known",
                condition=models.Q(role__in=["owner", "custodian", "signing_official", "member"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} at {self.organization}"


class Tier(models.IntegerChoices):
    """How well a person or an organisation is known. Tier 0 is a verified e-mail address."""

    REGISTERED = 0, _("Registered")
    IDENTIFIED = 1, _("Identified")
    VETTED = 2, _("Vetted")
    ENHANCED = 3, _("Enhanced")


class Clearance(models.Model):
    """The outcome of vetting one person or one organisation: a tier with an end.

    Earned once, used for every model. The highest live one counts. A person's stands on the
    organisation they were vetted with (`affiliation`) and the country they declared.

    A change of what vetting stood on reopens it (`reopened_at`, `reopened_for`): it counts no
    more for new applications, and for access that was given only until `counts_until`.
    """

    class Change(models.TextChoices):
        NAME = "name", _("The name changed")
        COUNTRY = "country", _("The country changed")
        DOMAIN = "domain", _("The internet domain changed")
        PARENT = "parent", _("The parent organisation changed")
        AFFILIATION = "affiliation", _("The person left the organisation they were vetted with")

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="clearances")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="clearances"
    )
    tier = models.PositiveSmallIntegerField(choices=Tier.choices)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    affiliation = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    country = models.CharField(max_length=2, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_for = models.CharField(max_length=11, choices=Change.choices, blank=True)
    counts_until = models.DateTimeField(null=True, blank=True)
    # The last reminder that it ends: days before the end.
    reminded = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["expires_at"],
                condition=models.Q(revoked_at__isnull=True, reopened_at__isnull=True),
                name="accounts_clearance_to_renew",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="accounts_clearance_reopened_whole",
                condition=models.Q(
                    reopened_at__isnull=True, reopened_for="", counts_until__isnull=True
                )
                | models.Q(
                    reopened_at__isnull=False,
                    reopened_for__in=["name", "country", "domain", "parent", "affiliation"],
                    counts_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="accounts_clearance_one_subject",
                condition=models.Q(user__isnull=False, organization__isnull=True)
                | models.Q(user__isnull=True, organization__isnull=False),
            ),
            models.CheckConstraint(
                name="accounts_clearance_tier_known", condition=models.Q(tier__in=[1, 2, 3])
            ),
        )

    def __str__(self) -> str:
        return f"tier {self.tier} of {self.user or self.organization}"
