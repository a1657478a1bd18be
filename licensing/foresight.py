"""What the rooms above will refuse all the same, for pages that say what is allowed."""

from collections.abc import Callable, Mapping
from datetime import datetime

from licensing.facts import Verdict, VerdictAction

Verdicts = dict[VerdictAction, Verdict]
# Called with a verdict on a download and the time of it; returns it, or one that says no.
Foreseer = Callable[[Verdict, datetime], Verdict]
_foreseers: list[Foreseer] = []


def register(foreseer: Foreseer) -> None:
    """Ask a room above about every download that a page calls allowed. Called once, at start."""
    if foreseer not in _foreseers:
        _foreseers.append(foreseer)


def foreseen(verdicts: Mapping[VerdictAction, Verdict], now: datetime) -> Verdicts:
    """Return the verdicts on one release as a request would find them now."""
    download = verdicts.get(VerdictAction.DOWNLOAD)
    if download is None:
        return dict(verdicts)
    for foreseer in _foreseers:
        download = foreseer(download, now)
    return {**verdicts, VerdictAction.DOWNLOAD: download}
