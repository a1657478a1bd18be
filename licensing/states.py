"""How applications and owed duties move. The clock decides nothing: it lapses, and notes."""

from common.states import Machine, Move
from licensing.choices import ApplicationState, DutyState

_DRAFT, _SUBMITTED = ApplicationState.DRAFT.value, ApplicationState.SUBMITTED.value
_REVIEW, _RETURNED = ApplicationState.IN_REVIEW.value, ApplicationState.RETURNED.value
_REFERRED, _SECOND = ApplicationState.REFERRED.value, ApplicationState.AWAITING_SECOND.value
_APPROVED, _DECLINED = ApplicationState.APPROVED.value, ApplicationState.DECLINED.value
_APPEALED, _WITHDRAWN = ApplicationState.APPEALED.value, ApplicationState.WITHDRAWN.value
_LAPSED = ApplicationState.LAPSED.value

APPLICATION = Machine(
    "application",
    (
        Move("", _DRAFT, "started"),
        Move(_DRAFT, _SUBMITTED, "sent"),
        Move(_SUBMITTED, _REVIEW, "claimed or assigned"),
        Move(_REVIEW, _SUBMITTED, "put back"),
        Move(_REVIEW, _RETURNED, "returned with questions and a date"),
        Move(_RETURNED, _SUBMITTED, "answered"),
        Move(_REVIEW, _REFERRED, "referred to the board"),
        Move(_REFERRED, _REVIEW, "the board approved, or did not decide"),
        Move(_REFERRED, _DECLINED, "the board rejected"),
        Move(_REVIEW, _SECOND, "the first reviewer would approve"),
        Move(_SECOND, _REVIEW, "sent back or taken back"),
        Move(_SECOND, _APPROVED, "the second reviewer confirms"),
        Move(_REVIEW, _APPROVED, "approved"),
        Move(_REVIEW, _DECLINED, "declined"),
        Move(_DECLINED, _APPEALED, "appealed, once"),
        Move(_APPEALED, _DECLINED, "the decline stands"),
        Move(_APPEALED, _REVIEW, "overturned"),
        *(
            Move(state, _WITHDRAWN, "withdrawn")
            for state in (
                _DRAFT,
                _SUBMITTED,
                _REVIEW,
                _RETURNED,
                _REFERRED,
                _SECOND,
                _APPEALED,
            )
        ),
        Move(_DRAFT, _LAPSED, "not sent in time"),
        Move(_RETURNED, _LAPSED, "not answered in time"),
    ),
)

_DUE, _OVERDUE = DutyState.DUE.value, DutyState.OVERDUE.value

DUTY = Machine(
    "duty",
    (
        Move("", _DUE, "opened"),
        Move(_DUE, _OVERDUE, "its day has passed"),
        Move(_DUE, DutyState.DONE.value, "performed in time"),
        Move(_OVERDUE, DutyState.DONE_LATE.value, "performed"),
        Move(_DUE, DutyState.DONE_LATE.value, "performed before it was noted as overdue"),
        *(Move(state, DutyState.WAIVED.value, "waived by a lead") for state in (_DUE, _OVERDUE)),
        *(Move(state, DutyState.VOID.value, "not owed any more") for state in (_DUE, _OVERDUE)),
    ),
)
