"""The first screen of whoever is signed in: what waits for them, then their own things."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from licensing.circumstances import context_of
from portal import cards
from portal import dashboard as reading
from portal.viewer import viewer


@require_safe
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the parts that concern this person; nobody chooses a kind of user."""
    person = viewer(request)
    board = reading.read(signed_in(request), person, context_of(request))
    page = {
        "waiting": cards.waiting(board),
        "access": [cards.access_card(grant, board) for grant in board.grants],
        "applications": [cards.application_card(each) for each in board.applications],
        "queue": cards.queue_metrics(board),
        "releases": [cards.release_card(each, board) for each in board.staff_releases()],
        "is_reviewer": any("review_application" in each for each in person.rights.values()),
        "is_staff": bool(person.rights or person.boards),
        "operation": cards.operation_metrics(board.now) if person.is_operator else [],
    }
    return render(request, "portal/dashboard.html", page)
