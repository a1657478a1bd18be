"""Files of lists: in force as a whole, or not at all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ListEntry, ListSnapshot, ScreeningList, ScreeningRound
from accounts.selectors.screening import current_snapshot, differences
from accounts.services import screening
from accounts.services.screening import importing
from audit.models import Event
from common.errors import Refused
from tests.accounts.screening.making import in_force, plain, upload
from tests.accounts.screening.test_lists import CSL, FSF
from tests.factories import make_operator, make_user

pytestmark = pytest.mark.django_db

FIRST = ("1,Sergei Ivanoff,,person,RU,1970", "2,Harbin Institute,,organization,CN,")


def test_a_file_is_loaded_and_put_in_force() -> None:
    snapshot = in_force(*FIRST)
    assert (snapshot.checked, snapshot.loaded, snapshot.names, snapshot.added) == (2, 2, 2, 2)
    begun = ScreeningRound.objects.get()
    assert begun.lists == [
        {"list": "trial-list", "snapshot": snapshot.pk, "sha256": snapshot.sha256}
    ]
    assert list(
        Event.objects.filter(action__startswith="list.")
        .order_by("pk")
        .values_list("action", flat=True)
    ) == [
        "list.uploaded",
        "list.in_force",
    ]


@pytest.mark.parametrize(("data", "form"), [(CSL, "us_csl"), (FSF, "eu_fsf")])
def test_the_published_formats_are_taken(data: bytes, form: str) -> None:
    snapshot = upload(data, format_name=form)
    screening.import_list(snapshot_id=snapshot.pk)
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.loaded) == ("current", 2)


def test_the_next_file_says_what_differs() -> None:
    former = in_force(*FIRST, "3,Gone Away,,person,,")
    later = in_force(
        "1,Sergei Ivanov,,person,RU,1970", FIRST[1], "4,New Name,,person,,", on_list=former.on_list
    )
    former.refresh_from_db()
    assert former.state == "former"
    assert (later.added, later.removed, later.changed) == (1, 1, 1)
    diff = differences(former, later)
    assert [entry.key for entry in diff.added] == ["4"]
    assert [entry.key for entry in diff.removed] == ["3"]
    assert [entry.key for entry in diff.changed] == ["1"]


@pytest.mark.parametrize(
    "data",
    [
        plain("1,A B,,person,,", "2,half"),
        plain("1,A B,,person,,", "1,C D,,person,,"),
        b"a;b\n1;2\n",
        "id,name\n1,Ä\n".encode("latin-1"),
        CSL,
        b"id,name\n",
    ],
)
def test_a_file_that_is_wrong_leaves_the_former_in_force(data: bytes) -> None:
    former = in_force(*FIRST)
    snapshot = upload(data, on_list=former.on_list)
    screening.import_list(snapshot_id=snapshot.pk)
    snapshot.refresh_from_db()
    assert snapshot.state == "refused"
    assert snapshot.error
    assert not snapshot.entries.exists()
    assert current_snapshot(former.on_list) == former
    assert ScreeningRound.objects.count() == 1


def test_a_file_that_lost_half_of_the_list_is_refused_until_said_to_be_right() -> None:
    former = in_force(*(f"{n},Name {n},,person,," for n in range(10)))
    cut = plain("1,Name 1,,person,,")
    snapshot = upload(cut, on_list=former.on_list)
    screening.import_list(snapshot_id=snapshot.pk)
    snapshot.refresh_from_db()
    assert snapshot.state == "refused"
    assert "1 entries where the list in force has 10" in snapshot.error
    again = upload(cut, on_list=former.on_list, may_shrink=True)
    screening.import_list(snapshot_id=again.pk)
    assert current_snapshot(former.on_list) == again


def test_a_run_that_is_cut_short_is_gone_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    monkeypatch.setattr(importing, "BUDGET", timedelta(seconds=-1))
    snapshot = upload(plain(*(f"{n},Name {n},,person,," for n in range(8))))
    loaded = []
    while True:
        screening.import_list(snapshot_id=snapshot.pk)
        snapshot.refresh_from_db()
        loaded.append(snapshot.loaded)
        if snapshot.state != "importing":
            break
        assert not ScreeningRound.objects.exists()
    assert loaded == [3, 6, 8, 8] or loaded == [3, 6, 8]
    assert snapshot.state == "current"
    assert list(snapshot.entries.order_by("pk").values_list("key", flat=True)) == list("01234567")


def test_the_sweep_does_what_was_missed() -> None:
    snapshot = upload(plain(*FIRST))
    assert screening.sweep_imports() == 1
    assert screening.sweep_imports() == 0
    assert ListEntry.objects.filter(snapshot=snapshot).count() == 2


def test_each_run_begins_where_the_one_before_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading from the beginning each time would take longer than a run, from some size on."""
    monkeypatch.setattr(importing, "BATCH", 2)
    monkeypatch.setattr(importing, "BUDGET", timedelta(seconds=-1))
    snapshot = upload(
        plain('1,"Name\none",,person,,', *(f"{n},Name {n},,person,," for n in "2345"))
    )
    reached = []
    for _run in range(2):
        screening.import_list(snapshot_id=snapshot.pk)
        snapshot.refresh_from_db()
        reached.append((snapshot.loaded, snapshot.reached_line))
    assert reached == [(2, 4), (4, 6)]


def test_a_file_that_a_run_has_in_hand_is_left_to_it_until_it_is_silent() -> None:
    snapshot = upload(plain(*FIRST))
    rows = ListSnapshot.objects.filter(pk=snapshot.pk)
    rows.update(worked_at=timezone.now() - importing.DEAD / 2)
    screening.import_list(snapshot_id=snapshot.pk)
    assert (screening.sweep_imports(), snapshot.entries.count()) == (0, 0)
    rows.update(worked_at=timezone.now() - importing.DEAD * 2)
    assert (screening.sweep_imports(), snapshot.entries.count()) == (1, 2)
    assert rows.get().worked_at is None


def test_two_files_of_one_list_are_not_read_at_once() -> None:
    snapshot = upload(plain(*FIRST))
    with pytest.raises(Refused, match="is being read"):
        upload(plain(*FIRST), on_list=snapshot.on_list)


def test_the_same_file_again_is_refused() -> None:
    former = in_force(*FIRST)
    with pytest.raises(Refused, match="byte by byte"):
        upload(plain(*FIRST), on_list=former.on_list)


def test_only_the_operator_uploads() -> None:
    with pytest.raises(Refused, match="operator"):
        upload(plain(*FIRST), actor=make_user())
    with pytest.raises(Refused, match="empty"):
        upload(b"")
    with pytest.raises(Refused, match="format"):
        upload(plain(*FIRST), format_name="pdf")
    assert not ListSnapshot.objects.exists()


def test_a_title_that_is_taken_makes_another_short_name() -> None:
    actor = make_operator()
    upload(plain(*FIRST), actor=actor)
    upload(plain(*FIRST), actor=actor)
    assert set(ScreeningList.objects.values_list("slug", flat=True)) == {
        "trial-list",
        "trial-list-2",
    }
