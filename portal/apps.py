"""The rooms put together: root URLs, dashboards, health, the demo's seed."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages that show several rooms at once; holds neither rules nor models."""

    name = "portal"
