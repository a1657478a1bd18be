"""A state machine as a table: the moves there are, the guard that nothing else happens, a picture.

The services move rows by `Machine.move` only, so that the table, and the diagram in the docs that
is drawn from it, cannot say something else than the code does.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Move(NamedTuple):
    """From one state (empty: from nothing) to another, and what brings it about."""

    origin: str
    target: str
    words: str


class Stateful(Protocol):
    """A row with a state."""

    state: str


@dataclass(frozen=True)
class Machine:
    """The moves of one kind of row."""

    name: str
    moves: tuple[Move, ...]

    def allows(self, origin: str, target: str) -> bool:
        """Tell whether a row may move from one state to the other."""
        return any((move.origin, move.target) == (origin, target) for move in self.moves)

    def move(self, row: Stateful, target: str) -> None:
        """Move a locked row, without saving it.

        Raises RuntimeError for a move that is not in the table: the guard before it has a hole.
        """
        if not self.allows(row.state, target):
            raise RuntimeError(f"A {self.name} does not move from {row.state} to {target}.")
        row.state = target

    def first(self) -> str:
        """Return the one state that a row begins in."""
        (state,) = {move.target for move in self.moves if not move.origin}
        return state

    def states(self) -> list[str]:
        """Return every state, in the order of the table."""
        named = [state for move in self.moves for state in (move.origin, move.target) if state]
        return list(dict.fromkeys(named))

    def ends(self) -> list[str]:
        """Return the states that nothing leads out of."""
        left = {move.origin for move in self.moves}
        return [state for state in self.states() if state not in left]

    def diagram(self) -> str:
        """Return the table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        lines += [
            f"    {move.origin or '[*]'} --> {move.target}: {move.words}" for move in self.moves
        ]
        lines += [f"    {state} --> [*]" for state in self.ends()]
        return "\n".join(lines)
