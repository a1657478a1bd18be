"""What this room records. Acts on motions are recorded by the boards."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """Each label follows the actor's name in a timeline."""

    LADDER_LOADED = "ladder.loaded", _("loaded the ladder")
    LADDER_ADOPTED = "model.ladder_adopted", _("adopted another version of the ladder")
    LADDER_KEPT = "model.ladder_kept", _("left the model on its version of the ladder")
    MODEL_CREATED = "model.created", _("created the model")
    RIGHT_GRANTED = "right.granted", _("granted a right on the model")
    RIGHT_WITHDRAWN = "right.withdrawn", _("withdrew a right on the model")
    FORMAT_OVERRIDDEN = (
        "release.format_overridden",
        _("admitted formats that can run code into a version"),
    )
    INGEST_STARTED = "release.ingest_started", _("began to ingest the release")
    RELEASE_INGESTED = "release.ingested", _("read every file of the release into the store")
    RELEASE_SEALED = "release.sealed", _("sealed the release")
    RELEASE_SIGNED = "release.signed", _("signed the release")
    RELEASE_REFUSED = "release.refused", _("refused the release")
    ARTIFACT_DAMAGED = "artifact.damaged", _("found a stored file damaged and stopped serving it")
    ARTIFACT_MENDED = "artifact.mended", _("found a damaged file whole again")
    RELEASE_DEMOTED = "release.demoted", _("demoted the release")
    RELEASE_WITHDRAWN = "release.withdrawn", _("withdrew the release")
    CAP_RAISED = "release.cap_raised", _("raised the cohort cap of the release")
    CAP_LOWERED = "release.cap_lowered", _("lowered the cohort cap of the release")
    CAP_KEPT = "release.cap_kept", _("left the cohort cap as it was")
    TRANSITION_APPROVED = "transition.approved", _("started the cool-off of an approved transition")
    TRANSITION_EFFECTIVE = "transition.effective", _("moved the release to its next stage")
    TRANSITION_ENDED = "transition.ended", _("ended a transition without effect")
    HOLD_PLACED = "hold.placed", _("placed a hold")
    HOLD_REVIEW_DUE = "hold.review_due", _("called for the review of a hold")
    HOLD_LIFTED = "hold.lifted", _("lifted a hold")
    BLOCKER_OPENED = "blocker.opened", _("opened a blocker")
    BLOCKER_CLOSED = "blocker.closed", _("closed a blocker")
    REQUIREMENT_OVERRIDDEN = "requirement.overridden", _("overrode a requirement of the move")
    CONDITION_FIRED = "condition.fired", _("found a condition of the decision come true")
    DECISION_UNCONFIRMED = (
        "release.decision_unconfirmed",
        _("found that no full review has confirmed the emergency decision"),
    )
    REVIEW_CALLED = "release.review_called", _("called for the release to be judged again")
    RELEASE_REVIEWED = "release.reviewed", _("let the release stay at its stage")
    DOCUMENT_KEPT = "document.kept", _("uploaded a document")
    DOCUMENT_REMOVED = "document.removed", _("removed a document that nothing used")
    EVIDENCE_ADDED = "evidence.added", _("added evidence")
    EVIDENCE_SUPERSEDED = "evidence.superseded", _("replaced evidence by newer evidence")
    EVIDENCE_WITHDRAWN = "evidence.withdrawn", _("withdrew evidence")
    COMPARABLE_ADDED = "comparable.added", _("entered the model into the register")
    COMPARABLE_CORRECTED = "comparable.corrected", _("corrected what the register says of it")
    COMPARABLE_RESULT_ADDED = "comparable.result_added", _("entered a result")
    COMPARABLE_RESULT_CORRECTED = "comparable.result_corrected", _("corrected a result")
    COMPARABLE_RESULT_WITHDRAWN = "comparable.result_withdrawn", _("withdrew a result")
    COMPARABLE_VERIFIED = "comparable.verified", _("verified the reference")
    COMPARABLES_IMPORTED = "comparable.imported", _("imported a file into the register")
