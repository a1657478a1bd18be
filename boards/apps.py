"""Committees and what they decide."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardsConfig(AppConfig):
    """Boards, seats, motions, votes."""

    name = "boards"

    def ready(self) -> None:
        """Declare what this room records, and the kinds of motions that it owns."""
        from audit import actions
        from boards import kinds
        from boards.actions import Action
        from boards.choices import REVIEW_KIND, SEAT_KIND
        from boards.services import describe_change

        actions.register(Action)
        rationale = {"rationale": _("Rationale")}
        kinds.register(
            kinds.Kind(SEAT_KIND, _("Who sits on the board"), rationale, facts=describe_change)
        )
        kinds.register(
            kinds.Kind(REVIEW_KIND, _("Full review of an emergency decision"), rationale)
        )
