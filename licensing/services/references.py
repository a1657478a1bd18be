"""Asking referees and signing officials by mailed links, and keeping what they answer."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import personal
from audit.services import record
from common.errors import Refused
from common.mail_links import Purpose, digest_of, new_link
from licensing import notifications, selectors
from licensing.actions import Action
from licensing.models import Application, ReferenceAnswer, ReferenceRequest
from licensing.reference_questions import REFEREE, clean_answer, wanted
from licensing.selectors import references as reading
from licensing.selectors.known import known_of
from licensing.services.guards import line_of, require_active

MOST_SENT = 5
RESEND_AFTER = timedelta(hours=1)


def ask_references(*, actor: User, application: Application) -> None:
    """Ask whom a locked, submitted application names; leave who was asked already in peace.

    Called in the transaction that submits it. Somebody else in the same place replaces the
    former one, whose link opens nothing any more.
    """
    named = wanted(selectors.answers_of(application))
    vetted = known_of(application)
    if vetted is not None and "referees" in vetted.sections:
        # They answered for the application that was approved; nobody asks them twice.
        named = {place: each for place, each in named.items() if place[0] != REFEREE}
    current = {
        (each.request.kind, each.request.place): each
        for each in reading.references_of(application, with_answers=False)
    }
    for place, reference in current.items():
        if named.get(place, {}).get("email", "").lower() == reference.contact.email.lower():
            named.pop(place)
        else:
            _replace(reference.request)
    for (kind, number), contact in named.items():
        _ask(actor, application, kind, number, contact)


def _replace(request: ReferenceRequest) -> None:
    request.replaced_at = timezone.now()
    request.save(update_fields=["replaced_at"])


def _ask(
    actor: User, application: Application, kind: str, place: int, contact: Mapping[str, str]
) -> ReferenceRequest:
    now = timezone.now()
    secret, digest = new_link(Purpose.REFERENCE)
    request = ReferenceRequest.objects.create(
        application=application,
        kind=kind,
        place=place,
        contact=personal.seal(application.applicant.pseudonym, json.dumps(contact)),
        digest=digest,
        sent_at=now,
        expires_at=now + timedelta(days=reading.LIFETIME_DAYS),
    )
    record(
        actor=actor,
        action=Action.REFERENCE_ASKED,
        target=request,
        also=(application,),
        data={"kind": kind, "place": place},
    )
    notifications.reference_asked(request, reading.contact_of(request), secret)
    return request


def _locked(request: ReferenceRequest) -> ReferenceRequest:
    # The application first, as submitting does.
    Application.objects.select_for_update(no_key=True).get(pk=request.application_id)
    return (
        ReferenceRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("application__applicant", "application__model")
        .get(pk=request.pk)
    )


def _require_open(actor: User, request: ReferenceRequest) -> None:
    require_active(actor)
    application = request.application
    if application.applicant_id != actor.pk:
        raise Refused(_("Only the applicant does this."))
    if application.state not in reading.ASKING_STATES:
        raise Refused(_("Nobody is asked any more: the application is not under review."))
    if request.replaced_at is not None:
        raise Refused(_("Somebody else was named in this place already."))
    if request.answered_at is not None:
        raise Refused(_("They have answered already."))


@transaction.atomic
def resend_reference(*, actor: User, request: ReferenceRequest) -> ReferenceRequest:
    """Send the link again, a fresh one; the former one opens nothing any more."""
    request = _locked(request)
    _require_open(actor, request)
    now = timezone.now()
    if request.sent_at > now - RESEND_AFTER:
        raise Refused(_("It was sent within the last hour. Give them time to read it."))
    if request.times_sent >= MOST_SENT:
        raise Refused(_("It was sent often enough. Name somebody else instead."))
    return _send_again(actor, request)


@transaction.atomic
def renew_expired_reference(*, secret: str) -> None:
    """Send a fresh link to the contact's own mailbox, for whoever holds one whose time is over.

    Says nothing of whether it did, so that a link tells nobody what became of the question; the
    limits of sending it again hold.
    """
    digest, now = digest_of(Purpose.REFERENCE, secret), timezone.now()
    found = reading.expired_by_digest(digest, now)
    if found is None:
        return
    _locked(found)
    # Looked up again under the lock: two may have come with the same link.
    request = reading.expired_by_digest(digest, now)
    if request is None or request.times_sent >= MOST_SENT or request.sent_at > now - RESEND_AFTER:
        return
    _send_again(None, request)


def _send_again(actor: User | None, request: ReferenceRequest) -> ReferenceRequest:
    now = timezone.now()
    request.expires_at = now + timedelta(days=reading.LIFETIME_DAYS)
    request.reminded = None
    secret = _renew(request)
    request.save(update_fields=["digest", "sent_at", "times_sent", "expires_at", "reminded"])
    record(
        actor=actor,
        action=Action.REFERENCE_ASKED,
        target=request,
        also=(request.application,),
        data={"kind": request.kind, "place": request.place, "again": True},
    )
    notifications.reference_asked(request, reading.contact_of(request), secret)
    return request


def _renew(request: ReferenceRequest) -> str:
    secret, request.digest = new_link(Purpose.REFERENCE)
    request.sent_at = timezone.now()
    request.times_sent += 1
    return secret


@transaction.atomic
def replace_reference(
    *, actor: User, request: ReferenceRequest, name: str, email: str, detail: str
) -> ReferenceRequest:
    """Ask somebody else in the place of who does not answer. What was submitted stays as it was.

    The working copy of the answers changes, so that a resubmission asks the same person.
    """
    request = _locked(request)
    _require_open(actor, request)
    application = request.application
    contact = {
        "name": line_of(name, _("Name"), max_length=200),
        "email": email.strip(),
        "detail": line_of(detail, _("Relation or position"), max_length=300),
    }
    try:
        validate_email(contact["email"])
    except ValidationError:
        raise Refused(_("This is not an e-mail address.")) from None
    if contact["email"].lower() == application.applicant.email.lower():
        raise Refused(_("This is your own address. Name somebody else."))
    others = reading.references_of(application, with_answers=False)
    if any(each.contact.email.lower() == contact["email"].lower() for each in others):
        raise Refused(_("This address is asked already."))
    _replace(request)
    record(
        actor=actor,
        action=Action.REFERENCE_REPLACED,
        target=request,
        also=(application,),
        data={"kind": request.kind, "place": request.place},
    )
    _write_back(application, request, contact)
    return _ask(actor, application, request.kind, request.place, contact)


def _write_back(
    application: Application, request: ReferenceRequest, contact: Mapping[str, str]
) -> None:
    if application.sealed_answers is None:
        return
    pseudonym = application.applicant.pseudonym
    private = json.loads(personal.unseal(pseudonym, application.sealed_answers))
    if request.kind == REFEREE:
        rows = private.get("referees")
        if not isinstance(rows, list) or request.place >= len(rows):
            return
        rows[request.place] = {
            "name": contact["name"],
            "email": contact["email"],
            "relation": contact["detail"],
        }
    else:
        private["official_name"] = contact["name"]
        private["official_email"] = contact["email"]
        private["official_position"] = contact["detail"]
    application.sealed_answers = personal.seal(pseudonym, json.dumps(private))
    application.save(update_fields=["sealed_answers"])


@transaction.atomic
def answer_reference(
    *, secret: str, vouches: bool, said: Mapping[str, Any], reader: User | None = None
) -> ReferenceAnswer:
    """Keep the answer of whoever holds the link. Once; nobody has an account for this.

    `reader` is who is signed in where it was opened. It is nobody's answer but the contact's; only
    the applicant is kept from vouching for themselves.
    """
    digest = digest_of(Purpose.REFERENCE, secret)
    found = reading.request_by_digest(digest, timezone.now())
    if found is None:
        raise Refused(_("This link was used, was replaced by a newer one, or has ended."))
    _locked(found)
    # Looked up again under the lock: two may have come with the same link.
    request = reading.request_by_digest(digest, timezone.now())
    if request is None:
        raise Refused(_("This link was used, was replaced by a newer one, or has ended."))
    if reader is not None and reader.pk == request.application.applicant_id:
        raise Refused(_("You cannot answer about yourself. Whom you named opens the link."))
    try:
        kept = clean_answer(request.kind, vouches=vouches, said=said)
    except ValueError as error:
        raise Refused(str(error)) from None
    application = request.application
    answer = ReferenceAnswer.objects.create(
        request=request,
        vouches=vouches,
        sealed=personal.seal(application.applicant.pseudonym, json.dumps(kept)),
    )
    request.answered_at = answer.created_at
    request.save(update_fields=["answered_at"])
    record(
        actor=None,
        action=Action.REFERENCE_ANSWERED,
        target=request,
        also=(application,),
        data={"kind": request.kind, "place": request.place},
    )
    notifications.reference_answered(request)
    return answer


def remind_of_references(*, most: int = 500) -> int:
    """Remind those who have not answered after 7 and 14 days; return how many were written to."""
    due = reading.requests_to_remind_of(timezone.now()).order_by("expires_at")
    return sum(_remind(pk) for pk in due.values_list("pk", flat=True)[:most])


@transaction.atomic
def _remind(request_id: int) -> bool:
    now = timezone.now()
    request = (
        reading.requests_to_remind_of(now)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("application__applicant", "application__model")
        .filter(pk=request_id)
        .first()
    )
    if request is None:
        return False
    request.reminded = reading.reminder_step(request, now)
    # Only the digest of the former link is known, so that a fresh one has to go out.
    secret = _renew(request)
    request.save(update_fields=["digest", "sent_at", "times_sent", "reminded"])
    contact = reading.contact_of(request)
    notifications.reference_asked(request, contact, secret, again=True)
    return True
