"""The only writers of duties: opening, telling, performing, waiving. Import from here."""

from licensing.services.duties.opening import carry_over, settle_duties, sweep_duties
from licensing.services.duties.performing import FileGiven, perform_duty
from licensing.services.duties.receipts import issue_owed_duty_receipts
from licensing.services.duties.telling import tell_of_duties
from licensing.services.duties.waiving import answer_call, waive_duty

__all__ = [
    "FileGiven",
    "answer_call",
    "carry_over",
    "issue_owed_duty_receipts",
    "perform_duty",
    "settle_duties",
    "sweep_duties",
    "tell_of_duties",
    "waive_duty",
]
