"""PLACEHOLDER"""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """PLACEHOLDER"""

    name = "accounts"
