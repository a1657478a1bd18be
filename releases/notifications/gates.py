"""Of what stops a release, or lets it past: holds, blockers, overrides, what is watched."""

from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import Motion
from releases.models import (
    Blocker,
    ConditionFired,
    Hold,
    Release,
    RequirementOverride,
    ReviewCall,
)
from releases.notifications.staff import tell_staff


def hold_placed(hold: Hold) -> None:
    """Tell the managers and the board."""
    scope = hold.release or hold.model
    tell_staff(
        hold.model,
        kind="hold_placed",
        subject=_("Hold on %(scope)s: %(kind)s")
        % {"scope": scope, "kind": hold.get_kind_display().lower()},
        body=_(
            "%(person)s placed a hold on %(scope)s: %(reason)s\n\n"
            "It stays in force until the board lifts it by a motion."
        )
        % {"person": hold.placed_by, "scope": scope, "reason": hold.reason},
        url=scope.get_absolute_url(),
    )


def hold_review_due(hold: Hold) -> None:
    """Remind the managers and the board that a hold waits for them."""
    scope = hold.release or hold.model
    tell_staff(
        hold.model,
        kind="hold_review_due",
        subject=_("Review the hold on %(scope)s") % {"scope": scope},
        body=_(
            "The hold on %(scope)s is due for review: %(reason)s\n\n"
            "It stays in force until the board lifts it by a motion."
        )
        % {"scope": scope, "reason": hold.reason},
        url=scope.get_absolute_url(),
    )


def hold_lifted(hold: Hold) -> None:
    """Tell the managers and the board."""
    scope = hold.release or hold.model
    tell_staff(
        hold.model,
        kind="hold_lifted",
        subject=_("The hold on %(scope)s is lifted") % {"scope": scope},
        body=_("By the board's decision the hold on %(scope)s is lifted.") % {"scope": scope},
        url=scope.get_absolute_url(),
    )


def blocker_opened(blocker: Blocker) -> None:
    """Tell the managers and the board."""
    release = blocker.release
    tell_staff(
        release.model,
        about=release,
        kind="blocker_opened",
        subject=_("A blocker keeps %(release)s from moving on: %(title)s")
        % {"release": release, "title": blocker.title},
        body=_(
            "%(reason)s\n\nNo vote on a further stage opens, and no approved move takes effect, "
            "until another person than who opened it closes it."
        )
        % {"reason": blocker.reason},
        url=blocker.get_absolute_url(),
    )


def blocker_closed(blocker: Blocker, actor: User) -> None:
    """Tell the managers and the board."""
    release = blocker.release
    tell_staff(
        release.model,
        about=release,
        kind="blocker_closed",
        subject=_("A blocker of %(release)s is closed: %(title)s")
        % {"release": release, "title": blocker.title},
        body=_("%(person)s closed it: %(reason)s")
        % {"person": actor, "reason": blocker.closing_reason},
        url=blocker.get_absolute_url(),
    )


def requirement_overridden(override: RequirementOverride) -> None:
    """Tell the proposer, the managers and every seat."""
    transition = override.transition
    release = transition.release
    tell_staff(
        release.model,
        about=release,
        kind="requirement_overridden",
        subject=_("%(release)s: the requirement “%(name)s” was overridden")
        % {"release": release, "name": override.name},
        body=_(
            "The %(role)s seat overrode a requirement of the move to %(stage)s: %(reason)s\n\n"
            "What it found: %(sentence)s\n\nIt counts for the dossier %(digest)s only, and "
            "stands in the record of the decision."
        )
        % {
            "role": override.get_role_display().lower(),
            "stage": transition.to_stage,
            "reason": override.reason,
            "sentence": override.sentence,
            "digest": override.dossier_digest[:16],
        },
        url=release.get_absolute_url(),
        also=transition.motion.proposer,
    )


def condition_fired(row: ConditionFired) -> None:
    """Call the board and the managers: what the decision rested on does not hold any more."""
    release = row.release
    tell_staff(
        release.model,
        about=release,
        kind="condition_fired",
        subject=_("Admissions held: a condition of the decision on %(release)s came true")
        % {"release": release},
        body=_(
            "The board is called to look at its decision again.\n\nCondition: %(sentence)s\n"
            "What happened: %(what)s\n\nNew admissions to %(release)s are held from now on; "
            "whoever was admitted keeps access. The board can lift the hold by a motion; one "
            "authorised person can stop more, or move the release down."
        )
        % {"sentence": row.sentence, "what": row.what, "release": release},
        url=release.get_absolute_url(),
    )


def decision_unconfirmed(release: Release, decided: Motion, reason: str) -> None:
    """Tell the managers and the board that admissions are held, and until when."""
    tell_staff(
        release.model,
        about=release,
        kind="decision_unconfirmed",
        subject=_("Admissions held: the emergency decision on %(release)s is not confirmed")
        % {"release": release},
        body=_(
            "The board is called to its full review: a seat or the proposer asks for it on the "
            "page of the motion.\n\n%(reason)s\nDecision: %(motion)s\n\nNew admissions to "
            "%(release)s are held from now on; whoever was admitted keeps access. Once a full "
            "review has confirmed the decision, the board can lift the hold by a motion. What "
            "should not stay is moved down, which takes one authorised person."
        )
        % {"release": release, "reason": reason, "motion": decided.title},
        url=release.get_absolute_url(),
        also=decided.proposer,
    )


def review_called(call: ReviewCall) -> None:
    """Tell the managers and the board that a release is to be judged again."""
    release = call.release
    words = {
        "release": release,
        "stage": release.stage,
        "day": formats.date_format(call.due_at, "j M Y"),
    }
    if call.hold is None:
        subject = _("%(release)s is to be judged again at %(stage)s by %(day)s") % words
        body = _(
            "Propose that it stays, with what has changed since, in time for the board to vote. "
            "If it is not judged by %(day)s, new admissions are held."
        )
    else:
        subject = _("Admissions held: %(release)s was not judged again by %(day)s") % words
        body = _(
            "New admissions to %(release)s are held from now on; whoever was admitted keeps "
            "access.\n\nPropose that it stays at %(stage)s, and then that the hold is lifted; or "
            "move it down."
        )
    tell_staff(
        release.model,
        about=release,
        kind="review_called",
        subject=subject,
        body=body % words,
        url=release.get_absolute_url(),
    )
