"""A rule is tightened while a motion is put before the board by it: the motion never escapes."""

from fractions import Fraction

import pytest
from django.utils import timezone
from pytest_django import Settings

from boards import services
from boards.choices import SeatAction
from boards.models import Motion
from boards.services import SeatChange
from common.errors import Refused
from tests.boards.factories import RULE, holder, make_board
from tests.boards.test_seats import seat_of
from tests.racing import ROUNDS, racers

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_proposed_meanwhile_is_bound_too(settings: Settings) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = False
    board = make_board()
    chair, seat = holder(board, "chair"), seat_of(board, "safety")
    assert seat.holder is not None
    change = SeatChange(action=SeatAction.VACATE, role="safety", person=seat.holder, seat=seat)
    independent = holder(board, "independent")
    with racers(2) as race:
        for number in range(1, min(ROUNDS, 25) + 1):
            stricter = Fraction(1, 2) + Fraction(number, 100)

            def propose() -> Motion:
                return services.propose_seat_change(
                    actor=chair, board=board, change=change, dossier={"rationale": "They left."}
                )

            def tighten(share: str = str(stricter)) -> object:
                return services.tighten_board_rule(
                    actor=independent,
                    board=board,
                    rule={**RULE, "approval": {"at_least": share}},
                    voting_seconds=board.voting_seconds,
                    reason="More should agree.",
                )

            results = race(propose, tighten)
            assert not any(isinstance(each, Refused) for each in results), results
            motion = Motion.objects.latest("pk")
            assert motion.by_board_rule
            assert motion.binding_rule.approval.fraction == stricter
            Motion.objects.filter(pk=motion.pk).update(state="withdrawn", decided_at=timezone.now())
