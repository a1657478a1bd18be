"""What boards tell people."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.notices import Group, Kind

_SEATS = _("The seats of the board")
_SEATS_AND_PROPOSER = _("The seats of the board and the proposer")


def _of_boards(
    name: str, sentence: str | Promise, who: str | Promise, group: Group = Group.BOARDS
) -> Kind:
    return Kind(f"boards.{name}", group, sentence, who)


KINDS = (
    _of_boards("voting_opened", _("Your vote is needed."), _("The seats that have a vote")),
    _of_boards(
        "vote_reminder", _("Your vote is still awaited."), _("The seats that have not voted")
    ),
    _of_boards("dossier_changed", _("A vote stopped: the dossier changed."), _SEATS),
    _of_boards("voter_excluded", _("You have no vote any more."), _("The seat concerned")),
    _of_boards("rule_tightened", _("A stricter rule counts for a vote."), _SEATS_AND_PROPOSER),
    _of_boards("motion_decided", _("A motion was decided."), _SEATS_AND_PROPOSER),
    _of_boards("motion_ended", _("A motion ended without a vote."), _SEATS_AND_PROPOSER),
    _of_boards("vote_unopened", _("A vote was not opened yet."), _("Whoever opens it")),
    _of_boards(
        "quorum_missing", _("A quorum is missing, and the deadline is close."), _("The chair")
    ),
    _of_boards("result_overridden", _("A board's result was overridden."), _SEATS, Group.ALARMS),
    _of_boards("review_due", _("A full review of an emergency decision is due."), _SEATS),
    _of_boards(
        "review_overdue", _("The full review of an emergency is overdue."), _SEATS, Group.ALARMS
    ),
    _of_boards("review_ended", _("A full review ended."), _SEATS_AND_PROPOSER),
    _of_boards("term_ending", _("The term of a seat ends soon."), _("Holder and chair")),
    _of_boards("term_over", _("The term of a seat ended."), _SEATS),
    _of_boards("own_rule_changed", _("Another rule counts for a board's own matters."), _SEATS),
    _of_boards("seat_changed", _("A motion about a seat was carried out."), _SEATS),
    _of_boards(
        "own_motion_unchanged", _("A motion about a board was not carried out."), _("The proposer")
    ),
    _of_boards("seat_resigned", _("Somebody left a seat."), _SEATS),
    _of_boards(
        "seat_filled_without_motion", _("The operator seated somebody."), _SEATS, Group.ALARMS
    ),
)
