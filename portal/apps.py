"""PLACEHOLDER"""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """PLACEHOLDER"""

    name = "portal"
