"""Reading a file into the register: what it would change, and changing it, all or nothing.

Nothing is ever removed by a file: what it does not name stays as it is.
"""

import hashlib
from dataclasses import asdict, dataclass, field

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.canonical import digest
from common.errors import Refused
from releases.actions import Action
from releases.comparables.csv_file import FileProblems, LineProblem, ReadReference, read_file
from releases.comparables.entry import ReferenceEntry, ResultEntry
from releases.models import (
    Comparable,
    ComparableImport,
    ComparableResult,
    ComparableStatement,
)
from releases.selectors.comparables import entry_of, result_entry_of
from releases.services.comparables import guard_keeper, rename, statement_columns

_LOADING = "releases.comparables"
REASON = "Imported from a file."
Key = tuple[str, str, str, str]


class ImportRefused(Refused):
    """A file that is not taken, with every wrong line."""

    def __init__(self, problems: list[LineProblem]) -> None:
        super().__init__(_("Nothing was imported. %(first)s") % {"first": problems[0]})
        self.problems = problems


@dataclass
class Plan:
    """What a file would do to the register as it is now."""

    sha256: str
    new_models: list[ReferenceEntry] = field(default_factory=list)
    changed_models: list[tuple[ComparableStatement, ReferenceEntry]] = field(default_factory=list)
    unchanged_models: int = 0
    new_results: list[tuple[ReferenceEntry, ResultEntry, ComparableResult | None]] = field(
        default_factory=list
    )
    changed_results: list[tuple[ReferenceEntry, ResultEntry, ComparableResult]] = field(
        default_factory=list
    )
    unchanged_results: int = 0

    @property
    def changes_anything(self) -> bool:
        """Tell whether importing would write anything."""
        return bool(
            self.new_models or self.changed_models or self.new_results or self.changed_results
        )

    @property
    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        return {
            "new_models": len(self.new_models),
            "changed_models": len(self.changed_models),
            "unchanged_models": self.unchanged_models,
            "new_results": len(self.new_results),
            "changed_results": len(self.changed_results),
            "unchanged_results": self.unchanged_results,
        }

    @property
    def digest(self) -> str:
        """Return what tells this plan from another, also of the same file on another register."""
        return digest(
            {
                "file": self.sha256,
                "counts": self.counts,
                "statements": [former.pk for former, _entry in self.changed_models],
                "results": [former.pk for _model, _entry, former in self.changed_results],
                "again": [
                    former.pk if former else 0 for _model, _entry, former in self.new_results
                ],
            }
        )


def plan_import(content: bytes) -> Plan:
    """Return what the file would change, in three queries. Raises ImportRefused."""
    try:
        read = read_file(content, today=timezone.localdate())
    except FileProblems as wrong:
        raise ImportRefused(wrong.problems) from None
    keys = [each.entry.key for each in read]
    statements = {
        each.comparable.key: each
        for each in ComparableStatement.objects.filter(
            comparable__key__in=keys, successor=None
        ).select_related("comparable")
    }
    last = {
        (each.comparable.key, each.task, each.metric, each.source_url): each
        for each in ComparableResult.objects.filter(
            comparable__key__in=keys, successor=None
        ).select_related("comparable")
    }
    plan = Plan(sha256=hashlib.sha256(content).hexdigest())
    for each in read:
        _plan_model(plan, each, statements.get(each.entry.key))
        _plan_results(plan, each, last)
    return plan


def _plan_model(plan: Plan, read: ReadReference, known: ComparableStatement | None) -> None:
    if known is None:
        plan.new_models.append(read.entry)
    elif entry_of(known) != read.entry:
        plan.changed_models.append((known, read.entry))
    else:
        plan.unchanged_models += 1


def _plan_results(plan: Plan, read: ReadReference, last: dict[Key, ComparableResult]) -> None:
    for key, result in read.results.items():
        known = last.get((read.entry.key, *key))
        if known is None or known.withdrawn:
            plan.new_results.append((read.entry, result, known))
        elif result_entry_of(known) != result:
            plan.changed_results.append((read.entry, result, known))
        else:
            plan.unchanged_results += 1


@transaction.atomic
def import_comparables(*, actor: User, content: bytes, expected: str | None = None) -> Plan:
    """Do what `plan_import` says, or nothing; a file that changes nothing leaves no trace.

    `expected` is the digest of the plan that the person has seen. Raises ImportRefused for the
    file and Refused where the register was changed since.
    """
    guard_keeper(actor)
    _wait_for_turn()
    plan = plan_import(content)
    if expected is not None and plan.digest != expected:
        raise Refused(_("The register was changed since you saw this preview. Look at it again."))
    if not plan.changes_anything:
        return plan
    try:
        with transaction.atomic():
            touched = _write(actor, plan)
    except IntegrityError:
        raise Refused(
            _("Somebody changed the same models just now. Look at the preview again.")
        ) from None
    row = ComparableImport.objects.create(sha256=plan.sha256, imported_by=actor)
    record(
        actor=actor,
        action=Action.COMPARABLES_IMPORTED,
        target=row,
        also=tuple(touched),
        data={"sha256": plan.sha256, **plan.counts},
    )
    return plan


def _wait_for_turn() -> None:
    """Let two imports follow each other: what is new has no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOADING])


def _write(actor: User, plan: Plan) -> list[Comparable]:
    Comparable.objects.bulk_create(
        Comparable(key=entry.key, developer=entry.developer, name=entry.name)
        for entry in plan.new_models
    )
    entries = [*plan.new_models, *(entry for _former, entry in plan.changed_models)]
    keys = {entry.key for entry in entries} | {
        entry.key for entry, _result, _former in (*plan.new_results, *plan.changed_results)
    }
    found = Comparable.objects.select_for_update(no_key=True).filter(key__in=keys).order_by("id")
    models = {each.key: each for each in found}
    for _former, entry in plan.changed_models:
        rename(models[entry.key], entry)
    statements = [
        ComparableStatement(
            comparable=models[entry.key], entered_by=actor, **statement_columns(entry)
        )
        for entry in plan.new_models
    ]
    statements += [
        ComparableStatement(
            comparable=models[entry.key],
            supersedes=former,
            reason=REASON,
            entered_by=actor,
            **statement_columns(entry),
        )
        for former, entry in plan.changed_models
    ]
    ComparableStatement.objects.bulk_create(statements)
    ComparableResult.objects.bulk_create(
        ComparableResult(
            comparable=models[entry.key],
            supersedes=former,
            reason=REASON if former else "",
            entered_by=actor,
            **asdict(result),
        )
        for entry, result, former in (*plan.new_results, *plan.changed_results)
    )
    return list(models.values())
