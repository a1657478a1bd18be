"""Who may do what with a release: terms, applications, grants, admissions, the verdict."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """The licensing room."""

    name = "licensing"

    def ready(self) -> None:
        """Declare what this room records."""
        from audit.actions import register
        from licensing.actions import Action

        register(Action)
