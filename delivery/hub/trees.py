"""The files of a release as a tree, page by page, however many there are.

Paths are ordered by their bytes (collation "C"), under which all paths of a directory stand
together; the cursor is the last path of the page before.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Collate, Substr

from releases.models import Artifact, Release

# A file, or the path of a directory.
Entry = Artifact | str


class SplitPart(Func):
    """The n-th of the parts of a text between separators."""

    function = "SPLIT_PART"
    output_field = TextField()


def below(release: Release, directory: str) -> QuerySet[Artifact]:
    """Return the files of a release in a directory and below it."""
    files = Artifact.objects.filter(release=release)
    return files.filter(path__startswith=f"{directory}/") if directory else files


def everything(
    release: Release, directory: str, cursor: str, length: int
) -> tuple[list[Entry], str]:
    """Return the files and directories below a directory, and where the next page begins.

    A page has `length` files at most; each directory comes before the first file in it.
    """
    by_bytes = Collate("path", "C")
    files = below(release, directory).annotate(ordered=by_bytes).filter(ordered__gt=cursor)
    found = list(files.order_by("ordered")[: length + 1])
    page = found[:length]
    entries: list[Entry] = []
    before = cursor
    for artifact in page:
        entries += _new_directories(artifact.path, before, directory)
        entries.append(artifact)
        before = artifact.path
    return entries, before if len(found) > length else ""


def _new_directories(path: str, before: str, root: str) -> Iterator[str]:
    """Yield the directories that a path lies in and the path before it does not."""
    start = len(root) + 1 if root else 0
    end = path.find("/", start)
    while end != -1:
        if not before.startswith(path[: end + 1]):
            yield path[:end]
        end = path.find("/", end + 1)


def children(release: Release, directory: str, cursor: str, length: int) -> tuple[list[Entry], str]:
    """Return what stands directly in a directory, and where the next page begins."""
    start = len(directory) + 1 if directory else 0
    names = (
        below(release, directory)
        .annotate(child=Collate(SplitPart(Substr("path", start + 1), Value("/"), Value(1)), "C"))
        .filter(child__gt=cursor)
        .order_by("child")
        .values_list("child", flat=True)
        .distinct()
    )
    found = list(names[: length + 1])
    page = found[:length]
    prefix = f"{directory}/" if directory else ""
    files = files_at(release, (prefix + name for name in page))
    entries: list[Entry] = [files.get(prefix + name, prefix + name) for name in page]
    return entries, page[-1] if len(found) > length else ""


def files_at(release: Release, paths: Iterable[str]) -> dict[str, Artifact]:
    """Return the files of a release at these paths."""
    found = Artifact.objects.filter(release=release, path__in=list(paths))
    return {artifact.path: artifact for artifact in found}


def directories_at(release: Release, paths: Iterable[str]) -> set[str]:
    """Return which of these paths are directories."""
    wanted = list(paths)
    if not wanted:
        return set()
    inside = Q()
    for path in wanted:
        inside |= Q(path__startswith=f"{path}/")
    found = Artifact.objects.filter(inside, release=release).values_list("path", flat=True)
    return {path for path in wanted if any(each.startswith(f"{path}/") for each in found)}
