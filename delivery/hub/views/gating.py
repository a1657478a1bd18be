"""Access requests: what a reviewer does from a program instead of the portal's pages."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse

from delivery.hub import reviewing
from delivery.hub.answering import Visit, hub_view
from delivery.hub.paging import page, page_length
from delivery.hub.problems import Problem, header_line, malformed
from delivery.refusals import absolute

MOST_REQUESTS = 100
_STATUSES = (reviewing.PENDING, reviewing.ACCEPTED, reviewing.REJECTED)


@hub_view("GET", "HEAD")
def access_requests(
    request: HttpRequest, visit: Visit, namespace: str, name: str, status: str
) -> JsonResponse:
    """List the applications that stand so."""
    _actor, model = reviewing.reviewer_and_model(visit, namespace, name)
    length = page_length(request, most=MOST_REQUESTS)
    cursor = request.GET.get("cursor", "")
    found = list(reviewing.applications(model, status, after=cursor)[: length + 1])
    entries = [reviewing.shape(each, status) for each in found[:length]]
    return page(request, entries, str(found[length - 1].pk) if len(found) > length else "")


@hub_view("POST")
def handle_access_request(
    request: HttpRequest, visit: Visit, namespace: str, name: str
) -> JsonResponse:
    """Accept, reject or put back an application, by the services of the portal's own pages."""
    actor, model = reviewing.reviewer_and_model(visit, namespace, name)
    asked = _body(request)
    status, reason = asked.get("status"), asked.get("rejectionReason") or ""
    if status not in _STATUSES or not isinstance(reason, str):
        raise malformed("status is accepted, rejected or pending; rejectionReason is a text.")
    application = reviewing.find_application(model, asked)
    notice = reviewing.decide(actor, application, status, reason)
    response = JsonResponse({"requestId": str(application.public_id), "status": status})
    if notice:
        response["X-HF-Warning"] = f"review; {header_line(notice)}"
    return response


@hub_view("POST")
def grant_access(_request: HttpRequest, visit: Visit, namespace: str, name: str) -> JsonResponse:
    """Refuse: nobody is let in here whom nobody has vetted."""
    _actor, model = reviewing.reviewer_and_model(visit, namespace, name)
    raise Problem(
        403,
        "Nobody is given access without an application. Ask them to apply: "
        f"{absolute(model.get_absolute_url())}",
    )


@hub_view("PUT")
def change_settings(_request: HttpRequest, visit: Visit, namespace: str, name: str) -> JsonResponse:
    """Refuse: the stage of a release is its board's to decide."""
    _actor, model = reviewing.reviewer_and_model(visit, namespace, name)
    raise Problem(
        403,
        "Who may have a release follows from its stage, which the model's board decides: "
        f"{absolute(model.get_absolute_url())}",
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body)
        # Half a surrogate pair is JSON, and no text that a database or an answer can hold.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("The body must be JSON, and its texts Unicode.") from None
    if not isinstance(data, dict):
        raise malformed("The body must be a JSON object.")
    return data
