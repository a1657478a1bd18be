"""What this room tells people. The first line says what to do."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from boards.models import Ballot, Motion, MotionState

# accounts.Notification.subject
_SUBJECT_LENGTH = 200


def _tell(
    people: Iterable[User | None], motion: Motion, kind: str, subject: str, body: str
) -> None:
    """Send to each person once; whoever cannot sign in is not written to."""
    recipients = {user.pk: user for user in people if user is not None and user.is_active}
    for user in recipients.values():
        accounts.notify(
            recipient=user,
            kind=f"boards.{kind}",
            subject=Truncator(subject).chars(_SUBJECT_LENGTH),
            body=body,
            url=reverse("motion_detail", args=[motion.public_id]),
        )


def _facts(motion: Motion) -> str:
    return _("Motion: %(title)s\nAbout: %(about)s\nBoard: %(board)s") % {
        "title": motion.title,
        "about": motion.subject_label,
        "board": motion.board.name,
    }


def _what(motion: Motion) -> str:
    """Name the motion in a subject line: what it would do, and to which subject."""
    if motion.subject_label in motion.title:
        return motion.title
    return f"{motion.subject_label}, {motion.title}"


def _deadline(motion: Motion) -> str:
    if motion.voting_closes_at is None:
        return ""
    local = timezone.localtime(motion.voting_closes_at)
    return f"{formats.date_format(local, 'j M Y, H:i')} {local.tzname()}"


def voting_opened(motion: Motion, ballots: Iterable[Ballot]) -> None:
    """Ask each seat that has a vote for it."""
    body = _(
        "Read the dossier and cast your vote before %(deadline)s.\n\n%(facts)s\n\n"
        "Nobody sees a vote before voting closes, and until then you may change yours."
    ) % {"deadline": _deadline(motion), "facts": _facts(motion)}
    subject = _("Your vote is needed: %(what)s") % {"what": _what(motion)}
    voters = [ballot.holder for ballot in ballots if not ballot.excluded]
    _tell(voters, motion, "voting_opened", subject, body)


def dossier_changed(motion: Motion, ballots: Iterable[Ballot]) -> None:
    """Tell the seats of a vote that was under way that it starts again."""
    body = _(
        "There is nothing to do now; you will be asked for your vote again.\n\n%(facts)s\n\n"
        "The proposer changed the dossier. The motion is in review again, and votes that were "
        "cast on the earlier dossier do not count."
    ) % {"facts": _facts(motion)}
    subject = _("Voting stopped, the dossier changed: %(what)s") % {"what": _what(motion)}
    voters = [ballot.holder for ballot in ballots if not ballot.excluded]
    _tell(voters, motion, "dossier_changed", subject, body)


def voter_excluded(motion: Motion, ballot: Ballot) -> None:
    """Tell a seat that it has no vote any more."""
    body = _(
        "There is nothing to do: your seat has no vote on this motion any more.\n\n"
        "%(facts)s\n\nReason: %(why)s"
    ) % {"facts": _facts(motion), "why": ballot.excluded}
    subject = _("You have no vote any more: %(what)s") % {"what": _what(motion)}
    _tell([ballot.holder], motion, "voter_excluded", subject, body)


def motion_decided(motion: Motion, ballots: Iterable[Ballot], reasons: Iterable[str]) -> None:
    """Tell seats and proposer how the vote ended."""
    words = {
        MotionState.APPROVED: _("Approved: %(what)s"),
        MotionState.REJECTED: _("Rejected: %(what)s"),
    }
    undecided = _("Lapsed without a decision: %(what)s")
    template = words.get(MotionState(motion.state), undecided)
    subject = template % {"what": _what(motion)}
    body = _(
        "Read the result with every vote and its reason.\n\n%(facts)s\nResult: %(state)s\n\n"
        "%(reasons)s"
    ) % {
        "facts": _facts(motion),
        "state": motion.get_state_display(),
        "reasons": "\n".join(reasons),
    }
    people = [*(ballot.holder for ballot in ballots), motion.proposer]
    _tell(people, motion, "motion_decided", subject, body)


def motion_ended(motion: Motion, ballots: Iterable[Ballot]) -> None:
    """Tell seats and proposer of an end without a vote: withdrawn, cancelled or lapsed."""
    subject = _("%(state)s: %(what)s") % {
        "state": motion.get_state_display(),
        "what": _what(motion),
    }
    body = _(
        "There is nothing to do: the motion has ended.\n\n%(facts)s\nState: %(state)s\n\n"
        "Reason: %(reason)s"
    ) % {
        "facts": _facts(motion),
        "state": motion.get_state_display(),
        "reason": motion.closing_reason,
    }
    people = [*(ballot.holder for ballot in ballots), motion.proposer]
    _tell(people, motion, "motion_ended", subject, body)
