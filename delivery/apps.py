"""Bytes out of the door, and the answer to a proxy that asks whether a call may pass."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Hands over bytes; who may have them is judged by licensing."""

    name = "delivery"

    def ready(self) -> None:
        """Declare what this room records, and what it shows on pages of the rooms below."""
        from accounts import notices
        from audit.actions import register
        from delivery.actions import Action
        from delivery.dry_run import count_banned, count_downloads
        from delivery.notification_kinds import KINDS
        from delivery.panels import grant_panel
        from delivery.services import foreseen_any
        from licensing import foresight, panels
        from licensing.ban_dry_run import register_ban
        from licensing.dry_run import register_downloads

        register(Action, quiet=[Action.DOWNLOAD_AUTHORISED])
        notices.register(KINDS)
        panels.register(grant_panel)
        foresight.register(foreseen_any)
        register_downloads(count_downloads)
        register_ban(count_banned)
