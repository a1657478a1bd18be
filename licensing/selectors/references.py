"""Reading what was asked of referees and signing officials, and what they answered."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import personal
from common import reminders
from licensing.models import (
    OPEN_APPLICATION_STATES,
    Application,
    ReferenceAnswer,
    ReferenceRequest,
)
from licensing.reference_questions import QUESTIONS

# Days after which somebody who has not answered is reminded; told as days before the end.
LIFETIME_DAYS = 28
REMIND_AFTER = (7, 14)
_STEPS = tuple(LIFETIME_DAYS - days for days in REMIND_AFTER)
ASKING_STATES = tuple(state for state in OPEN_APPLICATION_STATES if state != "draft")


@dataclass(frozen=True)
class Contact:
    """Who is asked. All parts read "(erased)" once the applicant's key is gone."""

    name: str
    email: str
    detail: str


@dataclass(frozen=True)
class Reference:
    """One request with what is to be shown of it."""

    request: ReferenceRequest
    contact: Contact
    answer: ReferenceAnswer | None
    said: list[tuple[str, str]]

    @property
    def state(self) -> str:
        """Whether it waits, is over, or was answered with yes or no."""
        if self.answer is not None:
            return "vouched" if self.answer.vouches else "refused"
        return "waiting" if self.request.expires_at > timezone.now() else "expired"


def current_requests(application: Application) -> QuerySet[ReferenceRequest]:
    """Return the requests that were not replaced, referees first by their place."""
    return application.references.filter(replaced_at__isnull=True).order_by("-kind", "place")


def references_of(application: Application, *, with_answers: bool) -> list[Reference]:
    """Return whom the application names and, for reviewers only, what they said."""
    requests = list(current_requests(application).select_related("answer"))
    pseudonym = application.applicant.pseudonym
    answers = [getattr(request, "answer", None) for request in requests]
    tokens = [(pseudonym, request.contact) for request in requests]
    tokens += [(pseudonym, answer.sealed) for answer in answers if answer is not None]
    opened = iter(personal.unseal_many(tokens))
    contacts = [_contact(next(opened)) for _request in requests]
    found = []
    for request, contact, answer in zip(requests, contacts, answers, strict=True):
        said = _said(request.kind, next(opened)) if answer is not None else []
        found.append(Reference(request, contact, answer, said if with_answers else []))
    return found


def contact_of(request: ReferenceRequest) -> Contact:
    """Return who is asked."""
    return _contact(personal.unseal(request.application.applicant.pseudonym, request.contact))


def _contact(text: str) -> Contact:
    if text == personal.ERASED:
        return Contact(text, text, text)
    return Contact(**json.loads(text))


def _said(kind: str, text: str) -> list[tuple[str, str]]:
    if text == personal.ERASED:
        return [("", text)]
    kept = json.loads(text)
    return [(str(q.label), kept[q.key]) for q in QUESTIONS[kind] if q.key in kept]


def _asking() -> Q:
    return Q(
        answered_at__isnull=True,
        replaced_at__isnull=True,
        application__state__in=ASKING_STATES,
        application__applicant__is_active=True,
    )


def _open(now: datetime) -> Q:
    return _asking() & Q(expires_at__gt=now)


def request_by_digest(digest: str | None, now: datetime) -> ReferenceRequest | None:
    """Return the request that a link opens now."""
    return _by_digest(digest, _open(now))


def expired_by_digest(digest: str | None, now: datetime) -> ReferenceRequest | None:
    """Return the request that a link opened until its time was over, and that still waits."""
    return _by_digest(digest, _asking() & Q(expires_at__lte=now))


def _by_digest(digest: str | None, condition: Q) -> ReferenceRequest | None:
    if digest is None:
        return None
    found = ReferenceRequest.objects.select_related(
        "application__applicant", "application__model", "application__organization"
    )
    return found.filter(condition, digest=digest).first()


def requests_to_remind_of(now: datetime) -> QuerySet[ReferenceRequest]:
    """Return the requests that nobody has answered for a week, or for two."""
    return ReferenceRequest.objects.filter(
        _open(now), reminders.due("expires_at", "reminded", _STEPS, now)
    )


def reminder_step(request: ReferenceRequest, now: datetime) -> int | None:
    """Return which reminder belongs to this moment."""
    return reminders.step(request.expires_at, _STEPS, now)
