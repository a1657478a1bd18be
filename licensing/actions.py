"""What the licensing room records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """Dotted past tense; the label follows the actor's name in a timeline."""

    TERMS_PUBLISHED = "terms.published", _("published a version of the terms")
    TERMS_DRAFT_BEGUN = "terms.draft_begun", _("began a draft of the terms")
    TERMS_DRAFT_SAVED = "terms.draft_saved", _("saved the draft of the terms")
    TERMS_DRAFT_DISCARDED = "terms.draft_discarded", _("put the draft of the terms away")
    TERMS_SCHEDULED = "terms.scheduled", _("scheduled a version of the terms")
    TERMS_IN_FORCE = "terms.in_force", _("brought the scheduled version into force")
    TERMS_WITHDRAWN = "terms.withdrawn", _("withdrew the scheduled version of the terms")
    TERMS_RETIRED = "terms.retired", _("retired the terms")
    TERMS_DECLINED = "terms.declined", _("declined the terms")
    TERMS_SIGNED = "terms.signed", _("signed the terms for the organisation")
    RECEIPT_SIGNED = "receipt.signed", _("signed the receipt for an acceptance")
    TERMS_ACCEPTED = "terms.accepted", _("accepted the terms")
    APPLICATION_STARTED = "application.started", _("started an application")
    AMENDMENT_STARTED = "application.amendment_started", _("began to ask for a change of the grant")
    APPLICATION_SUBMITTED = "application.submitted", _("submitted the application")
    APPLICATION_CLAIMED = "application.claimed", _("took the application for review")
    APPLICATION_RELEASED = "application.released", _("put the application back in the queue")
    APPLICATION_RETURNED = "application.returned", _("returned the application with questions")
    APPLICATION_APPROVED = "application.approved", _("approved the application")
    APPLICATION_DECLINED = "application.declined", _("declined the application")
    APPLICATION_WITHDRAWN = "application.withdrawn", _("withdrew the application")
    APPLICATION_REFERRED = "application.referred", _("referred the application to the board")
    APPLICATION_BOARD_APPROVED = (
        "application.board_approved",
        _("gave the application back to the reviewer: the board approved it"),
    )
    APPLICATION_CAME_BACK = (
        "application.came_back",
        _("gave the application back to the reviewer: the board did not decide"),
    )
    QUESTIONS_PUBLISHED = (
        "questions.published",
        _("published the questions that the model asks applicants"),
    )
    APPLICATION_ASSIGNED = "application.assigned", _("gave the application to a reviewer")
    APPLICATION_VIEWED = "application.viewed", _("read the application")
    APPLICATION_CHECKED = "application.checked", _("ticked the checklist")
    APPLICATION_NOTED = "application.noted", _("wrote a note for the reviewers")
    APPLICATION_LAPSED = "application.lapsed", _("let the application lapse: not sent in time")
    APPLICATION_APPEALED = "application.appealed", _("appealed against the decline")
    APPEAL_UPHELD = "appeal.upheld", _("decided the appeal: the decline stands")
    APPEAL_OVERTURNED = "appeal.overturned", _("decided the appeal: the decline was overturned")
    APPROVAL_PROPOSED = (
        "approval.proposed",
        _("would approve the application, and asked a second reviewer"),
    )
    APPROVAL_SENT_BACK = "approval.sent_back", _("sent the approval back to the first reviewer")
    APPROVAL_TAKEN_BACK = "approval.taken_back", _("took the approval back")
    REVIEW_RULE_SET = "review_rule.set", _("said how applications are reviewed")
    CANNED_TEXT_ADDED = "canned_text.added", _("added a text to begin messages from")
    CANNED_TEXT_RETIRED = "canned_text.retired", _("retired a text to begin messages from")
    BAN_PLACED = "ban.placed", _("placed a ban")
    BAN_OBJECTED = "ban.objected", _("objected to the ban")
    BAN_LIFTED = "ban.lifted", _("lifted the ban by the board's decision")
    SUSPENSION_PLACED = "suspension.placed", _("suspended a selection of grants")
    SUSPENSION_LEFT_OUT = "suspension.left_out", _("left a grant out of the suspension")
    SUSPENSION_REVIEW_DUE = "suspension.review_due", _("called for a review of the suspension")
    SUSPENSION_LIFTED = (
        "suspension.lifted",
        _("lifted the suspension of several grants by the board's decision"),
    )
    COUNTRIES_CHANGED = "countries.changed", _("let another country table count")
    COUNTRIES_UNCHANGED = (
        "countries.unchanged",
        _("left the country table as it is: the board had decided on another one"),
    )
    LICENCE_RECORDED = "export_licence.recorded", _("put an export licence on record")
    LICENCE_WITHDRAWN = "export_licence.withdrawn", _("withdrew an export licence")
    GRANT_CREATED = "grant.created", _("made the grant")
    GRANT_WIDENED = "grant.widened", _("added a mode to the grant by accepting public terms")
    GRANT_ACTIVATED = "grant.activated", _("made the grant active")
    GRANT_QUEUED = "grant.queued", _("put the grant in the queue, as the cohort is full")
    GRANT_SUSPENDED = "grant.suspended", _("suspended the grant")
    GRANT_SUSPENSION_LIFTED = "grant.suspension_lifted", _("lifted the suspension of the grant")
    GRANT_REVOKED = "grant.revoked", _("revoked the grant")
    GRANT_RELINQUISHED = "grant.relinquished", _("gave up the grant")
    GRANT_EXPIRED = "grant.expired", _("let the grant expire at its end date")
    GRANT_SUPERSEDED = "grant.superseded", _("replaced the grant by a newer one")
    GRANT_USER_ADDED = "grant.user_added", _("named a person on the grant")
    GRANT_USER_ENDED = "grant.user_ended", _("took a person off the grant")
    GRANT_VOLUME_SET = "grant.volume_set", _("set the download quota of the grant")
    GRANT_ADMITTED = "grant.admitted", _("admitted the grant to the cohort")
    REFERENCE_ASKED = "reference.asked", _("asked a referee or signing official")
    REFERENCE_REPLACED = "reference.replaced", _("named somebody else to be asked")
    REFERENCE_ANSWERED = "reference.answered", _("kept the answer of a referee or official")
    RENEWAL_ASKED = "renewal.asked", _("asked for a clearance to be renewed")
    RENEWAL_SECONDED = "renewal.first_approved", _("approved a renewal, which a second confirms")
    RENEWAL_APPROVED = "renewal.approved", _("renewed a clearance")
    RENEWAL_DECLINED = "renewal.declined", _("declined to renew a clearance")
    RENEWAL_WITHDRAWN = "renewal.withdrawn", _("took back the request to renew a clearance")
    DUTY_OPENED = "duty.opened", _("opened a duty")
    DUTY_OVERDUE = "duty.overdue", _("noted that a duty is overdue")
    DUTY_DONE = "duty.done", _("performed a duty")
    DUTY_CORRECTED = "duty.corrected", _("corrected the statement on a duty")
    DUTY_WAIVED = "duty.waived", _("waived a duty")
    DUTY_ANSWERED = "duty.answered", _("answered the call about an overdue duty")
    DUTY_VOIDED = "duty.voided", _("closed a duty that is not owed any more")
    DUTY_CARRIED_OVER = "duty.carried_over", _("moved a duty to the grant that replaces another")
    DUTY_RECEIPT_SIGNED = "duty.receipt_signed", _("signed the receipt for a statement")


# What passes among the reviewers; an applicant's own timeline leaves it out.
INTERNAL = frozenset(
    (
        Action.APPLICATION_ASSIGNED,
        Action.APPLICATION_VIEWED,
        Action.APPLICATION_CHECKED,
        Action.APPLICATION_NOTED,
        Action.APPROVAL_PROPOSED,
        Action.APPROVAL_SENT_BACK,
        Action.APPROVAL_TAKEN_BACK,
    )
)
