"""PLACEHOLDER"""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    """PLACEHOLDER"""

    name = "boards"
