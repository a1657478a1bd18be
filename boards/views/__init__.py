"""Pages of boards and motions."""

from boards.views.boards import board_detail, board_list
from boards.views.deciding import motion_open, motion_override, motion_review
from boards.views.endings import motion_cancel, motion_close, motion_withdraw
from boards.views.motions import motion_detail
from boards.views.own_rule import board_rule
from boards.views.records import motion_record, motion_record_file, record_schema
from boards.views.revising import motion_revise
from boards.views.seats import seat_propose, seat_resign
from boards.views.summaries import motion_issues, motion_summary, summary_release
from boards.views.voting import motion_vote

__all__ = [
    "board_detail",
    "board_list",
    "board_rule",
    "motion_cancel",
    "motion_close",
    "motion_detail",
    "motion_issues",
    "motion_open",
    "motion_override",
    "motion_record",
    "motion_record_file",
    "motion_review",
    "motion_revise",
    "motion_summary",
    "motion_vote",
    "motion_withdraw",
    "record_schema",
    "seat_propose",
    "seat_resign",
    "summary_release",
]
