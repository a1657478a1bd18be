"""Lists, rounds and decisions at the same time: two connections, in an order that is forced."""

import pytest
from pytest_django import Settings

from accounts.models import Disposition, ListSnapshot, ScreeningHit, User
from accounts.selectors.screening import current_round, current_snapshot, progress
from accounts.services import screening
from accounts.services.screening import running
from common.errors import Refused
from tests.accounts.screening.making import hits, in_force, plain, upload, watched
from tests.factories import make_user
from tests.racing import PATIENCE, kept_waiting, uncommitted

pytestmark = pytest.mark.django_db(transaction=True)

IVANOFF = "1,Sergei Ivanoff,,person,,"


@pytest.fixture(autouse=True)
def queued(settings: Settings) -> None:
    """Leave jobs to the queue: the order here is the tests' own."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


def decide(hit: ScreeningHit, decision: str, actor: User) -> ScreeningHit:
    return screening.decide_hit(
        actor=actor, hit=hit, decision=decision, reason="Looked at both of them."
    )


@pytest.mark.parametrize(("second", "kept"), [("not_them", 1), ("them", 2)])
def test_of_two_who_decide_a_hit_at_once_the_second_decides_on_what_the_first_said(
    second: str, kept: int
) -> None:
    in_force(IVANOFF)
    (watch,) = watched(make_user(full_name="Sergey Ivanov"))
    (hit,) = hits(watch)
    one, other = make_user(), make_user()
    with uncommitted(lambda: decide(hit, "not_them", one)):
        coming = kept_waiting(lambda: decide(hit, second, other))
    answer = coming.result(PATIENCE)
    hit.refresh_from_db()
    assert (hit.decision, Disposition.objects.count()) == (second, kept)
    assert isinstance(answer, Refused) == (kept == 1)


def test_a_list_in_force_while_a_round_runs_has_its_batch_screened_again() -> None:
    former = in_force("9,Nobody Atall,,person,,")
    (watch,) = watched(make_user(full_name="Sergey Ivanov"))
    watch.round = 0
    watch.save()
    first = current_round()
    assert first is not None
    with uncommitted(lambda: running._screen_batch(first)):
        snapshot = upload(plain(IVANOFF), on_list=former.on_list, may_shrink=True)
        screening.import_list(snapshot_id=snapshot.pk)
        # The batch is in the hands of the round before: it is neither waited for nor forgotten.
        assert screening.screen_due() == 0
        second = current_round()
        assert second is not None
        assert (second.pk > first.pk, second.finished_at) == (True, None)
    watch.refresh_from_db()
    assert (watch.round, hits(watch)) == (first.pk, [])
    assert screening.screen_due() == 1
    found = progress()
    assert found is not None
    assert (found.left, found.round.finished_at is not None, len(hits(watch))) == (0, True, 1)


def test_of_two_uploads_of_a_list_at_once_one_is_read_and_the_other_is_refused() -> None:
    former = in_force(IVANOFF)
    with uncommitted(lambda: upload(plain(IVANOFF, "2,A B,,person,,"), on_list=former.on_list)):
        coming = kept_waiting(
            lambda: upload(plain(IVANOFF, "3,C D,,person,,"), on_list=former.on_list)
        )
    refused = coming.result(PATIENCE)
    assert "is being read" in str(refused)
    assert current_snapshot(former.on_list) == former
    assert ListSnapshot.objects.filter(state="importing").count() == 1
