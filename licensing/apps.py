"""Who may do what with a release: terms, applications, grants, admissions, the verdict."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """The licensing room."""

    name = "licensing"

    def ready(self) -> None:
        """Declare what this room records, and what it puts before boards."""
        from audit.actions import register
        from boards import kinds
        from licensing.actions import Action
        from licensing.dossier import KINDS
        from licensing.dry_run import count_grants
        from releases import dry_run

        register(Action)
        dry_run.register(count_grants)
        for kind in KINDS:
            kinds.register(kind)
