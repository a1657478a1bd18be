"""Models, their releases and the stages they stand on."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Models, releases, artifacts, ladders, holds."""

    name = "releases"
