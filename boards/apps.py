"""Committees and what they decide."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardsConfig(AppConfig):
    """Boards, seats, motions, votes."""

    name = "boards"

    def ready(self) -> None:
        """Declare what this room records, and the kinds of motions that it owns."""
        from accounts import notices
        from audit import actions
        from boards import kinds
        from boards.actions import Action
        from boards.choices import OWN_RULE_KIND, REVIEW_KIND, SEAT_KIND
        from boards.notification_kinds import KINDS
        from boards.services import describe_change, describe_rule_change
        from boards.services.opening import concerned_by_seat

        actions.register(Action)
        notices.register(KINDS)
        rationale = {"rationale": _("Rationale")}
        texts = ("rationale",)
        kinds.register(
            kinds.Kind(
                SEAT_KIND,
                _("Who sits on the board"),
                rationale,
                facts=describe_change,
                texts=texts,
            )
        )
        kinds.register_conflicts(SEAT_KIND, concerned_by_seat)
        kinds.register(
            kinds.Kind(
                OWN_RULE_KIND,
                _("Rule for the board's own matters"),
                {**rationale, "changes": _("What changes, and what that does")},
                facts=describe_rule_change,
                texts=texts,
            )
        )
        kinds.register(
            kinds.Kind(
                REVIEW_KIND, _("Full review of an emergency decision"), rationale, texts=texts
            )
        )
