"""Models, releases, artifacts, ladders, transitions, holds."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Knows what is released and how far; not who has access."""

    name = "releases"

    def ready(self) -> None:
        """Declare what this room records."""
        from audit.actions import register
        from releases.actions import Action

        register(Action)
