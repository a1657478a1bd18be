"""State machines as tables, and that the services move rows by them alone."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db.models import TextChoices

from boards.choices import MotionState
from boards.states import MOTION
from common.states import Machine, Move
from releases.choices import HoldState, ReleaseState, TransitionState
from releases.states import HOLD, RELEASE, TRANSITION

DOOR = Machine("door", (Move("", "shut", "hung"), Move("shut", "open", "pushed")))
GOVERNED = ("boards/services", "releases/services")


def test_a_row_moves_as_the_table_says_and_not_otherwise() -> None:
    row = SimpleNamespace(state="shut")
    DOOR.move(row, "open")
    assert row.state == "open"
    with pytest.raises(RuntimeError, match="A door does not move from open to shut"):
        DOOR.move(row, "shut")
    assert row.state == "open"


def test_a_diagram_begins_at_the_beginning_and_ends_at_the_ends() -> None:
    assert DOOR.diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> shut: hung",
        "    shut --> open: pushed",
        "    open --> [*]",
    ]


@pytest.mark.parametrize(
    ("machine", "states", "without"),
    [
        # Nothing makes a draft: what is proposed is before the board at once.
        (MOTION, MotionState, {"draft"}),
        (TRANSITION, TransitionState, set()),
        (HOLD, HoldState, set()),
        (RELEASE, ReleaseState, set()),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_state_of_a_row_is_reached_by_its_table(
    machine: Machine, states: type[TextChoices], without: set[str]
) -> None:
    assert set(machine.states()) == set(states.values) - without
    reached = {machine.first()}
    while more := {m.target for m in machine.moves if m.origin in reached} - reached:
        reached |= more
    assert reached == set(machine.states())


SERVICES = [
    path
    for directory in GOVERNED
    for path in sorted((Path(settings.BASE_DIR) / directory).glob("*.py"))
]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_service_sets_a_state_past_its_table(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        targets = node.targets if isinstance(node, ast.Assign) else []
        assert not any(isinstance(each, ast.Attribute) and each.attr == "state" for each in targets)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_update = node.func.attr in ("update", "bulk_update")
            assert not (is_update and any(each.arg == "state" for each in node.keywords))
