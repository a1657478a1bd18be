"""Terms and their acceptance, applications, grants and admissions, bans, suspensions."""

from licensing.choices import (
    DONE_DUTY_STATES,
    OPEN_APPLICATION_STATES,
    OPEN_DUTY_STATES,
    REVIEWED_APPLICATION_STATES,
    WAITING_APPLICATION_STATES,
    ApplicationState,
    DutyState,
)
from licensing.models.acceptances import Acceptance, Capacity, Decline, Receipt
from licensing.models.applications import Application, Submission
from licensing.models.attachments import Attachment
from licensing.models.bans import Ban, Objection
from licensing.models.countries import (
    CountryRow,
    CountryTable,
    CountryTelling,
    CountryVersion,
    ExportLicence,
)
from licensing.models.duties import DutyReceipt, DutyStatement, OwedDuty
from licensing.models.grants import (
    LIVE_GRANT_STATES,
    Admission,
    Grant,
    GrantState,
    GrantUser,
    Mode,
)
from licensing.models.questionnaires import Questionnaire, QuestionnaireDraft
from licensing.models.references import (
    KnownAnswers,
    ReferenceAnswer,
    ReferenceRequest,
    Renewal,
)
from licensing.models.reviews import (
    Appeal,
    CannedText,
    Look,
    Note,
    Proposal,
    ReviewRule,
    Tick,
)
from licensing.models.screening import SuspensionRequest
from licensing.models.suspensions import LeftOut, Suspension
from licensing.models.terms import Terms, TermsDraft, TermsNotice, TermsVersion

__all__ = [
    "DONE_DUTY_STATES",
    "LIVE_GRANT_STATES",
    "OPEN_APPLICATION_STATES",
    "OPEN_DUTY_STATES",
    "REVIEWED_APPLICATION_STATES",
    "WAITING_APPLICATION_STATES",
    "Acceptance",
    "Admission",
    "Appeal",
    "Application",
    "ApplicationState",
    "Attachment",
    "Ban",
    "CannedText",
    "Capacity",
    "CountryRow",
    "CountryTable",
    "CountryTelling",
    "CountryVersion",
    "Decline",
    "DutyReceipt",
    "DutyState",
    "DutyStatement",
    "ExportLicence",
    "Grant",
    "GrantState",
    "GrantUser",
    "KnownAnswers",
    "LeftOut",
    "Look",
    "Mode",
    "Note",
    "Objection",
    "OwedDuty",
    "Proposal",
    "Questionnaire",
    "QuestionnaireDraft",
    "Receipt",
    "ReferenceAnswer",
    "ReferenceRequest",
    "Renewal",
    "ReviewRule",
    "Submission",
    "Suspension",
    "SuspensionRequest",
    "Terms",
    "TermsDraft",
    "TermsNotice",
    "TermsVersion",
    "Tick",
]
