"""The files themselves, and what is not to be found under /hf/."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from delivery.choices import Way
from delivery.hub.answering import Visit, hub_view
from delivery.hub.problems import Problem
from delivery.hub.repos import commit_of, find_file, hidden, refuse_file
from delivery.serving import serve
from licensing.facts import Verdict

_UNAVAILABLE = 503
_REPOSITORIES = ("api/models/", "api/datasets", "api/spaces/", "datasets/", "spaces/")


@hub_view("GET", "HEAD")
def resolve(
    request: HttpRequest, visit: Visit, namespace: str, name: str, revision: str, path: str
) -> HttpResponseBase:
    """Send a file or one range of it, or say what a HEAD asks for."""
    found = find_file(visit, namespace, name, revision, path)
    artifact = found.artifact

    def refuse(verdict: Verdict) -> HttpResponseBase:
        raise refuse_file(visit, artifact.release, revision, verdict)

    response = serve(
        request, visit.caller, artifact, refuse=refuse, way=Way.HUB, verdict=found.verdict
    )
    if isinstance(response, HttpResponse) and response.status_code == _UNAVAILABLE:
        # What it says is for a person, and a HEAD has headers only.
        headers = {"Retry-After": response["Retry-After"]}
        raise Problem(_UNAVAILABLE, response.content.decode().strip(), headers=headers)
    response["X-Repo-Commit"] = commit_of(artifact.release)
    return response


@hub_view("GET", "HEAD", "POST", "PUT", "DELETE")
def nothing_here(request: HttpRequest, visit: Visit, path: str) -> JsonResponse:
    """Answer every other address: repositories of other kinds, uploads, what is not offered."""
    if request.method not in ("GET", "HEAD"):
        raise Problem(403, "Nothing is uploaded through this API. Releases are taken in by ingest.")
    if path.startswith("api/datasets"):
        raise Problem(404, "There are no datasets here, only models.", code="RepoNotFound")
    if path.startswith(_REPOSITORIES) or "/resolve/" in path:
        raise hidden(visit)
    raise Problem(404, "The Hub's API is offered here in part; this address is not.")
