"""The only writer of country tables: one person tightens, the board loosens."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.dossier import check_texts
from boards.models import OPEN_STATES, Board, Motion, MotionState
from boards.rule_changes import Change
from boards.selectors import members_of
from common.errors import Refused
from common.plain_yaml import YamlProblem
from licensing import country_dry_run, notifications
from licensing.actions import Action
from licensing.countries import Table, changes_between, loosening, parse_table, strictest
from licensing.dossier import CHANGE_COUNTRIES, COUNTRIES_FIELDS
from licensing.models import CountryRow, CountryTable, CountryVersion
from licensing.permissions import (
    seats_with_stake,
    staff_of_board,
    why_no_countries,
    why_no_countries_motion,
)
from licensing.selectors import countries
from licensing.services.country_tellings import owe_word_of_table
from licensing.services.guards import require_active, text_of

FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Preview:
    """What a text would change, against everything that would count otherwise from its date on."""

    table: Table
    digest: str
    changes: list[Change]
    newest: int

    @property
    def loosens(self) -> bool:
        """Whether it takes a motion."""
        return bool(loosening(self.changes))

    @property
    def seen(self) -> str:
        """What was looked at: the text, and the version after which it would come."""
        return f"{self.newest}:{self.digest}"


def preview_countries(board: Board, text: str, in_force_at: datetime | None = None) -> Preview:
    """Return what a text would change. Raises YamlProblem naming lines, or Refused for the date."""
    table = parse_table(text)
    now = timezone.now()
    counting = countries.counting_from(board, _start(in_force_at, now))
    bound = strictest([countries.content_of(each.table) for each in counting] or [Table()])
    newest = countries.versions_of(board).values_list("number", flat=True).first()
    return Preview(
        table, hashlib.sha256(text.encode()).hexdigest(), changes_between(bound, table), newest or 0
    )


def _start(in_force_at: datetime | None, now: datetime) -> datetime:
    if in_force_at is not None and in_force_at > now + FURTHEST:
        raise Refused(_("The date lies too far ahead: a year at most."))
    return max(in_force_at or now, now)


@transaction.atomic
def tighten_countries(
    *,
    actor: User | None,
    board: Board,
    text: str,
    reason: str,
    in_force_at: datetime | None = None,
) -> CountryVersion:
    """Let a table count that asks nobody for less: from now on, or from a date to come.

    One lead or operator is enough (None is the operator at the command line). An open motion for
    yet another table lapses: it was put beside one that does not stand any more.
    """
    board = _locked(board)
    if actor is not None and (why := why_no_countries(require_active(actor), board)):
        raise Refused(why)
    preview = _checked(board, text, in_force_at)
    if preview.loosens:
        raise Refused(
            _("This loosens the table, which takes a motion: %(changes)s")
            % {"changes": " ".join(each.what for each in loosening(preview.changes)[:10])}
        )
    return _enact(actor, board, text, preview, text_of(reason, _("Reason")), in_force_at)


@transaction.atomic
def propose_countries(
    *,
    actor: User,
    board: Board,
    text: str,
    dossier: Mapping[str, str],
    in_force_at: datetime | None = None,
) -> Motion:
    """Put a table before the board, which decides by its own rule, and open the vote at once."""
    board = _locked(board)
    if why := why_no_countries_motion(require_active(actor), board):
        raise Refused(why)
    try:
        texts = check_texts(dossier, COUNTRIES_FIELDS)
    except ValueError as error:
        raise Refused(str(error)) from None
    if countries.open_change(board) is not None:
        raise Refused(_("Another country table is before the board already. One after the other."))
    preview = _checked(board, text, in_force_at)
    table = _keep(board, text, preview)
    motion = boards.propose_motion(
        actor=actor,
        board=board,
        kind=CHANGE_COUNTRIES,
        title=(_("Another country table: %(title)s") % {"title": table.title})[:200],
        subject_ref=ref(table),
        subject_label=(_("Country table of %(board)s") % {"board": board.name})[:200],
        subject_url=notifications.countries_url(board),
        params={
            "board": board.slug,
            "to": table.digest,
            "after": preview.newest,
            "in_force_at": in_force_at.isoformat() if in_force_at else "",
        },
        dossier={
            "changes": "\n".join(change.line for change in preview.changes),
            "affected": country_dry_run.in_words(country_dry_run.count(board, preview.table)),
            **texts,
        },
        also=(board,),
    )
    return boards.open_vote(actor=actor, motion=motion)


def _checked(board: Board, text: str, in_force_at: datetime | None) -> Preview:
    try:
        preview = preview_countries(board, text, in_force_at)
    except YamlProblem as problem:
        raise Refused(str(problem)) from None
    current = countries.version_in_force(board)
    if current is not None and current.table.digest == preview.digest and not preview.changes:
        raise Refused(_("This is the table that counts already."))
    return preview


@transaction.atomic
def apply_countries(*, motion_id: int) -> bool:
    """Let the table count that the board approved; say whether that changed anything.

    Where another version came since, nothing changes, and its event says why.
    """
    board = _locked(Motion.objects.select_related("board").get(pk=motion_id).board)
    motion = Motion.objects.select_for_update(no_key=True, of=("self",)).get(pk=motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    boards.mark_applied(motion=motion)
    if motion.outcome != MotionState.APPROVED:
        return False
    table = countries.table_with(board, motion.params["to"])
    wanted = parse_datetime(motion.params["in_force_at"] or "")
    try:
        if table is None or _newest(board) != motion.params["after"]:
            raise Refused(_("The country table is another one by now than the board was shown."))
        preview = preview_countries(board, table.text, wanted)
    except Refused as refused:
        record(
            actor=None,
            action=Action.COUNTRIES_UNCHANGED,
            target=board,
            also=(motion,),
            data={"reason": refused.sentence, "motion": str(motion.public_id)},
        )
        notifications.countries_unchanged(motion, refused.sentence)
        return False
    reason = _("The board approved it.")
    _enact(None, board, table.text, preview, reason, wanted, motion=motion)
    return True


def _enact(
    actor: User | None,
    board: Board,
    text: str,
    preview: Preview,
    reason: str,
    in_force_at: datetime | None,
    *,
    motion: Motion | None = None,
) -> CountryVersion:
    now = timezone.now()
    version = CountryVersion.objects.create(
        board=board,
        table=_keep(board, text, preview),
        number=preview.newest + 1,
        in_force_at=_start(in_force_at, now),
        loosens=preview.loosens,
        reason=reason,
        made_by=actor,
        made_at=now,
        motion=motion,
    )
    record(
        actor=actor,
        action=Action.COUNTRIES_CHANGED,
        target=version,
        also=(board, motion) if motion else (board,),
        data={
            "number": version.number,
            "digest": preview.digest,
            "in_force_at": version.in_force_at.isoformat(),
            "changes": [{"effect": each.effect, "part": each.part} for each in preview.changes],
            **({"motion": str(motion.public_id)} if motion else {"reason": reason}),
        },
    )
    _end_open_motions(actor, board)
    owe_word_of_table(version)
    people = {*members_of(board.pk), *staff_of_board(board)}
    told = sorted((each for each in people if each != actor), key=lambda each: each.pk)
    notifications.countries_changed(version, preview.changes, told)
    return version


def _keep(board: Board, text: str, preview: Preview) -> CountryTable:
    """Return the row of a text, made with all that it says unless the board has had it before."""
    kept = countries.table_with(board, preview.digest)
    if kept is not None:
        return kept
    table = CountryTable.objects.create(
        board=board, title=preview.table.title, text=text, digest=preview.digest
    )
    covers = CountryRow.Covers
    rows = []
    for mode, stage in preview.table.stages.items():
        cells = [
            (covers.EVERYONE_ELSE, "", stage.everyone_else),
            (covers.UNKNOWN, "", stage.unknown),
            *((covers.COUNTRY, code, effect) for code, effect in stage.named),
        ]
        rows += [
            CountryRow(table=table, access_mode=mode, covers=what, country=code, effect=effect)
            for what, code, effect in cells
        ]
    CountryRow.objects.bulk_create(rows)
    return table


def _end_open_motions(actor: User | None, board: Board) -> None:
    motions = Motion.objects.filter(kind=CHANGE_COUNTRIES, board=board, state__in=OPEN_STATES)
    for motion in motions.order_by("pk"):
        reason = _("Another country table counts since. Propose the change again.")
        ended = boards.lapse_motion(actor=actor, motion=motion, reason=reason)
        boards.mark_applied(motion=ended)


def describe_change(motion: Motion) -> list[tuple[str, str]]:
    """Say for the motion's page from when it would count, and whom it would let in or stop now."""
    wanted = parse_datetime(motion.params["in_force_at"] or "")
    start = date_format(timezone.localtime(wanted), "j F Y, H:i") if wanted else ""
    facts = [
        (
            _("Comes in force"),
            _("On %(day)s, or when it is approved if that is later.") % {"day": start}
            if start
            else _("As soon as it is approved."),
        )
    ]
    table = countries.table_with(motion.board, motion.params["to"])
    if table is not None and motion.state in OPEN_STATES:
        counted = country_dry_run.count(motion.board, countries.content_of(table))
        facts.append((_("Whom it concerns now"), country_dry_run.in_words(counted)))
    return facts


def seats_concerned(motion: Motion) -> dict[int, str]:
    """Return which seats hold no vote: those with a grant that it would let in, as things are."""
    table = countries.table_with(motion.board, motion.params["to"])
    if table is None:
        return {}
    gained = country_dry_run.gained(motion.board, countries.content_of(table))
    why = _("Has a grant that it would let in, or belongs to an organisation that has one.")
    return dict.fromkeys(seats_with_stake(motion.board, gained), why)


@transaction.atomic
def exclude_concerned(*, motion_id: int) -> int:
    """Take the vote of seats that came to have a grant it would let in; return how many."""
    motion = Motion.objects.select_related("board").get(pk=motion_id)
    return sum(
        boards.exclude_voter(
            actor=None, subject_ref=motion.subject_ref, user=User.objects.get(pk=holder), why=why
        )
        for holder, why in seats_concerned(motion).items()
    )


def _newest(board: Board) -> int:
    return countries.versions_of(board).values_list("number", flat=True).first() or 0


def _locked(board: Board) -> Board:
    return Board.objects.select_for_update(no_key=True).get(pk=board.pk)
