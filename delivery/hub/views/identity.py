"""Who one is, and what the command line asks before anything else."""

import re

from django.http import HttpRequest, JsonResponse

from accounts.models import PersonalToken, User
from accounts.selectors import organizations_of
from delivery.hub.answering import Visit, hub_view
from delivery.hub.problems import token_needed
from delivery.hub.shapes import instant

# `hf auth login` keeps the token under its name as the section of an INI file.
_UNFIT_FOR_SECTION = re.compile(r"[^\w .@-]", re.ASCII)


@hub_view("GET", "HEAD")
def whoami(_request: HttpRequest, visit: Visit) -> JsonResponse:
    """Say whose token this is."""
    token, person = visit.caller.token, visit.caller.subject
    if token is None or not isinstance(person, User):
        raise token_needed("Show a token to learn whose it is: Authorization: Bearer slu_...")
    orgs = [
        {"type": "org", "name": each.slug, "fullname": each.name}
        for each in organizations_of(person).order_by("slug")
    ]
    return JsonResponse(
        {
            "type": "user",
            "id": str(person.pseudonym),
            "name": person.email,
            "fullname": str(person),
            "email": person.email,
            "emailVerified": True,
            "orgs": orgs,
            "auth": {"type": "access_token", "accessToken": _access_token(token)},
        }
    )


def _access_token(token: PersonalToken) -> dict[str, str | None]:
    return {
        "displayName": _UNFIT_FOR_SECTION.sub("-", token.name),
        # The Hub knows read and write; nothing is written here but by reviews.
        "role": "read",
        "createdAt": instant(token.created_at),
    }


@hub_view("GET", "HEAD")
def agent_harnesses(_request: HttpRequest, _visit: Visit) -> JsonResponse:
    """Know none. Without this answer the command line asks again each time it runs."""
    response = JsonResponse({"standardEnvVars": [], "harnesses": {}})
    response["Cache-Control"] = "public, max-age=86400"
    return response
