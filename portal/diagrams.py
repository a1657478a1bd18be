"""The state diagrams of the docs, drawn from the tables that the services move rows by."""

from boards.states import MOTION
from common.states import Machine
from licensing.states import APPLICATION, DUTY
from releases.states import HOLD, RELEASE, TRANSITION

MACHINES: tuple[tuple[str, Machine], ...] = (
    ("A motion", MOTION),
    ("A transition", TRANSITION),
    ("A hold", HOLD),
    ("A release", RELEASE),
    ("An application", APPLICATION),
    ("A duty", DUTY),
)
BEGIN = "<!-- state diagrams: written by manage.py state_diagrams -->"
END = "<!-- end of state diagrams -->"


def drawn() -> str:
    """Return the diagrams as Markdown."""
    return "\n\n".join(
        f"### {title}\n\n```mermaid\n{machine.diagram()}\n```" for title, machine in MACHINES
    )


def renewed(text: str) -> str:
    """Return a document with the diagrams between its markers. Raises ValueError without them."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The document has no place for diagrams, between {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{drawn()}\n\n{END}{after}"
