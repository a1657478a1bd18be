"""Committees and what they decide."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    """Boards, seats, motions, votes."""

    name = "boards"

    def ready(self) -> None:
        """Declare what this room records."""
        from audit import actions
        from boards.actions import Action

        actions.register(Action)
