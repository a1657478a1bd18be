"""Grants as pages: for those who hold and use them, and for the staff who govern them."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import signed_in
from audit.selectors import Entry, timeline
from licensing import duty_words, foresight, permissions, selectors, shown, summary
from licensing import scope as scopes
from licensing.application_form import scope_asked
from licensing.circumstances import context_of
from licensing.facts import MODE_OF, Outcome, Verdict, VerdictAction
from licensing.forms import NamedUserForm
from licensing.models import (
    LIVE_GRANT_STATES,
    Admission,
    Grant,
    GrantState,
    Mode,
    OwedDuty,
    Suspension,
)
from licensing.panels import panels
from licensing.selectors import explaining, holder_name, mode_names, person_name, suspensions
from licensing.selectors.duties import duties_of_grant
from licensing.shown import Data
from licensing.verdict import Context, decide_all
from releases.choices import AccessMode
from releases.models import Release

PAGE_LENGTH = 25
SHOWN_DUTIES = 10
USES = (VerdictAction.DOWNLOAD, VerdictAction.USE_API)


@login_required
@require_safe
def grant_list(request: HttpRequest) -> HttpResponse:
    """My grants as cards: the verdict in one sentence, and the one next step."""
    user = signed_in(request)
    grants, next_url = _page(request, selectors.grants_of(user))
    models = {grant.model_id for grant in grants}
    releases = list(
        Release.objects.filter(model__in=models, state="sealed")
        .exclude(stage__access_mode="none")
        .select_related("model", "stage")
        .order_by("-pk")
    )
    verdicts = _verdicts(request, user, releases)
    cards = [
        _card(grant, [each for each in releases if each.model_id == grant.model_id], verdicts)
        for grant in grants
    ]
    return render(request, "licensing/grant_list.html", {"cards": cards, "next_url": next_url})


def _context(request: HttpRequest) -> Context:
    return context_of(request)


Verdicts = dict[int, dict[VerdictAction, Verdict]]


def _verdicts(request: HttpRequest, user: User, releases: list[Release]) -> Verdicts:
    context = _context(request)
    verdicts = decide_all(user, releases, USES, context) if releases else {}
    return {key: foresight.foreseen(each, context.now) for key, each in verdicts.items()}


def _page(request: HttpRequest, grants: QuerySet[Grant]) -> tuple[list[Grant], str]:
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        grants = grants.filter(pk__lt=int(before[:18]))
    page = list(grants[: PAGE_LENGTH + 1])
    more = ""
    if len(page) > PAGE_LENGTH:
        query = request.GET.copy()
        query["before"] = str(page[PAGE_LENGTH - 1].pk)
        more = f"?{query.urlencode()}"
    return page[:PAGE_LENGTH], more


def _card(grant: Grant, releases: list[Release], verdicts: Verdicts) -> Data:
    url = reverse("grant_detail", args=[grant.public_id])
    best = _best(grant, releases, verdicts)
    card: Data = {
        "title": str(grant.model),
        "url": url,
        "status": grant.state,
        "facts": [
            {"label": _("Held by"), "value": holder_name(grant)},
            {"label": _("Access"), "value": mode_names(grant)},
            {"label": _("Runs until"), "value": date_format(grant.ends_at, "j M Y")},
        ],
        "text": _("No release of this model is open to this grant at present."),
        "next": None,
    }
    if grant.state not in LIVE_GRANT_STATES:
        card["text"] = grant.state_reason or _("This grant has ended.")
    elif best is not None:
        release, verdict = best
        card["text"] = f"{release.version}: {verdict.sentence}"
        if any(check.rule == "suspension" for check in verdict.denials):
            card["status"] = GrantState.SUSPENDED
        if verdict.allowed:
            card["next"] = {"url": url, "label": _("See what you can use")}
        elif verdict.next_step:
            step = verdict.next_step
            waits = step.state is Outcome.WAITING
            label = _("See where it stands") if waits else step.remedy.rstrip(".")
            card["next"] = {"url": step.remedy_url, "label": label}
    return card


def _best(
    grant: Grant, releases: list[Release], verdicts: Verdicts
) -> tuple[Release, Verdict] | None:
    """Return the release on which the grant is closest to a yes, and its verdict."""
    found = [
        (release, verdicts[release.pk][action])
        for release in releases
        for action in USES
        if MODE_OF[action] in grant.modes
    ]
    # Of two that are as close, the weights count more than the API.
    return min(
        found,
        key=lambda pair: (len(pair[1].denials), USES.index(pair[1].action)),
        default=None,
    )


@login_required
@require_safe
def grant_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the grant allows, whether it works now, who is named, and what happened."""
    user = signed_in(request)
    grant, standing = permissions.get_grant_or_404(user, public_id)
    live = grant.state in LIVE_GRANT_STATES
    releases = selectors.outward_releases(grant.model)
    governs, suspended = standing.governs, grant.state == GrantState.SUSPENDED
    stopping = _selections(user, grant, governs=governs) if live else []
    brakes = set(permissions.banning_models(user).values_list("pk", flat=True)) if governs else ()
    places = list(grant.admissions.select_related("release", "stage").order_by("-pk")[:20])
    entries = timeline(grant)
    duties = list(duties_of_grant(grant)[:SHOWN_DUTIES])
    used = _verdicts_on(request, user, grant, releases) if standing.uses else []
    context = {
        "grant": grant,
        "holder": holder_name(grant),
        "modes": mode_names(grant),
        "sentences": summary.sentences(selectors.granted(grant)),
        "turn": _turn(grant, used, stopping, places, entries, duties) if standing.uses else None,
        "can_amend": standing.keeps
        and live
        and not suspended
        and not stopping
        and grant.application_id is not None,
        "comparison": _comparison(grant),
        "releases": used,
        "is_user": standing.uses,
        "named": _named(grant, standing.named, releases if governs else []),
        "can_name": standing.keeps and live and grant.organization_id is not None,
        "can_relinquish": standing.keeps and live and grant.state != "suspended",
        "can_suspend": governs and live and not suspended,
        "can_lift": suspended and permissions.can_lift(user, grant),
        "waits_for_second": governs and grant.suspended_by_id == user.pk,
        "can_revoke": governs and live,
        "can_set_volume": governs and live and Mode.WEIGHTS in grant.modes,
        "ban_url": _ban_url(grant) if brakes else "",
        "selection_url": _organization_url(grant) if live and grant.model_id in brakes else "",
        "selections": stopping,
        "status": _status(grant, stopping),
        "duties": [duty_words.row(duty) for duty in duties],
        "panels": panels(user, grant, standing),
        "places": places,
        "entries": shown.timeline(entries),
        "form": NamedUserForm(),
    }
    return render(request, "licensing/grant_detail.html", context)


def _turn(
    grant: Grant,
    used: list[Data],
    stopping: list[Data],
    places: list[Admission],
    entries: list[Entry],
    duties: list[OwedDuty],
) -> Data:
    """Return whose turn it is; whose terms a grant waits for stands where it is explained."""
    return shown.turn(
        explaining.turn_of_grant(
            grant,
            verdicts=[line["verdict"] for each in used for line in each["lines"]],
            stopping=[each["suspension"] for each in stopping],
            changed_at=explaining.grant_changed_at(grant, entries, places),
            owed=duty_words.owed(duties),
        )
    )


def _selections(user: User, grant: Grant, *, governs: bool) -> list[Data]:
    """Return the suspensions of several grants that stop this one; for staff with the way out."""
    sees = governs and permissions.can_see_bans(user)
    return [
        {
            "suspension": each,
            "stages": _stages(each),
            "url": reverse("suspension_detail", args=[each.public_id]) if sees else "",
            "let_out_url": reverse("suspension_let_out", args=[each.public_id, grant.public_id])
            if governs and not permissions.why_not_left_out(user, each, grant)
            else "",
        }
        for each in suspensions.suspensions_of(grant)
    ]


def _stages(suspension: Suspension) -> str:
    names = dict(AccessMode.choices)
    return ", ".join(str(names[mode]) for mode in suspension.access_modes)


def _status(grant: Grant, stopping: list[Data]) -> str:
    """Return the grant's state, which a suspension that counts at every stage hides."""
    everywhere = any(not each["stages"] for each in stopping)
    return GrantState.SUSPENDED.value if everywhere else grant.state


def selection_url(**chosen: str) -> str:
    """Return where a selection of grants is suspended, with some of it chosen already."""
    return f"{reverse('suspension_new')}?{urlencode(chosen)}"


def _organization_url(grant: Grant) -> str:
    """Return where whoever may do so suspends every grant of the organisation on the model."""
    organization = grant.organization
    if organization is None:
        return ""
    return selection_url(model=str(grant.model), organization=organization.slug, every_model="on")


def _ban_url(grant: Grant) -> str:
    """Return where whoever may do so bans the holder: the brake is never far."""
    if grant.organization is not None:
        page = reverse("ban_organization", args=[grant.organization.slug])
    elif grant.person is not None and grant.person.is_active:
        page = reverse("ban_person", args=[grant.person.pseudonym])
    else:
        return ""
    return f"{page}?{urlencode({'model': str(grant.model)})}"


def _named(grant: Grant, users: list[User], releases: list[Release]) -> list[Data]:
    """Return the named users; for staff with a link to every rule about each of them."""
    base = reverse("grant_explain", args=[grant.public_id]) if releases else ""
    return [
        {
            "user": user,
            "name": person_name(user),
            "explain_url": f"{base}?for={user.pseudonym}" if base else "",
        }
        for user in users
    ]


def _comparison(grant: Grant) -> list[scopes.Difference]:
    if grant.application is None or not grant.scope:
        return []
    try:
        asked = scope_asked(grant.application.answers)
    except ValueError:
        return []
    return scopes.compare(asked, scopes.parse_scope(grant.scope))


def _verdicts_on(
    request: HttpRequest, user: User, grant: Grant, releases: list[Release]
) -> list[Data]:
    verdicts = _verdicts(request, user, releases)
    actions = [action for action in USES if MODE_OF[action] in grant.modes]
    return [
        {
            "release": release,
            "stage": release.stage,
            "explain": reverse(
                "explain", args=[grant.model.namespace, grant.model.name, release.version]
            ),
            "lines": [
                {
                    "name": shown.ACTION_NAMES[action],
                    "verdict": verdicts[release.pk][action],
                    "step": verdicts[release.pk][action].next_step,
                }
                for action in actions
            ],
        }
        for release in releases
    ]
