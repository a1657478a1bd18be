"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.demo import ACCOUNTS, PASSWORD
from portal.staff_second_factor import lacks_second_factor
from portal.viewer import Viewer, viewer
from releases.choices import Right


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the names that base.html asks for."""
    context: dict[str, Any] = {
        "instance_name": settings.INSTANCE_NAME,
        "instance_version": settings.VERSION,
        "nav_places": [_place(request, _("Models"), reverse("home"))],
        "footer_places": _footer(),
        "demo_mode": settings.DEMO,
    }
    person = viewer(request)
    if person.user:
        context["nav_places"] += _places(request, person)
        context["person_places"] = _person_places(person)
        context["notifications_url"] = reverse("account_notifications")
        context["unread_count"] = person.unread
    if settings.DEMO:
        context["staff_without_second_factor"] = lacks_second_factor(request)
        context |= {
            "demo_mail_url": reverse("demo_mail"),
            "demo_accounts": [
                {"email": account.email, "role": account.role} for account in ACCOUNTS
            ],
            "demo_password": PASSWORD,
        }
    return context


def _places(request: HttpRequest, person: Viewer) -> list[dict[str, Any]]:
    places = [
        _place(request, _("Dashboard"), reverse("dashboard")),
        _place(request, _("Applications"), reverse("application_list")),
        _place(request, _("Grants"), reverse("grant_list")),
    ]
    if person.models_with(Right.REVIEW_APPLICATION):
        places.append(_place(request, _("Reviews"), reverse("review_queue")))
    if person.models_with(Right.REVIEW_APPLICATION) or person.models_with(Right.PLACE_HOLD):
        places.append(_place(request, _("Screening"), reverse("screening_queue")))
    if person.boards:
        places.append(_place(request, _("Boards"), reverse("board_list")))
    if person.boards or person.models_with(Right.PLACE_HOLD):
        places.append(_place(request, _("Suspensions"), reverse("suspension_list")))
        places.append(_place(request, _("Bans"), reverse("ban_list")))
    if person.boards or person.rights or person.is_operator:
        places.append(_place(request, _("Countries"), reverse("country_list")))
    if person.is_operator:
        places.append(_place(request, _("Operation"), reverse("operator")))
        places.append(_place(request, _("Lists"), reverse("screening_lists")))
    # An address below another is the place of the longer one alone.
    here = max((len(place["url"]) for place in places if place["current"]), default=0)
    return [
        {**place, "current": place["current"] and len(place["url"]) == here} for place in places
    ]


def _place(request: HttpRequest, label: str, url: str) -> dict[str, Any]:
    here = request.path == url or (url != "/" and request.path.startswith(url))
    if url == "/":
        here = here or request.path.startswith("/models/")
    return {"label": label, "url": url, "current": here}


def _person_places(person: Viewer) -> list[dict[str, str]]:
    places = [
        {"label": _("Your account"), "url": reverse("account_home")},
        {"label": _("Organisations"), "url": reverse("account_organizations")},
        {"label": _("Tokens"), "url": reverse("account_tokens")},
        {"label": _("Downloads"), "url": reverse("my_downloads")},
    ]
    if person.rights or person.boards:
        places.append({"label": _("Comparable models"), "url": reverse("comparable_list")})
    return places


def _footer() -> list[dict[str, str]]:
    return [
        {"label": _("Terms"), "url": reverse("terms_list")},
        {"label": _("Safety research"), "url": reverse("safety_research")},
        {"label": _("Taxonomy of controls"), "url": reverse("taxonomy")},
        {"label": _("API description"), "url": reverse("api:openapi-json")},
    ]
