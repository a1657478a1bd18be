"""The reviewers' queue for programs: list, read, claim, return, decline, approve.

A token carries the right `review`, and its maker the right to review; every act is that of the
pages, with the same guards and the same sentences.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from accounts.models import PersonalToken, User
from common.errors import Refused
from licensing import paging, permissions, selectors, services
from licensing.deadlines import ANSWER_DAYS
from licensing.models import WAITING_APPLICATION_STATES, Application
from licensing.selectors import person_name, queue, reviews
from releases.api import ReleaseToken

PAGE_LENGTH = 100


class QueuedApplication(Schema):
    """An application as the queue shows it."""

    id: UUID
    model: str
    state: str
    track: str
    applicant: str
    email: str
    organisation: str
    country: str
    tier_asked: int
    signals: list[str] = Field(description="Those that say to look closer, as of when it was sent")
    sent_at: datetime | None
    promised_by: datetime | None
    reviewer: str


class QueuePage(Schema):
    """One page; `next` goes on behind it, empty at the end."""

    applications: list[QueuedApplication]
    next: str


class ReviewedApplication(QueuedApplication):
    """An application with its answers."""

    answers: dict[str, Any]
    message: str
    checklist: dict[str, bool] = Field(description="Each item, and whether it is ticked")
    needs_second_reviewer: str = Field(description="Why, or empty")


class ReviewProblem(Schema):
    """Why it was not done."""

    error: str


class QueueFilter(Schema):
    """What to list; all that waits without any."""

    show: str = Field("", description="unclaimed, mine, or a state")
    model: str = Field("", description="namespace/name")
    track: str = ""
    country: str = Field("", max_length=2)
    tier: int | None = None
    signal: str = ""
    overdue: bool = False
    search: str = Field("", max_length=200)
    after: str = Field("", max_length=60, description="The `next` of the page before")


class Returned(Schema):
    """Questions to the applicant."""

    message: str
    answer_days: int = ANSWER_DAYS


class Declined(Schema):
    """Why; the applicant reads it."""

    reason: str


class Ticked(Schema):
    """The items of the checklist that are done, all of them."""

    done: list[str] = Field(max_length=100)


class Approved(Schema):
    """What is granted: at most what was asked for."""

    modes: list[str] = Field(max_length=10)
    scope: dict[str, Any]
    ends_at: datetime
    tier: int | None = Field(None, ge=1, le=3)
    grounds: str = Field("", description="Needed where a second reviewer confirms")


router = Router(tags=["reviews"], auth=ReleaseToken())
_UNKNOWN = {"error": "There is no such application, or you may not know of it."}
_NO_RIGHT = {"error": "This token does not carry the right to review applications."}
_PROBLEMS = dict.fromkeys((401, 403, 404, 409), ReviewProblem)


def _reviewer(request: HttpRequest) -> User | None:
    """Return who calls, if the token may review."""
    token: PersonalToken = request.auth  # type: ignore[attr-defined] # set by ninja
    return token.user if PersonalToken.Right.REVIEW in token.rights else None


@router.get("/reviews", response={200: QueuePage, **_PROBLEMS}, url_name="api_reviews")
def review_list(request: HttpRequest, given: Query[QueueFilter]) -> Status[dict[str, Any]]:
    """List what waits for the caller's review, what was promised first coming first."""
    user = _reviewer(request)
    if user is None:
        return Status(403, _NO_RIGHT)
    models = {str(model): model.pk for model in permissions.reviewed_models(user)}
    if given.model and given.model not in models:
        return Status(404, {"error": "There is no such model, or you do not review it."})
    wanted = queue.Wanted(
        show=given.show,
        model=models.get(given.model),
        track=given.track,
        country=given.country,
        tier=given.tier,
        flag=given.signal,
        overdue=given.overdue,
        search=given.search.replace("\x00", ""),
    )
    place = paging.place_of(given.after)
    if given.after and place is None:
        return Status(409, {"error": "This is not the `next` of a page."})
    try:
        rows = queue.found(list(models.values()), wanted, user, timezone.now())
    except queue.TooMany:
        return Status(409, {"error": "Too many people or organisations fit; type more."})
    page = list((queue.after(rows, place) if place else rows)[: PAGE_LENGTH + 1])
    more = paging.text_of(page[PAGE_LENGTH - 1]) if len(page) > PAGE_LENGTH else ""
    return Status(200, {"applications": [_row(each) for each in page[:PAGE_LENGTH]], "next": more})


def _row(application: Application) -> dict[str, Any]:
    return {
        "id": application.public_id,
        "model": str(application.model),
        "state": application.state,
        "track": application.track,
        "applicant": person_name(application.applicant),
        "email": application.applicant.email,
        "organisation": str(application.organization or ""),
        "country": application.country,
        "tier_asked": application.tier_asked,
        "signals": application.flags,
        "sent_at": application.submitted_at,
        "promised_by": application.due_at,
        "reviewer": person_name(application.reviewer),
    }


def _whole(application: Application) -> dict[str, Any]:
    sent = selectors.answers_submitted(application)
    ticks = reviews.ticks_of(application, reviews.submission_number(application))
    items = reviews.checklist_of(application).items
    waits = application.state in WAITING_APPLICATION_STATES
    return {
        **_row(application),
        "answers": sent[0] if sent else {},
        "message": application.message,
        "checklist": {item.key: item.key in ticks for item in items},
        "needs_second_reviewer": reviews.why_second(application) if waits else "",
    }


def _found(user: User, public_id: UUID) -> Application | None:
    return permissions.reviewed_application(user, public_id)


@router.get(
    "/reviews/{public_id}", response={200: ReviewedApplication, **_PROBLEMS}, url_name="api_review"
)
def review_read(request: HttpRequest, public_id: UUID) -> Status[dict[str, Any]]:
    """Read one application with its answers. That it was read is kept."""
    user = _reviewer(request)
    if user is None:
        return Status(403, _NO_RIGHT)
    application = _found(user, public_id)
    if application is None:
        return Status(404, _UNKNOWN)
    services.note_look(actor=user, application=application)
    return Status(200, _whole(application))


def _act(
    request: HttpRequest, public_id: UUID, act: Callable[..., object], **given: object
) -> Status[dict[str, Any]]:
    """Do one act and return the application as it is then."""
    user = _reviewer(request)
    if user is None:
        return Status(403, _NO_RIGHT)
    application = _found(user, public_id)
    if application is None:
        return Status(404, _UNKNOWN)
    try:
        act(actor=user, application=application, **given)
    except Refused as refused:
        return Status(409, {"error": refused.sentence})
    changed = _found(user, public_id)
    return Status(200, _whole(changed)) if changed else Status(404, _UNKNOWN)


_DONE: dict[Any, Any] = {200: ReviewedApplication, **_PROBLEMS}


@router.post("/reviews/{public_id}/claim", response=_DONE, url_name="api_review_claim")
def review_claim(request: HttpRequest, public_id: UUID) -> Status[dict[str, Any]]:
    """Take an application, or an appeal, from the queue."""
    return _act(request, public_id, services.claim_application)


@router.post("/reviews/{public_id}/release", response=_DONE, url_name="api_review_release")
def review_release(request: HttpRequest, public_id: UUID) -> Status[dict[str, Any]]:
    """Put an application back in the queue."""
    return _act(request, public_id, services.release_claim)


@router.post("/reviews/{public_id}/checklist", response=_DONE, url_name="api_review_checklist")
def review_tick(request: HttpRequest, public_id: UUID, told: Ticked) -> Status[dict[str, Any]]:
    """Tick exactly these items."""
    return _act(request, public_id, services.tick_checklist, done=told.done)


@router.post("/reviews/{public_id}/return", response=_DONE, url_name="api_review_return")
def review_return(request: HttpRequest, public_id: UUID, told: Returned) -> Status[dict[str, Any]]:
    """Send an application back with questions, to be answered within some days."""
    return _act(request, public_id, services.return_application, **told.dict())


@router.post("/reviews/{public_id}/decline", response=_DONE, url_name="api_review_decline")
def review_decline(request: HttpRequest, public_id: UUID, told: Declined) -> Status[dict[str, Any]]:
    """Decline an application; the applicant reads the reason."""
    return _act(request, public_id, services.decline_application, reason=told.reason)


@router.post("/reviews/{public_id}/approve", response=_DONE, url_name="api_review_approve")
def review_approve(request: HttpRequest, public_id: UUID, told: Approved) -> Status[dict[str, Any]]:
    """Approve an application; with `grounds`, propose it where a second reviewer confirms."""
    given = told.dict(exclude={"grounds"})
    if timezone.is_naive(told.ends_at):
        given["ends_at"] = timezone.make_aware(told.ends_at)
    if told.grounds:
        return _act(request, public_id, services.propose_approval, **given, grounds=told.grounds)
    return _act(request, public_id, services.approve_application, **given)
