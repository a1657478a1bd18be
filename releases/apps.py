"""Models, releases, artifacts, ladders, transitions, holds."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Knows what is released and how far; not who has access."""

    name = "releases"

    def ready(self) -> None:
        """Declare what this room records, and what it puts before boards."""
        from accounts import notices
        from audit.actions import register
        from boards import kinds
        from releases import notification_kinds
        from releases.actions import Action
        from releases.dossier import KINDS
        from releases.permissions import conflicts
        from releases.selectors.gates import overrides_in_record
        from releases.selectors.ladders import rules_of_board

        register(Action)
        notices.register(notification_kinds.KINDS)
        for kind in KINDS:
            kinds.register(kind)
            kinds.register_conflicts(kind.slug, conflicts)
        kinds.register_annex("transition", overrides_in_record)
        kinds.register_rules(rules_of_board)
