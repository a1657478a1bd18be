"""The registry of kinds, and the loop in which a room applies what was decided."""

import logging

import pytest
from django.db import DatabaseError, connection

from boards import kinds, services
from boards.models import Board, Motion
from common.errors import Refused
from tests.boards.factories import decide, make_board, make_vote_open


def test_every_kind_that_a_room_owns_has_a_name_and_names_its_parts() -> None:
    slugs = [kind.slug for kind in kinds.all_kinds()]
    assert {"transition", "lift_hold"} <= set(slugs)
    assert all(str(kind.name) for kind in kinds.all_kinds())
    assert kinds.part_name("transition", "safety_margin") == "Safety margin"
    assert kinds.part_name("transition", "something_else") == "Something else"


def test_a_kind_is_declared_once() -> None:
    transition = kinds.kind_of("transition")
    kinds.register(transition)
    with pytest.raises(ValueError, match="twice"):
        kinds.register(kinds.Kind("transition", "Another"))
    assert kinds.kind_of("transition") == transition


def test_a_kind_that_no_room_declares_any_more_is_named_by_its_slug() -> None:
    assert not kinds.is_registered("old_kind")
    assert kinds.kind_of("old_kind").name == "Old kind"


def approved(board: Board) -> Motion:
    return decide(make_vote_open(board, kind="test_kind"), "approve", "approve", "approve")


@pytest.mark.django_db
def test_one_motion_that_fails_does_not_hold_up_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board = make_board()
    broken, refused, last = (approved(board) for _number in range(3))
    make_vote_open(board, kind="test_kind")
    approved_of_another_kind = decide(make_vote_open(board), "approve", "approve", "approve")

    def apply(motion: Motion) -> bool:
        Board.objects.filter(pk=board.pk).update(description=f"{motion.pk}")
        if motion == broken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        if motion == refused:
            raise Refused("Not yet.")
        services.mark_applied(motion=motion)
        return True

    with caplog.at_level(logging.INFO, "boards.services.applying"):
        assert services.apply_decided("test_kind", apply) == 1
    assert f"{broken.public_id} could not be applied" in caplog.text
    assert "Not yet." in caplog.text
    for motion in (broken, refused, approved_of_another_kind):
        motion.refresh_from_db()
        assert motion.applied_at is None
    last.refresh_from_db()
    assert last.applied_at is not None
    board.refresh_from_db()
    assert board.description == f"{last.pk}"
    with pytest.raises(DatabaseError):
        apply(broken)
