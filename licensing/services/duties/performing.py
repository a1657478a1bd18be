"""Performing a duty: the statement, its evidence, and what it closes."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import personal
from audit.services import record
from common.errors import Refused
from licensing import notifications
from licensing.actions import Action
from licensing.duty_answers import checked
from licensing.models import (
    DONE_DUTY_STATES,
    OPEN_DUTY_STATES,
    DutyState,
    DutyStatement,
    OwedDuty,
)
from licensing.selectors import duties as reading
from licensing.services.agreements import sha256
from licensing.services.duties import receipts
from licensing.services.guards import require_active, text_of
from licensing.services.signature import sign_as
from licensing.states import DUTY
from licensing.witness import Witness
from releases.services.documents import Readable, keep_bytes, read_document


@dataclass(frozen=True)
class FileGiven:
    """A file that came with a statement."""

    file: Readable
    name: str


@transaction.atomic
def perform_duty(
    *,
    actor: User,
    duty: OwedDuty,
    typed_name: str,
    text: str,
    answers: Mapping[str, Any],
    witness: Witness,
    file: FileGiven | None = None,
) -> DutyStatement:
    """Keep what somebody states to meet a duty, and close the duty with it.

    `text` is the statement and the button's label as shown, `answers` what its page asks for
    (licensing.duty_answers). On a duty that was met already it is a correction, which leaves the
    former statement and the state as they are.
    """
    require_active(actor)
    duty = reading.locked(duty.pk)
    capacity = reading.capacity_of(actor, duty)
    if not capacity:
        raise Refused(_("Somebody else has to do this: see who, on the duty's page."))
    if duty.state not in (*OPEN_DUTY_STATES, *DONE_DUTY_STATES):
        raise Refused(
            _("This duty is not owed any more: %(state)s.") % {"state": duty.get_state_display()}
        )
    former = reading.last_statement(duty)
    statement = _insert(actor, duty, capacity, former, typed_name, text, answers, witness, file)
    now = statement.stated_at
    if duty.state in OPEN_DUTY_STATES:
        late = duty.is_overdue(now)
        DUTY.move(duty, DutyState.DONE_LATE if late else DutyState.DONE)
        duty.closed_at = now
        duty.save(update_fields=["state", "closed_at"])
    record(
        actor=actor,
        action=Action.DUTY_DONE if former is None else Action.DUTY_CORRECTED,
        target=duty,
        also=(duty.grant, duty.model),
        data={
            "kind": duty.kind,
            "state": duty.state,
            "statement": str(statement.public_id),
            "text_sha256": statement.text_sha256,
            "answers_commitment": statement.answers_commitment,
        },
    )
    receipts.issue(statement)
    notifications.duty_done(statement)
    return statement


def _insert(
    actor: User,
    duty: OwedDuty,
    capacity: str,
    former: DutyStatement | None,
    typed_name: str,
    text: str,
    answers: Mapping[str, Any],
    witness: Witness,
    file: FileGiven | None,
) -> DutyStatement:
    signature = sign_as(actor, typed_name, witness)
    text = text_of(text, _("Statement"), max_length=4000)
    try:
        given = checked(duty.kind, answers)
    except ValueError as error:
        raise Refused(str(error)) from None
    kept = _keep(actor, file) if file is not None else {}
    return DutyStatement.objects.create(
        duty=duty,
        user=actor,
        capacity=capacity,
        text=text,
        text_sha256=sha256(text),
        previous=former,
        sealed_answers=signature.seal(json.dumps(given)),
        answers_commitment=signature.commitment(answers=given),
        stated_at=timezone.now(),
        **signature.columns(),
        **kept,
    )


def _keep(actor: User, file: FileGiven) -> dict[str, Any]:
    """Keep a file as those of applications are; raises Refused with its name."""
    given = read_document(file.file, file.name)
    own = {"name": given.name, "sha256": given.sha256}
    sealed = personal.seal_bytes(actor.pseudonym, given.content)
    return {
        "file_sha256": keep_bytes(io.BytesIO(sealed)),
        "file_size": given.size,
        "file_type": given.media_type,
        "sealed_file": personal.seal(actor.pseudonym, json.dumps(own)),
    }
