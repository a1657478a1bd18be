"""Pages of boards and motions."""

from boards.views.boards import board_detail, board_list
from boards.views.endings import motion_cancel, motion_close, motion_withdraw
from boards.views.motions import motion_detail
from boards.views.voting import motion_vote

__all__ = [
    "board_detail",
    "board_list",
    "motion_cancel",
    "motion_close",
    "motion_detail",
    "motion_vote",
    "motion_withdraw",
]
