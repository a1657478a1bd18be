"""What a grant alone gives somebody, and whose turn it is: for the page and for programs."""

from dataclasses import dataclass

from accounts.models import User
from licensing import selectors
from licensing.duty_words import owed
from licensing.facts import MODE_OF, VerdictAction
from licensing.models import Grant
from licensing.selectors import explaining
from licensing.selectors.duties import open_duties_of
from licensing.turns import Turn
from licensing.verdict import Context, Explained, explain_grant
from releases.models import Release

USES = (VerdictAction.DOWNLOAD, VerdictAction.USE_API)


@dataclass(frozen=True)
class ExplainedGrant:
    """Whose turn it is with a grant, and what it gives on each release that it is about."""

    turn: Turn
    releases: list[tuple[Release, Explained]]


def explained(grant: Grant, about: User | None, context: Context) -> ExplainedGrant:
    """Explain a grant for one person on it; for nobody, only whose turn it is."""
    outward = selectors.outward_releases(grant.model)
    actions = [action for action in USES if MODE_OF[action] in grant.modes]
    found = explain_grant(about, grant.pk, outward, actions, context) if about else {}
    releases = [(each, found[each.pk]) for each in outward if each.pk in found]
    turn = explaining.turn_of_grant(
        grant,
        releases[0][1].facts if releases else None,
        verdicts=[verdict for _release, each in releases for verdict in each.verdicts.values()],
        owed=owed(open_duties_of(grant)),
    )
    return ExplainedGrant(turn, releases)
