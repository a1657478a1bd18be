"""People, organisations and what is known of them."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, organisations, tokens, notifications."""

    name = "accounts"
