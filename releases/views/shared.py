"""What the views of this room share: the way back, and the page that says why not."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from boards.rules import describe_rule
from releases.ladder import EmergencyPlan
from releases.models import Model, Release

GET_OR_POST = ["GET", "HEAD", "POST"]


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: an empty submission is one, too."""
    return request.POST if request.method == "POST" else None


def fast_track_in_words(track: EmergencyPlan | None) -> dict[str, Any] | None:
    """Return what pages say of a fast track: its rule in sentences, and its times."""
    if track is None:
        return None
    return {
        "rule": describe_rule(track.rule),
        "voting_period": track.voting_period,
        "full_review": track.full_review,
    }


def refusal_page(request: HttpRequest, about: Model | Release, sentence: str) -> HttpResponse:
    """Say why an act is not possible, with the way back."""
    context = {
        "reason": sentence,
        "next_url": about.get_absolute_url(),
        "next_label": _("Back to %(about)s") % {"about": about},
    }
    return render(request, "409.html", context, status=409)
