"""PLACEHOLDER"""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """PLACEHOLDER"""

    name = "releases"
