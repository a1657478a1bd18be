"""Who may do what with a release: terms, applications, grants, admissions, the verdict."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """The licensing room."""

    name = "licensing"

    def ready(self) -> None:
        """Declare what this room records, and what it puts before boards."""
        from dataclasses import replace

        from django.urls import reverse

        from accounts import notices, renewing
        from audit.actions import register
        from boards import kinds
        from licensing.actions import Action
        from licensing.dossier import (
            COUNTRIES_KIND,
            LIFT_KIND,
            LIFT_SUSPENSION_KIND,
            REFERRED_KIND,
            rules_of_board,
        )
        from licensing.dry_run import count_grants
        from licensing.notification_kinds import KINDS
        from licensing.services import countries, lifting
        from licensing.services.bans import describe_lift, seats_concerned
        from licensing.services.referrals import seats_without_vote
        from releases import dry_run

        register(Action)
        notices.register(KINDS)
        renewing.register(lambda clearance_id: reverse("renewal_ask", args=[clearance_id]))
        dry_run.register(count_grants)
        kinds.register(replace(LIFT_KIND, facts=describe_lift))
        kinds.register_conflicts(LIFT_KIND.slug, seats_concerned)
        kinds.register(replace(LIFT_SUSPENSION_KIND, facts=lifting.describe_lift))
        kinds.register_conflicts(LIFT_SUSPENSION_KIND.slug, lifting.seats_concerned)
        kinds.register(replace(COUNTRIES_KIND, facts=countries.describe_change))
        kinds.register_conflicts(COUNTRIES_KIND.slug, countries.seats_concerned)
        kinds.register(REFERRED_KIND)
        kinds.register_conflicts(REFERRED_KIND.slug, seats_without_vote)
        kinds.register_rules(rules_of_board)
