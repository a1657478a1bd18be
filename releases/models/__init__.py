"""Models, their releases and artifacts, and the ladder of stages they move on."""

from releases.choices import AccessMode, HoldKind, HoldState, ReleaseState, Right, TransitionState
from releases.models.catalog import (
    Ladder,
    Model,
    ModelGroupObjectPermission,
    ModelUserObjectPermission,
    Stage,
)
from releases.models.comparables import (
    Comparable,
    ComparableImport,
    ComparableReminder,
    ComparableResult,
    ComparableStatement,
    ComparableVerification,
)
from releases.models.evidence import Document, Evidence, EvidenceEnd, EvidenceReminder
from releases.models.gates import Blocker, RequirementOverride
from releases.models.moves import Hold, Transition
from releases.models.releases import (
    Artifact,
    FormatOverride,
    PendingObject,
    Release,
    ReleaseSignature,
    StageEntry,
)
from releases.models.watch import ConditionFired, ReviewCall, StageReview
from releases.models.waves import CohortCap

__all__ = [
    "AccessMode",
    "Artifact",
    "Blocker",
    "CohortCap",
    "Comparable",
    "ComparableImport",
    "ComparableReminder",
    "ComparableResult",
    "ComparableStatement",
    "ComparableVerification",
    "ConditionFired",
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
    "RequirementOverride",
    "ReviewCall",
    "Right",
    "Stage",
    "StageEntry",
    "StageReview",
    "Transition",
    "TransitionState",
]
