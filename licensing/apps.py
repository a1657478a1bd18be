"""PLACEHOLDER"""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """PLACEHOLDER"""

    name = "licensing"
