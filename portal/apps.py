"""The pages that show several rooms at once."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Dashboards and public pages; no models."""

    name = "portal"
