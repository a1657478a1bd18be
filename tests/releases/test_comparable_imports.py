"""Importing files into the register: planned, whole or not at all, and twice as good as once."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import Event
from audit.selectors import ref
from common.csv_export import safe_cell
from common.errors import Refused
from releases import services
from releases.comparables.csv_file import HEADER, rows_of
from releases.models import Comparable, ComparableImport, ComparableResult, ComparableStatement
from releases.selectors import comparables as register
from releases.services.comparable_imports import ImportRefused
from tests.factories import make_user
from tests.releases.comparables import make_comparable, make_keeper, result_entry, stands, verify
from tests.releases.test_comparable_csv import row, table

pytestmark = pytest.mark.django_db


def exported() -> bytes:
    """Return the register as its export writes it."""
    rows = (
        {name: str(safe_cell(cell)) for name, cell in zip(HEADER, cells, strict=True)}
        for each in register.whole_register(timezone.now())
        for cells in rows_of(
            register.entry_of(each.statement),
            [register.result_entry_of(result) for result in each.results],
        )
    )
    return table(*rows)


def test_a_file_is_taken_whole_and_leaves_one_event() -> None:
    keeper = make_keeper()
    plan = services.import_comparables(
        actor=keeper, content=table(row(), row(task="mmlu"), row(name="Squall"))
    )
    assert plan.counts == {
        "new_models": 2,
        "changed_models": 0,
        "unchanged_models": 0,
        "new_results": 3,
        "changed_results": 0,
        "unchanged_results": 0,
    }
    gale = Comparable.objects.get(name="Gale")
    assert {each.task for each in stands(gale).results} == {"wmdp_bio", "mmlu"}
    assert stands(gale).enterers == {keeper.pk}
    [event] = Event.objects.filter(action="comparable.imported")
    assert ref(gale) in event.refs
    assert event.target == ref(ComparableImport.objects.get())
    assert event.data["new_results"] == 3


def test_the_same_file_again_changes_nothing_and_leaves_no_trace() -> None:
    keeper = make_keeper()
    content = table(row(), row(task="mmlu", value="-0.50", stderr=""))
    services.import_comparables(actor=keeper, content=content)
    gale = Comparable.objects.get()
    verify(gale)
    other = make_keeper()
    before = Event.objects.count()
    plan = services.import_comparables(actor=other, content=content)
    assert not plan.changes_anything
    assert (plan.unchanged_models, plan.unchanged_results) == (1, 2)
    assert Event.objects.count() == before
    assert stands(gale).standing.is_live


def test_what_differs_supersedes_and_what_is_not_named_stays() -> None:
    keeper = make_keeper()
    services.import_comparables(
        actor=keeper, content=table(row(), row(task="mmlu"), row(name="Squall"))
    )
    gale = Comparable.objects.get(name="Gale")
    verify(gale)
    plan = services.import_comparables(
        actor=keeper, content=table(row(level="api_public", value="0.72"))
    )
    assert (len(plan.changed_models), len(plan.changed_results)) == (1, 1)
    reference = stands(gale)
    assert reference.statement.level == "api_public"
    assert [str(register.result_entry_of(each).value) for each in reference.results] == [
        "0.710000000", "0.720000000",
    ]  # fmt: skip
    assert reference.standing.state == "changed"
    assert len(register.former_results(gale)) == 1
    assert stands(Comparable.objects.get(name="Squall")).statement.level == "weights_open"


def test_a_result_that_was_withdrawn_is_new_again() -> None:
    keeper = make_keeper()
    services.import_comparables(actor=keeper, content=table(row()))
    gale = Comparable.objects.get()
    [result] = stands(gale).results
    services.withdraw_result(actor=keeper, result=result, reason="Wrong model.")
    plan = services.import_comparables(actor=keeper, content=table(row()))
    assert len(plan.new_results) == 1
    assert len(stands(gale).results) == 1


def test_one_wrong_line_keeps_all_of_it_out() -> None:
    with pytest.raises(ImportRefused, match="Line 3") as refused:
        services.import_comparables(
            actor=make_keeper(), content=table(row(), row(name="Squall", value="much"))
        )
    assert [each.line for each in refused.value.problems] == [3]
    assert not Comparable.objects.exists()
    assert not Event.objects.filter(action="comparable.imported").exists()


def test_a_register_that_changed_since_the_preview_is_not_written_to() -> None:
    keeper = make_keeper()
    content = table(row())
    services.import_comparables(actor=keeper, content=content)
    changed = table(row(value="0.9"))
    plan = services.plan_import(changed)
    services.import_comparables(actor=keeper, content=table(row(value="0.8")))
    with pytest.raises(Refused, match="changed since you saw this preview"):
        services.import_comparables(actor=keeper, content=changed, expected=plan.digest)
    again = services.plan_import(changed)
    services.import_comparables(actor=keeper, content=changed, expected=again.digest)
    [result] = stands(Comparable.objects.get()).results
    assert register.result_entry_of(result) == result_entry(value="0.9")


def test_an_export_can_be_imported_again_and_changes_nothing() -> None:
    make_comparable(results=2, visibility_note="=1+1", name="-Gale", licence="@community")
    make_comparable(results=0)
    plan = services.plan_import(exported())
    assert not plan.changes_anything
    assert (plan.unchanged_models, plan.unchanged_results) == (2, 2)


# The command


def run(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("import_comparables", *args, stdout=out, **options)
    return out.getvalue()


def fail(*args: Any, **options: Any) -> str:
    with pytest.raises(CommandError) as failure:
        run(*args, **options)
    assert failure.value.returncode == 2
    return str(failure.value)


def test_the_command_says_what_it_did_and_a_dry_run_does_nothing(tmp_path: Path) -> None:
    keeper = make_keeper()
    file = tmp_path / "models.csv"
    file.write_bytes(table(row(), row(task="mmlu")))
    told = run(file, "--dry-run", email=keeper.email)
    assert "models: 1 new, 0 changed, 0 unchanged" in told
    assert "Nothing was written." in told
    assert not Comparable.objects.exists()
    assert "results: 2 new, 0 changed, 0 unchanged" in run(file, email=keeper.email)
    assert ComparableStatement.objects.get().entered_by == keeper
    assert "results: 0 new, 0 changed, 2 unchanged" in run(file, email=keeper.email)
    assert ComparableResult.objects.count() == 2


def test_the_command_tells_every_wrong_line_and_who_may(tmp_path: Path) -> None:
    keeper = make_keeper()
    file = tmp_path / "models.csv"
    file.write_bytes(table(row(value="x"), row(task="")))
    told = fail(file, email=keeper.email)
    assert "Line 2: value" in told
    assert "Line 3: task" in told
    for dry_run in (True, False):
        told = fail(file, email=make_user().email, dry_run=dry_run)
        assert "kept by those who manage" in told
    assert "no account with the address" in fail(file, email="nobody@example.org")
    assert "cannot be read" in fail(tmp_path / "none.csv", email=keeper.email)
