"""The only writers of releases. One module a subject; import from here."""

from releases.services.applying import apply_decided_motions
from releases.services.blockers import close_blocker, open_blocker
from releases.services.catalog import create_model, grant_right, withdraw_right
from releases.services.comparable_imports import (
    ImportRefused,
    import_comparables,
    plan_import,
)
from releases.services.comparables import (
    add_comparable,
    add_result,
    correct_comparable,
    correct_result,
    remind_of_lapses,
    verify_comparable,
    why_no_verification,
    withdraw_result,
)
from releases.services.conditions import check_conditions, sweep_conditions
from releases.services.decisions import apply_lift, take_effect
from releases.services.documents import GONE, keep_attachment
from releases.services.evidence import EvidenceRefused, add_evidence, import_evidence
from releases.services.evidence_ends import (
    remind_of_expiry,
    supersede_evidence,
    withdraw_evidence,
)
from releases.services.full_reviews import hold_unconfirmed
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
from releases.services.ladder_motions import apply_ladder_change, propose_ladder_change
from releases.services.loading import load_ladder
from releases.services.overrides import override_formats
from releases.services.re_reviews import apply_re_review, call_re_reviews, propose_re_review
from releases.services.reading import continue_ingest
from releases.services.rehash import rehash_due
from releases.services.requirement_overrides import override_requirement
from releases.services.signing import sign_release, sign_unsigned
from releases.services.transitions import (
    change_conditions,
    open_transition_vote,
    propose_transition,
    revise_transition,
)
from releases.services.unused_documents import sweep_unused_documents
from releases.services.verifying import refuse_release, verify_release
from releases.services.waves import apply_raise, lower_cap, propose_raise

__all__ = [
    "GONE",
    "EvidenceRefused",
    "ImportRefused",
    "add_comparable",
    "add_evidence",
    "add_result",
    "apply_decided_motions",
    "apply_ladder_change",
    "apply_lift",
    "apply_raise",
    "apply_re_review",
    "call_for_review",
    "call_re_reviews",
    "change_conditions",
    "check_conditions",
    "close_blocker",
    "continue_ingest",
    "correct_comparable",
    "correct_result",
    "create_model",
    "demote_release",
    "grant_right",
    "hold_unconfirmed",
    "import_comparables",
    "import_evidence",
    "keep_attachment",
    "load_ladder",
    "lower_cap",
    "open_blocker",
    "open_transition_vote",
    "override_formats",
    "override_requirement",
    "place_hold",
    "plan_import",
    "propose_ladder_change",
    "propose_lift",
    "propose_raise",
    "propose_re_review",
    "propose_transition",
    "refuse_release",
    "rehash_due",
    "remind_of_expiry",
    "remind_of_lapses",
    "requeue_stalled",
    "revise_transition",
    "sign_release",
    "sign_unsigned",
    "start_ingest",
    "supersede_evidence",
    "sweep_conditions",
    "sweep_unnamed",
    "sweep_unused_documents",
    "take_effect",
    "verify_comparable",
    "verify_release",
    "why_no_verification",
    "withdraw_evidence",
    "withdraw_release",
    "withdraw_result",
    "withdraw_right",
]
