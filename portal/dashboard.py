"""What a dashboard shows: the rows of each kind of person, and what waits for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from boards.models import Motion
from boards.selectors import open_motions_for
from licensing.models import (
    LIVE_GRANT_STATES,
    Application,
    Grant,
    OwedDuty,
    SuspensionRequest,
)
from licensing.permissions import asked_of
from licensing.selectors import applications_of, grants_of
from licensing.selectors.duties import waiting_for
from licensing.selectors.queue import Desk, desk
from licensing.verdict import Context
from portal.selectors import Standing, Verdicts, all_releases, standing_of, visible
from portal.viewer import Viewer
from releases.choices import Right
from releases.models import Model, Release

SHOWN = 20


@dataclass(frozen=True)
class Board:
    """Everything that one person's dashboard is made of."""

    viewer: Viewer
    now: datetime
    standing: Standing
    grants: list[Grant] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    desk: Desk | None = None
    votes: list[Motion] = field(default_factory=list)
    asked: list[SuspensionRequest] = field(default_factory=list)
    duties: list[OwedDuty] = field(default_factory=list)
    calls: list[OwedDuty] = field(default_factory=list)
    found: list[tuple[Release, Verdicts]] = field(default_factory=list)

    def staff_releases(self) -> list[Release]:
        """Return the releases of the models on whose staff the person is."""
        return [r for r, _verdicts in self.found if is_staff(self.viewer, r.model)]

    def releases_of(self, grant: Grant) -> list[tuple[Release, Verdicts]]:
        """Return the releases that a grant may open, the one furthest out first."""
        own = [pair for pair in self.found if pair[0].model_id == grant.model_id]
        sealed = [pair for pair in own if pair[0].state == "sealed" and pair[0].stage]
        return sorted(sealed, key=_how_far, reverse=True)


def _how_far(pair: tuple[Release, Verdicts]) -> tuple[int, int]:
    release = pair[0]
    return (release.stage.position if release.stage else -1, release.pk)


def is_staff(viewer: Viewer, model: Model) -> bool:
    """Tell whether the person has a right on the model or a seat on its board."""
    return bool(viewer.rights.get(model.pk)) or model.board_id in viewer.boards


def read(user: User, viewer: Viewer, context: Context) -> Board:
    """Read one person's dashboard: a fixed number of queries, however much there is."""
    now = context.now
    grants = list(grants_of(user).filter(state__in=LIVE_GRANT_STATES)[:SHOWN])
    found = _releases(user, viewer, {grant.model_id for grant in grants}, context)
    reviewed = list(viewer.models_with(Right.REVIEW_APPLICATION))
    braked = viewer.models_with(Right.PLACE_HOLD)
    to_do, calls = waiting_for(user, braked, now, SHOWN)
    return Board(
        viewer=viewer,
        now=now,
        grants=grants,
        found=found,
        standing=standing_of([release for release, _verdicts in found], now),
        applications=list(applications_of(user)[:SHOWN]),
        desk=desk(reviewed, user, now, SHOWN) if reviewed else None,
        asked=asked_of(user, braked)[:SHOWN] if braked else [],
        duties=to_do,
        calls=calls,
        votes=list(open_motions_for(user, now)) if viewer.boards else [],
    )


def _releases(
    user: User, viewer: Viewer, granted: Iterable[int], context: Context
) -> list[tuple[Release, Verdicts]]:
    models = {*granted, *viewer.rights}
    if not models and not viewer.boards:
        return []
    mine = Q(model__in=models) | Q(model__board__in=viewer.boards)
    return visible(user, all_releases().filter(mine)[:200], context)
