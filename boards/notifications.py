"""What this room tells people. The first line says what to do."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from boards.models import Ballot, Board, ExecutiveOverride, Motion, MotionState, Seat
from boards.rule_changes import Change
from boards.rules import role_word

# accounts.Notification.subject
_SUBJECT_LENGTH = 200


def _tell(
    people: Iterable[User | None], motion: Motion, kind: str, subject: str, body: str
) -> None:
    url = reverse("motion_detail", args=[motion.public_id])
    _send(people, kind, subject, body, url, about=motion.subject_label)


def _send(
    people: Iterable[User | None], kind: str, subject: str, body: str, url: str, *, about: str = ""
) -> None:
    """Send to each person once; whoever cannot sign in is not written to."""
    recipients = {user.pk: user for user in people if user is not None and user.is_active}
    for user in recipients.values():
        accounts.notify(
            recipient=user,
            kind=f"boards.{kind}",
            subject=Truncator(subject).chars(_SUBJECT_LENGTH),
            body=body,
            url=url,
            about=about,
        )


def _facts(motion: Motion) -> str:
    facts = _("Motion: %(title)s\nAbout: %(about)s\nBoard: %(board)s") % {
        "title": motion.title,
        "about": motion.subject_label,
        "board": motion.board.name,
    }
    if motion.emergency is None:
        return facts
    return "\n".join([facts, _("An emergency: it is decided on the fast track.")])


def _owed(motion: Motion) -> str:
    """Say of an emergency decision that was made what it takes next."""
    if motion.full_review_due_at is None:
        return ""
    return "\n\n" + _(
        "The board must confirm this under its full rule before %(due)s. Somebody with a seat, or "
        "the proposer, asks for that full review on the page of the motion."
    ) % {"due": _moment(motion.full_review_due_at)}


def _what(motion: Motion) -> str:
    """Name the motion in a subject line: what it would do, and to which subject."""
    if motion.subject_label in motion.title:
        return motion.title
    return f"{motion.subject_label}, {motion.title}"


def _deadline(motion: Motion) -> str:
    return _moment(motion.voting_closes_at)


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at)
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
        "reasons": "\n".join(reasons) + _owed(motion),
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


def rule_tightened(motion: Motion, ballots: Iterable[Ballot], reason: str) -> None:
    """Tell the seats of an open motion that a stricter rule binds it."""
    body = _(
        "There is nothing to do: votes that were cast stay, and a stricter rule counts.\n\n"
        "%(facts)s\n\nReason: %(why)s"
    ) % {"facts": _facts(motion), "why": reason}
    subject = _("A stricter rule counts: %(what)s") % {"what": _what(motion)}
    people = [*(ballot.holder for ballot in ballots), motion.proposer]
    _tell(people, motion, "rule_tightened", subject, body)


def vote_reminder(motion: Motion, awaited: Iterable[Ballot]) -> None:
    """Remind the seats whose vote is still awaited."""
    body = _(
        "Read the dossier and cast your vote before %(deadline)s. Without a quorum the motion "
        "lapses: silence approves nothing.\n\n%(facts)s"
    ) % {"deadline": _deadline(motion), "facts": _facts(motion)}
    subject = _("Your vote is still awaited: %(what)s") % {"what": _what(motion)}
    _tell([ballot.holder for ballot in awaited], motion, "vote_reminder", subject, body)


def vote_unopened(
    motion: Motion, people: Iterable[User], since: datetime, lapses: datetime
) -> None:
    """Remind whoever opens the vote that the motion waits for it, and not for ever."""
    body = _(
        "Open the vote before %(lapses)s, change the dossier, or withdraw the motion; otherwise it "
        "lapses. It is in review as it stands since %(since)s.\n\n%(facts)s"
    ) % {"lapses": _moment(lapses), "since": _moment(since), "facts": _facts(motion)}
    subject = _("The vote was not opened yet: %(what)s") % {"what": _what(motion)}
    _tell(people, motion, "vote_unopened", subject, body)


def quorum_missing(motion: Motion, people: Iterable[User], lacking: Iterable[str]) -> None:
    """Call the chair: the deadline is close, and the motion would lapse."""
    body = _(
        "Ask the seats that have not voted to vote before %(deadline)s; otherwise the motion "
        "lapses without a decision.\n\n%(facts)s\n\nWhat is missing: %(why)s"
    ) % {"deadline": _deadline(motion), "facts": _facts(motion), "why": " ".join(lacking)}
    subject = _("No quorum yet, the deadline is close: %(what)s") % {"what": _what(motion)}
    _tell(people, motion, "quorum_missing", subject, body)


def result_overridden(
    motion: Motion, override: ExecutiveOverride, people: Iterable[User | None]
) -> None:
    """Tell every seat that an executive decided otherwise than the board."""
    body = _(
        "Read the override and its reason beside the board's result, which stays on record.\n\n"
        "%(facts)s\nThe board's result: %(result)s\nIt now counts as: %(outcome)s\n"
        "Overridden by: the %(role)s seat\n\nReason: %(why)s"
    ) % {
        "facts": _facts(motion),
        "result": motion.get_state_display(),
        "outcome": MotionState(override.outcome).label,
        "role": role_word(override.role),
        "why": override.reason + _owed(motion),
    }
    subject = _("The board's result was overridden: %(what)s") % {"what": _what(motion)}
    _tell(people, motion, "result_overridden", subject, body)


def review_due(motion: Motion, people: Iterable[User | None]) -> None:
    """Remind the board of a full review that it owes."""
    body = _(
        "Propose the full review on the page of the motion and decide on it before %(due)s. "
        "It was decided as an emergency.\n\n%(facts)s"
    ) % {"due": _moment(motion.full_review_due_at), "facts": _facts(motion)}
    subject = _("A full review is due: %(what)s") % {"what": _what(motion)}
    _tell(people, motion, "review_due", subject, body)


def review_overdue(motion: Motion, people: Iterable[User | None]) -> None:
    """Tell the board that an emergency decision was not reviewed in time."""
    body = _(
        "Propose the full review on the page of the motion. What the decision opened is held, and "
        "stays so until a full review has confirmed the decision.\n\n%(facts)s\nDue: %(due)s"
    ) % {"due": _moment(motion.full_review_due_at), "facts": _facts(motion)}
    subject = _("The full review is overdue: %(what)s") % {"what": _what(motion)}
    _tell(people, motion, "review_overdue", subject, body)


def review_ended(motion: Motion, people: Iterable[User]) -> None:
    """Tell the board how a full review ended."""
    body = _("There is nothing to do.\n\n%(facts)s\nResult of the full review: %(result)s") % {
        "facts": _facts(motion),
        "result": motion.get_full_review_result_display(),
    }
    subject = _("Full review ended: %(what)s") % {"what": _what(motion)}
    _tell([*people, motion.proposer], motion, "review_ended", subject, body)


def _seat_url(seat: Seat) -> str:
    return reverse("board_detail", args=[seat.board.slug])


def term_ending(seat: Seat, people: Iterable[User]) -> None:
    """Tell holder and chair that a term ends soon."""
    body = _(
        "If the term is to go on, propose its extension on the page of the board. It ends by "
        "itself at %(ends)s, and the seat is vacant from then on.\n\nBoard: %(board)s\n"
        "Seat: %(role)s"
    ) % {
        "ends": _moment(seat.term_ends_at),
        "board": seat.board.name,
        "role": seat.get_role_display(),
    }
    subject = _("A term ends soon: %(role)s seat, %(board)s") % {
        "role": role_word(seat.role),
        "board": seat.board.name,
    }
    _send(people, "term_ending", subject, body, _seat_url(seat))


def term_over(seat: Seat, people: Iterable[User]) -> None:
    """Tell the board that a seat became vacant."""
    body = _(
        "Propose an appointment on the page of the board: the seat is vacant since %(ends)s.\n\n"
        "Board: %(board)s\nSeat: %(role)s"
    ) % {
        "ends": _moment(seat.term_ends_at),
        "board": seat.board.name,
        "role": seat.get_role_display(),
    }
    subject = _("A term has ended: %(role)s seat, %(board)s") % {
        "role": role_word(seat.role),
        "board": seat.board.name,
    }
    _send(people, "term_over", subject, body, _seat_url(seat))


def own_rule_changed(
    board: Board,
    changes: Iterable[Change],
    people: Iterable[User],
    motion: Motion | None,
    reason: str,
) -> None:
    """Tell the board that another rule counts for its own matters."""
    why = _("By the board's decision.") if motion else _("Reason: %(why)s") % {"why": reason}
    lines = "\n".join(change.line for change in changes)
    body = _(
        "What is stricter counts for votes under way, too.\n\n"
        "Board: %(board)s\n%(changes)s\n\n%(why)s"
    ) % {"board": board.name, "changes": lines, "why": why}
    subject = _("Another rule counts for the matters of %(board)s") % {"board": board.name}
    _send(people, "own_rule_changed", subject, body, reverse("board_detail", args=[board.slug]))


def seat_changed(motion: Motion, people: Iterable[User | None]) -> None:
    """Tell the board and the person that a motion about a seat was carried out."""
    body = _("There is nothing to do.\n\n%(facts)s") % {"facts": _facts(motion)}
    subject = _("Carried out: %(what)s") % {"what": _what(motion)}
    _tell(people, motion, "seat_changed", subject, body)


def own_motion_unchanged(motion: Motion, why: str) -> None:
    """Tell the proposer that an approved motion about the board could not be carried out."""
    body = _("If it is still wanted, propose it anew.\n\n%(facts)s\n\nReason: %(why)s") % {
        "facts": _facts(motion),
        "why": why,
    }
    subject = _("Not carried out: %(what)s") % {"what": _what(motion)}
    _tell([motion.proposer], motion, "own_motion_unchanged", subject, body)


def seat_resigned(seat: Seat, holder: User, people: Iterable[User], reason: str) -> None:
    """Tell the board that somebody left."""
    body = _(
        "Propose an appointment on the page of the board: the seat is vacant now.\n\n"
        "Board: %(board)s\nSeat: %(role)s\n\nReason: %(why)s"
    ) % {"board": seat.board.name, "role": seat.get_role_display(), "why": reason}
    subject = _("A seat is vacant: %(role)s seat, %(board)s") % {
        "role": role_word(seat.role),
        "board": seat.board.name,
    }
    _send([*people, holder], "seat_resigned", subject, body, _seat_url(seat))


def seat_filled_without_motion(seat: Seat, people: Iterable[User], reason: str) -> None:
    """Tell the board that the operator seated somebody."""
    body = _(
        "Look at the board's page: the operator filled a vacant seat, because the board could not "
        "decide about its seats any more.\n\nBoard: %(board)s\nSeat: %(role)s\n\nReason: %(why)s"
    ) % {"board": seat.board.name, "role": seat.get_role_display(), "why": reason}
    subject = _("Seated without a motion: %(role)s seat, %(board)s") % {
        "role": role_word(seat.role),
        "board": seat.board.name,
    }
    _send(people, "seat_filled_without_motion", subject, body, _seat_url(seat))
