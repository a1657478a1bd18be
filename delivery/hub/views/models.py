"""Models: the list of them, each one, its revisions and commits, and whether one may download."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, JsonResponse

from delivery.hub import shapes, trees
from delivery.hub.answering import Visit, hub_view
from delivery.hub.cards import CARD, card_data
from delivery.hub.paging import flag, page, page_length
from delivery.hub.problems import Problem, malformed
from delivery.hub.refusing import refusal
from delivery.hub.repos import MAIN, Repo, open_repo, open_repos
from delivery.hub.rows import known_releases
from delivery.services import foreseen
from releases.models import Artifact, Model

MOST_MODELS = 100
# A longer list of files is left out; clients then read the tree, which has pages.
MOST_SIBLINGS = 10_000
# Narrowing that is not offered would, if it were ignored, show what was not asked for.
_NOT_OFFERED = ("filter", "pipeline_tag", "apps", "inference_provider", "num_parameters")


@hub_view("GET", "HEAD")
def model_list(request: HttpRequest, visit: Visit) -> JsonResponse:
    """List the models that the caller may see, newest first. A page may show fewer than asked."""
    for name in _NOT_OFFERED:
        if request.GET.get(name):
            raise malformed(f"Models are found here by author, search and gated, not by {name}.")
    length = page_length(request, most=MOST_MODELS)
    found = list(_wanted_models(request)[: length + 1])
    repos = open_repos(visit, known_releases().filter(model__in=found[:length]))
    repos.sort(key=lambda repo: -repo.model.pk)
    entries = [shapes.model(repo, repo.main) for repo in repos]
    gated = request.GET.get("gated", "").lower()
    if gated:
        is_wanted = gated in {"1", "true"}
        entries = [entry for entry in entries if bool(entry["gated"]) == is_wanted]
    return page(request, entries, str(found[length - 1]) if len(found) > length else "")


def _wanted_models(request: HttpRequest) -> "QuerySet[Model, int]":
    models = Model.objects.order_by("-pk").values_list("pk", flat=True)
    author, search = request.GET.get("author", ""), request.GET.get("search", "")
    cursor = request.GET.get("cursor", "")
    if "\x00" in author + search:
        return models.none()
    if author:
        models = models.filter(namespace=author)
    for word in search.split()[:8]:
        models = models.filter(Q(namespace__icontains=word) | Q(name__icontains=word))
    if cursor.isascii() and cursor.isdigit():
        models = models.filter(pk__lt=int(cursor[:18]))
    return models


@hub_view("GET", "HEAD")
def model_info(
    request: HttpRequest, visit: Visit, namespace: str, name: str, revision: str = MAIN
) -> JsonResponse:
    """Describe a model at a revision to whoever may see it, as the Hub does of gated ones."""
    repo = open_repo(visit, namespace, name)
    release = repo.at(revision)
    info = shapes.model(repo, release)
    files = list(Artifact.objects.filter(release=release).order_by("path")[: MOST_SIBLINGS + 1])
    if len(files) <= MOST_SIBLINGS:
        info["siblings"] = shapes.siblings(files, blobs=flag(request, "blobs"))
        card = next((each for each in files if each.path == CARD), None)
    else:
        card = trees.files_at(release, [CARD]).get(CARD)
    data = card_data(card) if card is not None and _may_leave(repo, card) else None
    if data is not None:
        info["cardData"] = data
    return JsonResponse(info)


def _may_leave(repo: Repo, card: Artifact) -> bool:
    """Tell whether bytes of the card may be shown: whole ones, and while no hold stops all."""
    denials = repo.downloads[card.release_id].denials
    return not card.damage and all(denial.rule != "hold" for denial in denials)


@hub_view("GET", "HEAD")
def references(_request: HttpRequest, visit: Visit, namespace: str, name: str) -> JsonResponse:
    """List main and, as tags, the releases that the caller may see."""
    return JsonResponse(shapes.references(open_repo(visit, namespace, name)))


@hub_view("GET", "HEAD")
def commits(
    _request: HttpRequest, visit: Visit, namespace: str, name: str, revision: str
) -> JsonResponse:
    """List the release that a revision names and those before it, each as one commit."""
    repo = open_repo(visit, namespace, name)
    last = repo.at(revision)
    entries = [shapes.commit(each) for each in repo.releases if each.pk <= last.pk]
    return JsonResponse(entries, safe=False)


@hub_view("GET", "HEAD")
def auth_check(_request: HttpRequest, visit: Visit, namespace: str, name: str) -> JsonResponse:
    """Say whether the caller may download main now, and if not, why."""
    repo = open_repo(visit, namespace, name)
    main = repo.main
    verdict = foreseen(repo.downloads[main.pk], 1, visit.caller.context.now)
    if not verdict.allowed:
        raise refusal(visit.caller, main, verdict)
    return JsonResponse({"ok": True})


@hub_view("GET", "HEAD")
def auth_check_write(
    _request: HttpRequest, visit: Visit, namespace: str, name: str
) -> JsonResponse:
    """Say that nobody writes through this API."""
    open_repo(visit, namespace, name)
    raise Problem(403, "Nothing is uploaded through this API. Releases are taken in by ingest.")
