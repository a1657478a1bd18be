"""People, organisations, clearances, tokens and notifications."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Knows who somebody is and how to reach them; not what a release is."""

    name = "accounts"

    def ready(self) -> None:
        """Declare what this room records, and what it tells people."""
        from accounts import notices
        from accounts.actions import Action
        from accounts.notification_kinds import KINDS
        from audit.actions import register

        register(Action)
        notices.register(KINDS)
