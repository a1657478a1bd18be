"""Organisations, who belongs to them, and how well both are known."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Organization(models.Model):
    """A company, university or lab that people act for."""

    name = models.CharField(_("legal name"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    domain = models.CharField(_("internet domain"), max_length=253, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1 code"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="accounts_organization_country_iso",
                condition=models.Q(country__regex=r"^[A-Z]{2}$"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in an organisation. Ended, never deleted."""

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

    class Meta:
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

    Earned once, used for every model. The highest live one counts.
    """

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="clearances")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="clearances"
    )
    tier = models.PositiveSmallIntegerField(choices=Tier.choices)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
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
