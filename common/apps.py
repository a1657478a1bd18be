"""Model-free tools."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Only template tags and tools; no models."""

    name = "common"
