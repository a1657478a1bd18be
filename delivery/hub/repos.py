"""Models as repositories: which releases a caller may know of, and which one a revision names."""

from collections.abc import Iterable
from dataclasses import dataclass

from delivery.hub import problems
from delivery.hub.answering import Visit
from delivery.hub.refusing import refusal
from delivery.hub.rows import COMMIT_LENGTH, file_at, releases_named
from licensing.facts import Verdict, VerdictAction
from licensing.verdict import decide, decide_all
from releases.choices import ReleaseState
from releases.models import Artifact, Model, Release

MAIN = "main"
_REFERENCES = ("refs/heads/", "refs/tags/")


def commit_of(release: Release) -> str:
    """Return the commit id of a release: the first 40 characters of its digest."""
    return (release.digest or "")[:COMMIT_LENGTH]


@dataclass(frozen=True)
class Repo:
    """A model, and of its releases those that the caller may know of, the newest first."""

    releases: list[Release]
    downloads: dict[int, Verdict]

    @property
    def model(self) -> Model:
        """Return the model."""
        return self.releases[0].model

    @property
    def main(self) -> Release:
        """Return the newest release that the caller may download.

        Without one it is the newest that they may see, so that its refusal says what is missing.
        """
        downloadable = [each for each in self.releases if self.downloads[each.pk].allowed]
        sealed = [each for each in self.releases if each.state == ReleaseState.SEALED]
        return (downloadable or sealed or self.releases)[0]

    def at(self, revision: str) -> Release:
        """Return the release that a revision names. Raises Problem."""
        name = bare(revision)
        if name == MAIN:
            return self.main
        for release in self.releases:
            if name in (release.version, release.digest, commit_of(release)):
                return release
        raise problems.revision_not_found(revision)

    def require_download(self, visit: Visit, release: Release) -> None:
        """Raise the refusal where the caller may see the release and not have its files."""
        verdict = self.downloads[release.pk]
        if not verdict.allowed:
            raise refusal(visit.caller, release, verdict)


def bare(revision: str) -> str:
    """Return a revision without the prefix of a full reference."""
    for prefix in _REFERENCES:
        revision = revision.removeprefix(prefix)
    return revision


def open_repo(visit: Visit, namespace: str, name: str) -> Repo:
    """Return a model as the caller may see it, in four queries. Raises Problem."""
    found = releases_named(visit.caller.subject, namespace, name)
    repos = open_repos(visit, found)
    if not repos:
        raise hidden(visit)
    visit.note_end(repos[0].model, found[0].access_ended)
    return repos[0]


def open_repos(visit: Visit, found: Iterable[Release]) -> list[Repo]:
    """Return the models of these releases of which the caller may see any, in three queries."""
    found = list(found)
    if not found:
        return []
    caller = visit.caller
    actions = (VerdictAction.SEE, VerdictAction.DOWNLOAD)
    verdicts = decide_all(caller.subject, found, actions, caller.context)
    visible: dict[int, list[Release]] = {}
    for release in found:
        if verdicts[release.pk][VerdictAction.SEE].allowed:
            visible.setdefault(release.model_id, []).append(release)
    return [
        Repo(each, {release.pk: verdicts[release.pk][VerdictAction.DOWNLOAD] for release in each})
        for each in visible.values()
    ]


def hidden(visit: Visit) -> problems.Problem:
    """Return the answer about a model that the caller may not know of."""
    return problems.repo_not_found(with_token=visit.caller.token is not None)


@dataclass(frozen=True)
class FoundFile:
    """A file, and the verdict on its download where finding the file took one: then it is yes."""

    artifact: Artifact
    verdict: Verdict | None = None


def find_file(visit: Visit, namespace: str, name: str, revision: str, path: str) -> FoundFile:
    """Return the file that a resolve address names. Raises Problem.

    One query where the revision names a release; whether the caller may have the file, or know
    of it, is not judged then. Which release is main follows from the verdicts on all of them.
    """
    subject = visit.caller.subject
    if bare(revision) != MAIN:
        artifact = file_at(subject, namespace, name, bare(revision), path)
        if artifact is not None:
            visit.note_end(artifact.release.model, artifact.access_ended)
            return FoundFile(artifact)
    repo = open_repo(visit, namespace, name)
    release = repo.at(revision)
    # As at the Hub: who may not have the files is told so, whichever file they ask for.
    repo.require_download(visit, release)
    artifact = file_at(subject, namespace, name, commit_of(release), path)
    if artifact is None:
        raise problems.entry_not_found(path, commit_of(release))
    return FoundFile(artifact, repo.downloads[release.pk])


def refuse_file(
    visit: Visit, release: Release, revision: str, verdict: Verdict
) -> problems.Problem:
    """Return what answers a file that may not leave; its release may be one to hide."""
    caller = visit.caller
    if decide(caller.subject, release, VerdictAction.SEE, caller.context).allowed:
        return refusal(caller, release, verdict)
    visit.farewell = ""
    open_repo(visit, release.model.namespace, release.model.name)
    return problems.revision_not_found(revision)
