"""What an executive signs: an in-toto statement on a motion, for a DSSE envelope.

It holds roles and pseudonyms, no names, so that it may outlive the people.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from common import intoto

PREDICATE_TYPE = "urn:sluice:executive-override:v1"


@dataclass(frozen=True)
class OverrideFacts:
    """What an override is about and says. `board_result` is the state that the vote ended in."""

    motion: UUID
    kind: str
    subject_ref: str
    board: str
    dossier_digest: str
    board_result: str
    tally: dict[str, Any]
    outcome: str
    reason: str
    role: str
    actor: UUID
    at: datetime


def override_statement(facts: OverrideFacts) -> bytes:
    """Return the statement as the bytes that are signed."""
    return intoto.statement(
        subject=[{"name": f"motion/{facts.motion}", "digest": {"sha256": facts.dossier_digest}}],
        predicate_type=PREDICATE_TYPE,
        predicate={
            "kind": facts.kind,
            "about": facts.subject_ref,
            "board": facts.board,
            "boardResult": facts.board_result,
            "tally": facts.tally,
            "outcome": facts.outcome,
            "reason": facts.reason,
            "role": facts.role,
            "by": str(facts.actor),
            "at": facts.at.isoformat(),
        },
    )
