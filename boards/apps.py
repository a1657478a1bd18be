"""Committees and what they decide."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    """Boards, seats, motions, votes."""

    name = "boards"
