"""Of moves between stages, up and down, and of the cohort at one."""

from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import Motion
from releases.models import Evidence, Release, Stage, Transition
from releases.notifications.staff import tell_staff


def transition_effective(transition: Transition) -> None:
    """Tell the proposer, the managers and the board."""
    release = transition.release
    tell_staff(
        release.model,
        about=release,
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
    tell_staff(
        release.model,
        about=release,
        kind="transition_lapsed",
        subject=_("The move of %(release)s to %(stage)s lapsed")
        % {"release": release, "stage": transition.to_stage},
        body=reason,
        url=release.get_absolute_url(),
        also=transition.motion.proposer,
    )


def exhibit_fell(transition: Transition, evidence: Evidence, reason: str) -> None:
    """Tell the proposer, the managers and the board that a dossier's evidence stands no more."""
    release = transition.release
    tell_staff(
        release.model,
        about=release,
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


def release_demoted(release: Release, from_stage: Stage, reason: str, actor: User) -> None:
    """Tell the managers and the board."""
    tell_staff(
        release.model,
        about=release,
        kind="release_demoted",
        subject=_("%(release)s was demoted to %(stage)s")
        % {"release": release, "stage": release.stage},
        body=_("%(person)s moved %(release)s down from %(former)s: %(reason)s")
        % {"person": actor, "release": release, "former": from_stage, "reason": reason},
        url=release.get_absolute_url(),
    )


def release_withdrawn(release: Release, reason: str, actor: User) -> None:
    """Tell the managers and the board."""
    tell_staff(
        release.model,
        about=release,
        kind="release_withdrawn",
        subject=_("%(release)s was withdrawn") % {"release": release},
        body=_("%(person)s withdrew %(release)s: %(reason)s")
        % {"person": actor, "release": release, "reason": reason},
        url=release.get_absolute_url(),
    )


def cap_raised(release: Release, stage: Stage, former: int, cap: int) -> None:
    """Tell the managers and the board."""
    tell_staff(
        release.model,
        about=release,
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
    tell_staff(
        release.model,
        about=release,
        kind="cap_kept",
        subject=_("The cap of %(release)s stays as it is") % {"release": release},
        body=_("The board approved a higher cap, which does not take effect. %(why)s")
        % {"why": why},
        url=release.get_absolute_url(),
        also=motion.proposer,
    )


def cap_lowered(release: Release, stage: Stage, cap: int, reason: str, actor: User) -> None:
    """Tell the managers and the board."""
    tell_staff(
        release.model,
        about=release,
        kind="cap_lowered",
        subject=_("%(release)s admits no more than %(cap)d at %(stage)s")
        % {"release": release, "cap": cap, "stage": stage},
        body=_("%(person)s lowered the cap: %(reason)s\n\nWhoever was admitted stays.")
        % {"person": actor, "reason": reason},
        url=release.get_absolute_url(),
    )
