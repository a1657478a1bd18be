"""What this room has to say, one function a message."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.notifications import notify
from boards.models import Motion
from boards.selectors import members_of
from releases.choices import Right
from releases.comparables.standing import VALID
from releases.ladder_changes import Change
from releases.models import (
    Artifact,
    Blocker,
    ComparableVerification,
    ConditionFired,
    Evidence,
    Hold,
    Ladder,
    Model,
    Release,
    RequirementOverride,
    ReviewCall,
    Stage,
    Transition,
)
from releases.permissions import keepers_of_comparables, leads_of, users_with_right


def release_sealed(release: Release) -> None:
    """Tell whoever began the ingest."""
    if release.created_by is None:
        return
    notify(
        recipient=release.created_by,
        kind="release_sealed",
        subject=_("%(release)s is sealed") % {"release": release},
        body=_(
            "Every file of %(release)s was read and verified. It is named by the digest "
            "%(digest)s and stands at the stage %(stage)s."
        )
        % {"release": release, "digest": release.digest, "stage": release.stage},
        url=release.get_absolute_url(),
    )


def release_refused(release: Release, url: str) -> None:
    """Tell whoever began the ingest, and why."""
    if release.created_by is None:
        return
    notify(
        recipient=release.created_by,
        kind="release_refused",
        subject=_("%(release)s was refused") % {"release": release},
        body=_("%(refusal)s Nothing of it was kept. Mend the directory and ingest it again.")
        % {"refusal": release.refusal},
        url=url,
    )


def artifact_damaged(artifact: Artifact, problem: str) -> None:
    """Sound the alarm to the operators and the managers."""
    release = artifact.release
    people = {
        *users_with_right(Right.MANAGE_RELEASE, release.model),
        *User.objects.filter(is_staff=True, is_active=True),
    }
    for person in sorted(people, key=lambda each: each.pk):
        notify(
            recipient=person,
            kind="artifact_damaged",
            subject=(_("A stored file of %(release)s is damaged") % {"release": release})[:200],
            body=_(
                "%(path)s of %(release)s is not in the store as it was sealed: %(problem)s\n\n"
                "It is not served until it is whole again. Restore the object %(sha256)s from a "
                "backup, or ingest the same bytes once more; it is then looked at within an hour. "
                "Check the disk: other files may follow, which the operator's page lists."
            )
            % {
                "path": artifact.path,
                "release": release,
                "problem": problem,
                "sha256": artifact.sha256,
            },
            url=release.get_absolute_url(),
        )


def hold_placed(hold: Hold) -> None:
    """Tell the managers and the board."""
    scope = hold.release or hold.model
    _tell_staff(
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
    _tell_staff(
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
    _tell_staff(
        hold.model,
        kind="hold_lifted",
        subject=_("The hold on %(scope)s is lifted") % {"scope": scope},
        body=_("By the board's decision the hold on %(scope)s is lifted.") % {"scope": scope},
        url=scope.get_absolute_url(),
    )


def transition_effective(transition: Transition) -> None:
    """Tell the proposer, the managers and the board."""
    release = transition.release
    _tell_staff(
        release.model,
        kind="transition_effective",
        subject=_("%(release)s is now at %(stage)s")
        % {"release": release, "stage": transition.to_stage},
        body=_("The cool-off is over, the requirements hold, and %(release)s is at %(stage)s.")
        % {"release": release, "stage": transition.to_stage},
        url=release.get_absolute_url(),
        also=transition.motion.proposer,
    )


def transition_lapsed(transition: Transition, reason: str) -> None:
    """Tell the proposer, the managers and the board."""
    release = transition.release
    _tell_staff(
        release.model,
        kind="transition_lapsed",
        subject=_("The move of %(release)s to %(stage)s lapsed")
        % {"release": release, "stage": transition.to_stage},
        body=reason,
        url=release.get_absolute_url(),
        also=transition.motion.proposer,
    )


def release_demoted(release: Release, from_stage: Stage, reason: str, actor: User) -> None:
    """Tell the managers and the board."""
    _tell_staff(
        release.model,
        kind="release_demoted",
        subject=_("%(release)s was demoted to %(stage)s")
        % {"release": release, "stage": release.stage},
        body=_("%(person)s moved %(release)s down from %(former)s: %(reason)s")
        % {"person": actor, "release": release, "former": from_stage, "reason": reason},
        url=release.get_absolute_url(),
    )


def release_withdrawn(release: Release, reason: str, actor: User) -> None:
    """Tell the managers and the board."""
    _tell_staff(
        release.model,
        kind="release_withdrawn",
        subject=_("%(release)s was withdrawn") % {"release": release},
        body=_("%(person)s withdrew %(release)s: %(reason)s")
        % {"person": actor, "release": release, "reason": reason},
        url=release.get_absolute_url(),
    )


def ladder_adopted(
    model: Model,
    former: Ladder,
    ladder: Ladder,
    changes: Sequence[Change],
    motion: Motion | None,
) -> None:
    """Tell the managers and the board what holds now, and by whose decision."""
    why = (
        _("By the board's decision these changes hold for %(model)s from now on.")
        if motion
        else _("Nothing of it loosens a rule, so that it holds for %(model)s at once.")
    )
    _tell_staff(
        model,
        kind="ladder_adopted",
        subject=_("%(model)s follows version %(version)d of its ladder")
        % {"model": model, "version": ladder.version},
        body="\n\n".join(
            [
                why % {"model": model},
                _("It followed version %(version)d before.") % {"version": former.version},
                _change_lines(changes),
            ]
        ),
        url=ladder.get_absolute_url(),
    )


def ladder_waits(model: Model, ladder: Ladder, changes: Sequence[Change], obstacle: str) -> None:
    """Tell the managers and the board that a version was loaded that does not hold yet."""
    why = obstacle or _(
        "It loosens rules, so that it holds only once the board has approved that. A release "
        "manager can put it before the board."
    )
    _tell_staff(
        model,
        kind="ladder_waits",
        subject=_("Version %(version)d of the ladder of %(model)s waits for a decision")
        % {"model": model, "version": ladder.version},
        body="\n\n".join([why, _change_lines(changes)]),
        url=ladder.get_absolute_url(),
    )


def ladder_kept(model: Model, ladder: Ladder, motion: Motion, why: str) -> None:
    """Tell the proposer, the managers and the board that an approval came to nothing."""
    _tell_staff(
        model,
        kind="ladder_kept",
        subject=_("%(model)s stays on its version of the ladder") % {"model": model},
        body=_("The board approved version %(version)d, which does not take effect. %(why)s")
        % {"version": ladder.version, "why": why},
        url=model.get_absolute_url(),
        also=motion.proposer,
    )


def _change_lines(changes: Sequence[Change]) -> str:
    return "\n".join(change.line for change in changes)


def cap_raised(release: Release, stage: Stage, former: int, cap: int) -> None:
    """Tell the managers and the board."""
    _tell_staff(
        release.model,
        kind="cap_raised",
        subject=_("%(release)s admits %(cap)d organisations at %(stage)s")
        % {"release": release, "cap": cap, "stage": stage},
        body=_(
            "By the board's decision the cap rose from %(former)d to %(cap)d. Whoever waits in "
            "line is admitted in turn."
        )
        % {"former": former, "cap": cap},
        url=release.get_absolute_url(),
    )


def cap_kept(release: Release, motion: Motion, why: str) -> None:
    """Tell the proposer, the managers and the board that an approval came to nothing."""
    _tell_staff(
        release.model,
        kind="cap_kept",
        subject=_("The cap of %(release)s stays as it is") % {"release": release},
        body=_("The board approved a higher cap, which does not take effect. %(why)s")
        % {"why": why},
        url=release.get_absolute_url(),
        also=motion.proposer,
    )


def cap_lowered(release: Release, stage: Stage, cap: int, reason: str, actor: User) -> None:
    """Tell the managers and the board."""
    _tell_staff(
        release.model,
        kind="cap_lowered",
        subject=_("%(release)s admits no more than %(cap)d at %(stage)s")
        % {"release": release, "cap": cap, "stage": stage},
        body=_("%(person)s lowered the cap: %(reason)s\n\nWhoever was admitted stays.")
        % {"person": actor, "reason": reason},
        url=release.get_absolute_url(),
    )


def blocker_opened(blocker: Blocker) -> None:
    """Tell the managers and the board."""
    release = blocker.release
    _tell_staff(
        release.model,
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
    _tell_staff(
        release.model,
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
    _tell_staff(
        release.model,
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
    _tell_staff(
        release.model,
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
    _tell_staff(
        release.model,
        kind="review_called",
        subject=subject,
        body=body % words,
        url=release.get_absolute_url(),
    )


def exhibit_fell(transition: Transition, evidence: Evidence, reason: str) -> None:
    """Tell the proposer, the managers and the board that a dossier's evidence stands no more."""
    release = transition.release
    _tell_staff(
        release.model,
        kind="exhibit_fell",
        subject=_("Evidence for the move of %(release)s to %(stage)s stands no more")
        % {"release": release, "stage": transition.to_stage},
        body=_(
            "The dossier refers to “%(title)s”, which was withdrawn or replaced: %(reason)s\n\n"
            "The vote does not open, and the move takes no effect, on this dossier. The proposer "
            "can revise it as long as the vote has not ended."
        )
        % {"title": evidence.title, "reason": reason},
        url=evidence.get_absolute_url(),
        also=transition.motion.proposer,
    )


def evidence_expires(evidence: Evidence, days: int) -> None:
    """Remind the managers in time to run it again."""
    for manager in users_with_right(Right.MANAGE_RELEASE, evidence.release.model):
        notify(
            recipient=manager,
            kind="evidence_expires",
            subject=_("Evidence for %(release)s expires in %(days)d days")
            % {"release": evidence.release, "days": days},
            body=_(
                "Run it again, or add newer evidence, before %(day)s: “%(title)s” counts for no "
                "requirement of %(release)s after that."
            )
            % {
                "day": formats.date_format(evidence.expires_at, "j F Y"),
                "title": evidence.title,
                "release": evidence.release,
            },
            url=evidence.get_absolute_url(),
        )


def reference_lapses(verification: ComparableVerification, now: datetime) -> None:
    """Remind whoever keeps the register to verify a reference again."""
    comparable, lapses_at = verification.comparable, verification.verified_at + VALID
    words = {"model": comparable, "day": formats.date_format(lapses_at, "j F Y")}
    subject = (
        _("The reference %(model)s has lapsed")
        if lapses_at <= now
        else _("The reference %(model)s lapses on %(day)s")
    )
    for keeper in keepers_of_comparables().order_by("pk"):
        notify(
            recipient=keeper,
            kind="reference_lapses",
            subject=(subject % words)[:200],
            body=_(
                "Verify %(model)s again: six months after its last verification, on %(day)s, no "
                "dossier can rest on it any more, and moves whose dossier does are stopped. It "
                "takes somebody who entered none of what stands there."
            )
            % words,
            url=comparable.get_absolute_url(),
        )


def _tell_staff(
    model: Model, *, kind: str, subject: str, body: str, url: str, also: User | None = None
) -> None:
    people = {
        *leads_of(model),
        *members_of(model.board_id).filter(is_active=True),
        *([also] if also is not None else []),
    }
    for person in sorted(people, key=lambda each: each.pk):
        notify(recipient=person, kind=kind, subject=subject[:200], body=body, url=url)
