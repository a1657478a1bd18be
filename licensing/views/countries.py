"""Country tables: the one in force, another one and what it would change, former ones."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import ask_again
from boards.models import Board
from boards.tally import describe_rule
from common.countries import COUNTRIES
from common.errors import Refused
from common.plain_yaml import YamlProblem
from common.uploads import refused_files
from licensing import country_dry_run, permissions, services
from licensing.countries import Effect, StageEffects, Table, changes_between
from licensing.countries.table import GIVING
from licensing.country_forms import CountryTableForm
from licensing.models import CountryVersion
from licensing.permissions import (
    boards_with_countries,
    get_country_board_or_404,
    why_no_countries,
    why_no_countries_motion,
)
from licensing.selectors import countries
from licensing.shown import Data
from releases.choices import AccessMode

ACTS = ("tighten", "propose")
MOST_PROBLEMS = 30


@login_required
@require_safe
def country_list(request: HttpRequest) -> HttpResponse:
    """The boards whose table one may read; where it is one, that table."""
    boards = boards_with_countries(signed_in(request))
    if not boards:
        raise Http404
    if len(boards) == 1:
        return redirect("country_table", boards[0].slug)
    rows = [{"board": board, "version": countries.version_in_force(board)} for board in boards]
    return render(request, "licensing/country_list.html", {"rows": rows})


@login_required
@require_safe
def country_table(request: HttpRequest, slug: str) -> HttpResponse:
    """What counts now, what is to come, and what counted before."""
    user = signed_in(request)
    board = get_country_board_or_404(user, slug)
    versions = list(countries.versions_of(board))
    current = countries.version_in_force(board)
    table = countries.content_of(current.table if current else None)
    context = {
        "board": board,
        "current": current,
        "table": table,
        "stages": [_stage(mode, table) for mode in GIVING] if current else [],
        "versions": [_version_row(each, current) for each in versions],
        "motion": countries.open_change(board),
        "may_change": _may_change(user, board),
        "models": list(permissions.governed_models(user).filter(board=board).order_by("pk")),
    }
    return render(request, "licensing/country_table.html", context)


def _may_change(user: User, board: Board) -> bool:
    return not why_no_countries(user, board) or not why_no_countries_motion(user, board)


def _version_row(version: CountryVersion, current: CountryVersion | None) -> Data:
    if current is not None and version.pk == current.pk:
        state = "current"
    elif current is None or version.number > current.number:
        state = "scheduled"
    else:
        state = "superseded"
    return {"version": version, "state": state}


def _stage(mode: str, table: Table) -> Data:
    """Return what one kind of stage does, the strictest first, with groups by their names."""
    stage = table.at(mode)
    names = {group.slug: group.name for group in table.groups}
    lines = [
        {"effect": f"country_{effect.value}", "whom": _whom(stage, effect, names)}
        for effect in reversed(Effect)
    ]
    return {"label": AccessMode(mode).label, "lines": [line for line in lines if line["whom"]]}


def _whom(stage: StageEffects, effect: Effect, names: dict[str, str]) -> list[str]:
    by_group: dict[str, list[str]] = {}
    for code, each in stage.named:
        if each is effect:
            by_group.setdefault(stage.by.get(code, ""), []).append(COUNTRIES[code])
    own = by_group.pop("", [])
    words = [
        _("%(group)s: %(countries)s") % {"group": names[slug], "countries": ", ".join(members)}
        for slug, members in by_group.items()
    ]
    words += [", ".join(own)] if own else []
    words += [_("Whoever stated no country")] if stage.unknown is effect else []
    words += [_("Every other country")] if stage.everyone_else is effect else []
    return words


@login_required
@require_safe
def country_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version: its text, and what it changed against the one before."""
    board = get_country_board_or_404(request.user, slug)
    rows = {each.number: each for each in countries.versions_of(board)}
    version = rows.get(number)
    if version is None:
        raise Http404
    table = countries.content_of(version.table)
    former = rows.get(number - 1)
    context = {
        "board": board,
        "version": version,
        "table": table,
        "row": _version_row(version, countries.version_in_force(board)),
        "stages": [_stage(mode, table) for mode in GIVING],
        "former": former,
        "changes": changes_between(countries.content_of(former.table if former else None), table),
    }
    return render(request, "licensing/country_version.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def country_change(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what another table would change and for whom; then let it count, or ask the board."""
    user = signed_in(request)
    board = get_country_board_or_404(user, slug)
    if not _may_change(user, board):
        raise Http404
    current = countries.version_in_force(board)
    data = request.POST if request.method == "POST" else None
    form = CountryTableForm(
        data,
        request.FILES if data is not None else None,
        text=current.table.text if current else "",
        too_large=refused_files(request).get("file", []) if data is not None else (),
    )
    shown: Data = {}
    status = 200
    if data is not None and form.is_valid():
        try:
            shown = _preview(user, board, form)
            if data.get("act") in ACTS and data.get("seen") == shown["preview"].seen:
                asking = ask_again(request)
                if asking is not None:
                    return asking
                if done := _act(request, user, board, form):
                    return done
        except YamlProblem as problem:
            for each in problem.problems[:MOST_PROBLEMS]:
                form.add_error("text", each)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
    context = {
        "board": board,
        "form": form,
        "current": current,
        "rule": describe_rule(board.rule),
        "motion": countries.open_change(board),
        "cancel_url": reverse("country_table", args=[board.slug]),
        **shown,
    }
    return render(request, "licensing/country_change.html", context, status=status)


def _preview(user: User, board: Board, form: CountryTableForm) -> Data:
    """Say what the text would change, and for whom. Raises YamlProblem and Refused."""
    preview = services.preview_countries(
        board, form.cleaned_data["text"], form.cleaned_data["in_force_on"]
    )
    governed = permissions.governed_models(user).filter(board=board)
    return {
        "preview": preview,
        "changes": preview.changes,
        "effects": country_dry_run.count(
            board, preview.table, set(governed.values_list("pk", flat=True))
        ),
        "why_not_alone": why_no_countries(user, board),
        "why_no_motion": why_no_countries_motion(user, board),
    }


def _act(
    request: HttpRequest, user: User, board: Board, form: CountryTableForm
) -> HttpResponse | None:
    """Do what was asked for. Raises Refused."""
    proposes = request.POST["act"] == "propose"
    given = form.cleaned_data
    if not given["why"]:
        form.add_error("why", _("Say why; it is told to the board and kept."))
    if proposes and not given["legal"]:
        form.add_error("legal", _("Say what allows it; the board decides on that too."))
    if form.errors:
        return None
    common: dict[str, Any] = {
        "actor": user,
        "board": board,
        "text": given["text"],
        "in_force_at": given["in_force_on"],
    }
    if proposes:
        dossier = {"rationale": given["why"], "legal": given["legal"]}
        motion = services.propose_countries(dossier=dossier, **common)
        messages.success(request, _("The motion is before the board, and its vote is open."))
        return redirect("motion_detail", motion.public_id)
    version = services.tighten_countries(reason=given["why"], **common)
    messages.success(
        request,
        _("Version %(number)d is kept. The board and the staff of its models were told.")
        % {"number": version.number},
    )
    return redirect("country_table", board.slug)
