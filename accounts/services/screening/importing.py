"""Taking a file of a list: kept, read through, loaded piece by piece, and put in force at once.

Rows say how far it is, so that a worker that dies is gone on from. Until all of a file is in,
nothing asks it, and the former snapshot stays in force.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import Action
from accounts.models import ListEntry, ListSnapshot, ScreeningList, User
from accounts.permissions import can_operate
from accounts.screening.blocking import keys
from accounts.screening.folding import ORGANIZATION, PERSON, folded
from accounts.screening.lists import FIRST_LINE, FORMATS, ListError, read_list
from accounts.screening.matching import Entry
from accounts.selectors import screening
from accounts.services.checks import checked_line
from accounts.services.screening.running import start_round_if_due
from audit.services import record
from common import document_store
from common.document_store import DocumentStoreError
from common.errors import Refused
from common.queue import enqueue

logger = logging.getLogger(__name__)

BATCH = 1000
# One run of the job; the next goes on from the rows.
BUDGET = timedelta(seconds=30)
# A run that said nothing for so long is dead: another one takes the file.
DEAD = timedelta(minutes=2)
# How often a run says that it lives while it reads the file through, in entries.
SAID = 100_000
# A list that lost so much of itself is more likely cut off than shortened.
LEAST_SHARE = 0.5


@transaction.atomic
def upload_list(
    *,
    actor: User,
    file: BinaryIO,
    file_name: str,
    size: int,
    on_list: ScreeningList | None = None,
    title: str = "",
    format_name: str = "",
    may_shrink: bool = False,
) -> ListSnapshot:
    """Keep a file as the next snapshot of a list, a new one by title and format; load it soon."""
    actor = User.objects.get(pk=actor.pk)
    if not can_operate(actor):
        raise Refused(_("Only the operator of this portal uploads lists."))
    if on_list is None:
        on_list = _make_list(title, format_name)
    on_list = ScreeningList.objects.select_for_update(no_key=True).get(pk=on_list.pk)
    if on_list.snapshots.filter(state=ListSnapshot.State.IMPORTING).exists():
        raise Refused(_("A file of this list is being read. Wait until it is done."))
    if not size:
        raise Refused(_("The file is empty."))
    try:
        sha256 = document_store.keep(file)
    except DocumentStoreError as error:
        raise Refused(str(error)) from None
    current = on_list.snapshots.filter(state=ListSnapshot.State.CURRENT).first()
    if current is not None and current.sha256 == sha256:
        raise Refused(_("This file is in force already: it is the same, byte by byte."))
    snapshot = ListSnapshot.objects.create(
        on_list=on_list,
        sha256=sha256,
        size=size,
        file_name=checked_line(file_name, _("The file's name"), max_length=200),
        may_shrink=may_shrink,
        uploaded_by=actor,
    )
    record(
        actor=actor,
        action=Action.LIST_UPLOADED,
        target=snapshot,
        also=(on_list,),
        data={"list": on_list.slug, "sha256": sha256, "size": size},
    )
    enqueue("accounts.import_list", snapshot.pk)
    return snapshot


def _make_list(title: str, format_name: str) -> ScreeningList:
    if format_name not in FORMATS:
        raise Refused(_("Choose the format of the list."))
    title = checked_line(title, _("The title of the list"), max_length=120)
    slug = screening.free_slug(title)
    try:
        with transaction.atomic():
            return ScreeningList.objects.create(title=title, slug=slug, format=format_name)
    except IntegrityError:
        raise Refused(_("Somebody made a list of this name just now.")) from None


def import_list(*, snapshot_id: int) -> None:
    """Go on with a file for up to `BUDGET`: read it through, load it, put it in force.

    One run has a file at a time, so that the sweep does not keep a second worker busy with it.
    """
    snapshot = _taken_up(snapshot_id)
    if snapshot is None:
        return
    try:
        more = _go_on(snapshot)
    finally:
        _let_go(snapshot)
    if more:
        with transaction.atomic():
            enqueue("accounts.import_list", snapshot.pk)


def _go_on(snapshot: ListSnapshot) -> bool:
    """Do what the time allows; tell whether something is left for the next run."""
    until = time.monotonic() + BUDGET.total_seconds()
    try:
        with document_store.fetch(snapshot.sha256) as file:
            if snapshot.checked is None:
                _check(snapshot, file)
                file.seek(0)
            entries = read_list(file, snapshot.on_list.format, snapshot.reached_line)
            # The entry on the line that was reached is in; an older import kept no line.
            known = 1 if snapshot.reached_line > FIRST_LINE else snapshot.loaded
            if not _load(snapshot, islice(entries, known, None), until):
                return True
        _put_in_force(snapshot)
    except ListError as error:
        _refuse(snapshot, error.sentence, error.line)
    except DocumentStoreError:
        logger.exception("The file of snapshot %d cannot be read; the sweep tries.", snapshot.pk)
    return False


def sweep_imports() -> int:
    """Go on with every file that is not done and that no run has in hand."""
    owed = list(_idle().values_list("pk", flat=True))
    for snapshot_id in owed:
        import_list(snapshot_id=snapshot_id)
    return len(owed)


def _idle() -> QuerySet[ListSnapshot]:
    """Return the files that are not done and that no run has in hand."""
    dead = Q(worked_at=None) | Q(worked_at__lt=timezone.now() - DEAD)
    return ListSnapshot.objects.filter(dead, state=ListSnapshot.State.IMPORTING)


def _taken_up(snapshot_id: int) -> ListSnapshot | None:
    """Take a file in hand, unless it is done or another run has it."""
    if not _idle().filter(pk=snapshot_id).update(worked_at=timezone.now()):
        return None
    return ListSnapshot.objects.select_related("on_list").get(pk=snapshot_id)


def _still_at_it(snapshot: ListSnapshot) -> None:
    snapshot.worked_at = timezone.now()
    snapshot.save(update_fields=["worked_at"])


def _let_go(snapshot: ListSnapshot) -> None:
    """Leave the file to the next run; one that took it for dead meanwhile keeps it."""
    ListSnapshot.objects.filter(pk=snapshot.pk, worked_at=snapshot.worked_at).update(worked_at=None)


def _check(snapshot: ListSnapshot, file: BinaryIO) -> None:
    """Read all of the file before anything of it is kept."""
    count = 0
    for count, _entry in enumerate(read_list(file, snapshot.on_list.format), start=1):
        if not count % SAID:
            _still_at_it(snapshot)
    former = screening.current_snapshot(snapshot.on_list)
    least = (former.checked or 0) * LEAST_SHARE if former else 0
    if count < least and not snapshot.may_shrink:
        assert former is not None  # noqa: S101 - there is a least
        raise ListError(
            f"It has {count:,} entries where the list in force has {former.checked:,}. The file "
            "may be cut off. If it is right, upload it again and say so."
        )
    snapshot.checked = count
    snapshot.save(update_fields=["checked"])


def _load(snapshot: ListSnapshot, entries: Iterator[Entry], until: float) -> bool:
    """Load what is left, a batch in a transaction; tell whether all of it is in."""
    while batch := list(islice(entries, BATCH)):
        rows = [_row(snapshot, entry) for entry in batch]
        with transaction.atomic():
            fresh = ListSnapshot.objects.select_for_update(no_key=True).get(pk=snapshot.pk)
            if fresh.loaded != snapshot.loaded or fresh.state != ListSnapshot.State.IMPORTING:
                # Another worker has it.
                return False
            ListEntry.objects.bulk_create(rows)
            snapshot.loaded += len(rows)
            snapshot.names += sum(1 + len(row.aliases) for row in rows)
            snapshot.reached_line = batch[-1].line
            snapshot.worked_at = timezone.now()
            snapshot.save(update_fields=["loaded", "names", "reached_line", "worked_at"])
        if time.monotonic() > until:
            return False
    return snapshot.loaded == snapshot.checked


def _row(snapshot: ListSnapshot, entry: Entry) -> ListEntry:
    found = {
        key
        for name in entry.names
        for kind in (PERSON, ORGANIZATION)
        for key in keys(folded(name, kind))
    }
    said = [entry.names, entry.kind, entry.countries, entry.born, entry.addresses, entry.program]
    return ListEntry(
        snapshot=snapshot,
        key=entry.key,
        fingerprint=hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest(),
        name=entry.name,
        kind=entry.kind,
        aliases=list(entry.names[1:]),
        countries=list(entry.countries),
        born=list(entry.born),
        addresses=list(entry.addresses),
        program=entry.program,
        blocking=sorted(found),
    )


@transaction.atomic
def _put_in_force(snapshot: ListSnapshot) -> None:
    """Make the snapshot the current one, say what differs, and have everybody screened anew."""
    on_list = ScreeningList.objects.select_for_update(no_key=True).get(pk=snapshot.on_list_id)
    snapshot = ListSnapshot.objects.select_for_update(no_key=True, of=("self",)).get(pk=snapshot.pk)
    if snapshot.state != ListSnapshot.State.IMPORTING or snapshot.loaded != snapshot.checked:
        return
    former = screening.current_snapshot(on_list)
    if former is not None:
        diff = screening.differences(former, snapshot)
        snapshot.former = former
        snapshot.added = diff.added.count()
        snapshot.removed = diff.removed.count()
        snapshot.changed = diff.changed.count()
        former.state = ListSnapshot.State.FORMER
        former.save(update_fields=["state"])
    else:
        snapshot.added = snapshot.loaded
    snapshot.state = ListSnapshot.State.CURRENT
    snapshot.current_at = timezone.now()
    snapshot.save()
    record(
        actor=None,
        action=Action.LIST_IN_FORCE,
        target=snapshot,
        also=(on_list,),
        data={
            "list": on_list.slug,
            "sha256": snapshot.sha256,
            "entries": snapshot.loaded,
            "added": snapshot.added,
            "removed": snapshot.removed,
            "changed": snapshot.changed,
        },
    )
    start_round_if_due()


@transaction.atomic
def _refuse(snapshot: ListSnapshot, sentence: str, line: int) -> None:
    snapshot = ListSnapshot.objects.select_for_update(no_key=True, of=("self",)).get(pk=snapshot.pk)
    if snapshot.state != ListSnapshot.State.IMPORTING:
        return
    ListEntry.objects.filter(snapshot=snapshot).delete()
    snapshot.state = ListSnapshot.State.REFUSED
    snapshot.loaded = 0
    snapshot.names = 0
    snapshot.error = sentence[:300]
    snapshot.error_line = line
    snapshot.save(update_fields=["state", "loaded", "names", "error", "error_line"])
    record(
        actor=None,
        action=Action.LIST_REFUSED,
        target=snapshot,
        also=(snapshot.on_list,),
        data={"list": snapshot.on_list.slug, "reason": snapshot.error, "line": line},
    )
