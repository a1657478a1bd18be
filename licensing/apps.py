"""Who may do what, and why not."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """Terms, applications, grants, the verdict."""

    name = "licensing"
