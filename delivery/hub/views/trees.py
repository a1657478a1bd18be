"""The files of a release. As at the Hub, who may not have the files may not list them here."""

from django.http import HttpRequest, JsonResponse

from delivery.hub import shapes, trees
from delivery.hub.answering import Visit, hub_view
from delivery.hub.paging import flag, page, page_length
from delivery.hub.problems import entry_not_found, malformed
from delivery.hub.repos import commit_of, open_repo
from releases.models import Release

PAGE_LENGTH = 1000
# Django reads 1000 fields of a form, of which expand is one.
MOST_PATHS = 900
# Each costs a look at all paths of the release.
MOST_DIRECTORIES = 50


@hub_view("GET", "HEAD")
def tree(
    request: HttpRequest, visit: Visit, namespace: str, name: str, revision: str, path: str = ""
) -> JsonResponse:
    """List a directory, with `recursive` all that is below it."""
    release = _downloadable(visit, namespace, name, revision)
    directory = path.strip("/")
    cursor = request.GET.get("cursor", "")
    if "\x00" in directory + cursor:
        raise entry_not_found(path, commit_of(release))
    listing = trees.everything if flag(request, "recursive") else trees.children
    length = page_length(request, most=PAGE_LENGTH)
    entries, next_cursor = listing(release, directory, cursor, length)
    if directory and not entries and not cursor:
        raise entry_not_found(directory, commit_of(release))
    expand = flag(request, "expand")
    return page(request, [_shape(release, each, expand=expand) for each in entries], next_cursor)


@hub_view("POST")
def paths_info(
    request: HttpRequest, visit: Visit, namespace: str, name: str, revision: str
) -> JsonResponse:
    """Describe those of some paths that are files or directories of the release."""
    release = _downloadable(visit, namespace, name, revision)
    paths = dict.fromkeys(each.strip("/") for each in request.POST.getlist("paths"))
    wanted = [each for each in paths if each and "\x00" not in each]
    if len(wanted) > MOST_PATHS:
        raise malformed(f"Ask for {MOST_PATHS} paths at once at most.")
    files = trees.files_at(release, wanted)
    others = [each for each in wanted if each not in files]
    if len(others) > MOST_DIRECTORIES:
        raise malformed(
            f"More than {MOST_DIRECTORIES} of these paths are not files. Ask for fewer of them."
        )
    directories = trees.directories_at(release, others)
    found = [files.get(each, each) for each in wanted if each in files or each in directories]
    expand = request.POST.get("expand", "").lower() in {"1", "true"}
    return JsonResponse([_shape(release, each, expand=expand) for each in found], safe=False)


def _downloadable(visit: Visit, namespace: str, name: str, revision: str) -> Release:
    repo = open_repo(visit, namespace, name)
    release = repo.at(revision)
    repo.require_download(visit, release)
    return release


def _shape(release: Release, entry: trees.Entry, *, expand: bool) -> shapes.Data:
    last_commit = shapes.last_commit(release) if expand else None
    if isinstance(entry, str):
        return shapes.directory(release, entry, last_commit)
    return shapes.file(entry, last_commit)
