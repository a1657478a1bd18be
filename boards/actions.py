"""What this room records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """Each label follows the actor's name in a timeline."""

    BOARD_FOUNDED = "board.founded", _("founded the board")
    MOTION_PROPOSED = "motion.proposed", _("proposed the motion")
    DOSSIER_REVISED = "motion.dossier_revised", _("changed the dossier; earlier votes are stale")
    RULE_TIGHTENED = "motion.rule_tightened", _("tightened the rule of the motion")
    VOTING_OPENED = "motion.voting_opened", _("opened voting")
    VOTER_EXCLUDED = "motion.voter_excluded", _("recorded that a seat has no vote")
    VOTE_CAST = "vote.cast", _("cast a vote, sealed until voting closes")
    MOTION_APPROVED = "motion.approved", _("closed voting: the motion is approved")
    MOTION_REJECTED = "motion.rejected", _("closed voting: the motion is rejected")
    MOTION_UNDECIDED = "motion.undecided", _("closed voting without a decision: the motion lapsed")
    MOTION_LAPSED = "motion.lapsed", _("let the motion lapse")
    MOTION_WITHDRAWN = "motion.withdrawn", _("withdrew the motion")
    MOTION_CANCELLED = "motion.cancelled", _("cancelled the approved motion")
    RECORD_SIGNED = "record.signed", _("signed the record of the decision")
    ISSUES_SUMMARISED = "motion.issues_summarised", _("wrote about the controverted issues")
    SUMMARY_DRAFTED = "summary.drafted", _("drafted the public summary of the decision")
    SUMMARY_RELEASED = "summary.released", _("released the public summary of the decision")
    RESULT_OVERRIDDEN = "motion.result_overridden", _("overrode the board's result as executive")
    REVIEW_ENDED = "motion.full_review_ended", _("ended the full review of the emergency decision")
    REVIEW_OVERDUE = "motion.full_review_overdue", _("found the full review overdue")
    REVIEW_DROPPED = (
        "motion.full_review_dropped",
        _("found that no full review is owed, as the decision came to nothing"),
    )
    OWN_RULE_TIGHTENED = "board.rule_tightened", _("tightened the board's own rule")
    OWN_RULE_CHANGED = "board.rule_changed", _("changed the board's own rule by its decision")
    OWN_RULE_UNCHANGED = (
        "board.rule_unchanged",
        _("left the board's own rule as it is, though the motion is approved"),
    )
    SEAT_FILLED = "board.seat_filled", _("seated a member")
    SEAT_FILLED_WITHOUT_MOTION = (
        "board.seat_filled_without_motion",
        _("seated a member without a motion, as the board could not decide"),
    )
    SEAT_ADDED = "board.seat_added", _("added a seat")
    TERM_EXTENDED = "board.term_extended", _("extended a term")
    SEAT_VACATED = "board.seat_vacated", _("removed the holder of a seat")
    SEAT_RESIGNED = "board.seat_resigned", _("resigned from a seat")
    SEAT_UNCHANGED = (
        "board.seat_unchanged",
        _("left a seat as it is, though the motion is approved"),
    )
