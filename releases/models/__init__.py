"""Models, their releases and artifacts, and the ladder of stages they move on."""

from releases.choices import AccessMode, HoldKind, HoldState, ReleaseState, Right, TransitionState
from releases.models.catalog import (
    Ladder,
    Model,
    ModelGroupObjectPermission,
    ModelUserObjectPermission,
    Stage,
)
from releases.models.evidence import Document, Evidence, EvidenceEnd, EvidenceReminder
from releases.models.moves import Hold, Transition
from releases.models.releases import (
    Artifact,
    FormatOverride,
    PendingObject,
    Release,
    ReleaseSignature,
    StageEntry,
)
from releases.models.waves import CohortCap

__all__ = [
    "AccessMode",
    "Artifact",
    "CohortCap",
    "Document",
    "Evidence",
    "EvidenceEnd",
    "EvidenceReminder",
    "FormatOverride",
    "Hold",
    "HoldKind",
    "HoldState",
    "Ladder",
    "Model",
    "ModelGroupObjectPermission",
    "ModelUserObjectPermission",
    "PendingObject",
    "Release",
    "ReleaseSignature",
    "ReleaseState",
    "Right",
    "Stage",
    "StageEntry",
    "Transition",
    "TransitionState",
]
