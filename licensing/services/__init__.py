"""The only writers of licensing. One module a subject; import from here."""

from licensing.services.accepting import accept_terms, decline_terms
from licensing.services.admissions import activate_grant, sweep_admissions
from licensing.services.again import copy_application, start_amendment
from licensing.services.agreements import (
    discard_terms_draft,
    follow_terms,
    publish_terms,
    publish_terms_draft,
    retire_terms,
    save_terms_draft,
    withdraw_terms_version,
)
from licensing.services.appeals import appeal_application, overturn_decline, uphold_decline
from licensing.services.applications import (
    save_draft,
    start_application,
    submit_application,
    withdraw_application,
)
from licensing.services.approving import (
    approve_application,
    confirm_approval,
    propose_approval,
    send_back_approval,
    take_back_approval,
)
from licensing.services.attachments import attach_file, sweep_attachments
from licensing.services.bans import (
    apply_lift_ban,
    object_to_ban,
    place_ban,
    propose_lift_ban,
)
from licensing.services.beside import add_note, note_look, tick_checklist
from licensing.services.canned import add_canned_text, retire_canned_text
from licensing.services.countries import (
    apply_countries,
    preview_countries,
    propose_countries,
    tighten_countries,
)
from licensing.services.country_tellings import (
    note_ending_licences,
    tell_of_all_countries,
    tell_of_countries,
)
from licensing.services.deciding import apply_decided_motions, exclude_conflicted_voters
from licensing.services.duties import (
    answer_call,
    perform_duty,
    waive_duty,
)
from licensing.services.grants import (
    add_named_user,
    create_self_service_grant,
    end_named_user,
    expire_grant,
    lift_suspension,
    relinquish_grant,
    revoke_grant,
    suspend_grant,
)
from licensing.services.lapsing import (
    lapse_draft,
    lapse_returned,
    remind_of_answer,
    remind_of_draft,
)
from licensing.services.licences import record_licence, withdraw_licence
from licensing.services.lifting import apply_lift_of_selection, propose_lift_of_selection
from licensing.services.named_users import add_named_users, end_lost_places
from licensing.services.questionnaires import (
    change_questions,
    discard_questions,
    publish_questions,
)
from licensing.services.receipts import issue_owed_receipts
from licensing.services.references import (
    answer_reference,
    remind_of_references,
    renew_expired_reference,
    replace_reference,
    resend_reference,
)
from licensing.services.referrals import apply_referral, refer_application
from licensing.services.renewals import (
    approve_renewal,
    ask_renewal,
    decline_renewal,
    withdraw_renewal,
)
from licensing.services.review import (
    assign_application,
    claim_application,
    decline_application,
    release_claim,
    return_application,
)
from licensing.services.review_rules import set_review_rule
from licensing.services.suspensions import (
    call_for_review_of_selections,
    let_out,
    suspend_selection,
    tell_of_selection,
    tell_of_selections,
)
from licensing.services.telling import MOST_TOLD, tell_of_terms
from licensing.services.volume import set_volume

__all__ = [
    "MOST_TOLD",
    "accept_terms",
    "activate_grant",
    "add_canned_text",
    "add_named_user",
    "add_named_users",
    "add_note",
    "answer_call",
    "answer_reference",
    "appeal_application",
    "apply_countries",
    "apply_decided_motions",
    "apply_lift_ban",
    "apply_lift_of_selection",
    "apply_referral",
    "approve_application",
    "approve_renewal",
    "ask_renewal",
    "assign_application",
    "attach_file",
    "call_for_review_of_selections",
    "change_questions",
    "claim_application",
    "confirm_approval",
    "copy_application",
    "create_self_service_grant",
    "decline_application",
    "decline_renewal",
    "decline_terms",
    "discard_questions",
    "discard_terms_draft",
    "end_lost_places",
    "end_named_user",
    "exclude_conflicted_voters",
    "expire_grant",
    "follow_terms",
    "issue_owed_receipts",
    "lapse_draft",
    "lapse_returned",
    "let_out",
    "lift_suspension",
    "note_ending_licences",
    "note_look",
    "object_to_ban",
    "overturn_decline",
    "perform_duty",
    "place_ban",
    "preview_countries",
    "propose_approval",
    "propose_countries",
    "propose_lift_ban",
    "propose_lift_of_selection",
    "publish_questions",
    "publish_terms",
    "publish_terms_draft",
    "record_licence",
    "refer_application",
    "release_claim",
    "relinquish_grant",
    "remind_of_answer",
    "remind_of_draft",
    "remind_of_references",
    "renew_expired_reference",
    "replace_reference",
    "resend_reference",
    "retire_canned_text",
    "retire_terms",
    "return_application",
    "revoke_grant",
    "save_draft",
    "save_terms_draft",
    "send_back_approval",
    "set_review_rule",
    "set_volume",
    "start_amendment",
    "start_application",
    "submit_application",
    "suspend_grant",
    "suspend_selection",
    "sweep_admissions",
    "sweep_attachments",
    "take_back_approval",
    "tell_of_all_countries",
    "tell_of_countries",
    "tell_of_selection",
    "tell_of_selections",
    "tell_of_terms",
    "tick_checklist",
    "tighten_countries",
    "uphold_decline",
    "waive_duty",
    "withdraw_application",
    "withdraw_licence",
    "withdraw_renewal",
    "withdraw_terms_version",
]
