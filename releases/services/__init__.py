"""The only writers of releases. One module a subject; import from here."""

from releases.services.applying import apply_decided_motions
from releases.services.catalog import create_model, grant_right, load_ladder, withdraw_right
from releases.services.decisions import apply_lift, take_effect
from releases.services.holds import (
    call_for_review,
    demote_release,
    place_hold,
    propose_lift,
    withdraw_release,
)
from releases.services.ingest import start_ingest
from releases.services.jobs import requeue_stalled
from releases.services.keeping import sweep_unnamed
from releases.services.overrides import override_formats
from releases.services.reading import continue_ingest
from releases.services.rehash import rehash_due
from releases.services.signing import sign_release, sign_unsigned
from releases.services.transitions import (
    open_transition_vote,
    propose_transition,
    revise_transition,
)
from releases.services.verifying import refuse_release, verify_release
from releases.services.waves import apply_raise, lower_cap, propose_raise

__all__ = [
    "apply_decided_motions",
    "apply_lift",
    "apply_raise",
    "call_for_review",
    "continue_ingest",
    "create_model",
    "demote_release",
    "grant_right",
    "load_ladder",
    "lower_cap",
    "open_transition_vote",
    "override_formats",
    "place_hold",
    "propose_lift",
    "propose_raise",
    "propose_transition",
    "refuse_release",
    "rehash_due",
    "requeue_stalled",
    "revise_transition",
    "sign_release",
    "sign_unsigned",
    "start_ingest",
    "sweep_unnamed",
    "take_effect",
    "verify_release",
    "withdraw_release",
    "withdraw_right",
]
