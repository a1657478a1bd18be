"""Who is screened, when, and what people's decisions are worth afterwards."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts import services as accounts
from accounts.models import (
    Clearance,
    Disposition,
    ScreeningHit,
    ScreeningResult,
    ScreeningRound,
    User,
    Watch,
    WatchReason,
)
from accounts.screening.algorithm import Algorithm
from accounts.selectors.screening import blocking_hits, open_hits, progress, subject_name
from accounts.services import screening
from accounts.services.screening import running
from audit.models import Event
from common.errors import Refused
from tests.accounts.screening.making import hits, in_force, names, watched
from tests.factories import make_clearance, make_organization, make_user

pytestmark = pytest.mark.django_db

IVANOFF = "1,Sergei Ivanoff,,person,RU,1970"


def sergey() -> User:
    return make_user(full_name="Sergey Ivanov")


def decide(hit: ScreeningHit, decision: str, actor: User | None = None) -> ScreeningHit:
    return screening.decide_hit(
        actor=actor or make_user(), hit=hit, decision=decision, reason="Looked at both."
    )


def test_a_list_that_comes_into_force_screens_everybody_watched() -> None:
    in_force("9,Nobody Atall,,person,,")
    (watch,) = watched(sergey())
    assert (watch.route, hits(watch)) == ("clear", [])
    in_force(IVANOFF)
    watch.refresh_from_db()
    (hit,) = hits(watch)
    assert (watch.route, hit.route, hit.matched, hit.decision) == (
        "review",
        "review",
        "Sergei Ivanoff",
        "",
    )
    assert list(open_hits()) == [hit]


def test_whoever_is_new_is_screened_at_once(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    in_force(IVANOFF, "2,Sergei Ivanov,,person,,")
    with django_capture_on_commit_callbacks(execute=True):
        make_clearance(user=sergey())
    watch = Watch.objects.get()
    assert names(hits(watch)) == ["Sergei Ivanoff", "Sergei Ivanov"]


def test_both_ways_to_the_entries_find_the_same() -> None:
    in_force(IVANOFF, "2,Ivanov Sergey,,person,,", "3,Quite Another,,person,,")
    one, other = watched(sergey()), make_user(full_name="Sergey Ivanov")
    (second,) = screening.watch(source="t", source_id=2, parties=[screening.Party(other)])
    screening.screen_watches(watch_ids=[second.pk])
    assert [(h.key, h.score, h.route) for h in hits(one[0])] == [
        (h.key, h.score, h.route) for h in hits(second)
    ]
    assert len(hits(second)) == 2


def test_an_exact_alias_stops_and_organisations_are_read_as_such() -> None:
    in_force("1,Other,Harbin Institute of Technology,organization,CN,")
    organization = make_organization(name="Harbin Inst. of Technology Ltd")
    (watch,) = screening.watch(
        source="t", source_id=1, parties=[screening.Party(organization=organization)]
    )
    screening.screen_due()
    (hit,) = hits(watch)
    assert (hit.exact, hit.route, hit.entry["name"]) == (True, "stop", "Other")


def test_a_result_is_kept_when_it_differs_and_says_by_what_it_came() -> None:
    snapshot = in_force(IVANOFF)
    (watch,) = watched(sergey())
    result = ScreeningResult.objects.get()
    assert result.round.lists[0]["sha256"] == snapshot.sha256
    assert result.round.algorithm == Algorithm().version
    assert result.top[0]["entry"] == "1"
    assert result.query is None
    assert b"Ivanov" not in bytes(result.sealed_query or b"")
    in_force("7,Nobody Atall,,person,,")
    screening.screen_due()
    assert ScreeningResult.objects.count() == 1
    watch.refresh_from_db()
    assert watch.round == ScreeningRound.objects.latest("pk").pk
    with pytest.raises(DatabaseError), transaction.atomic():
        ScreeningResult.objects.update(route="clear")


def test_other_thresholds_are_another_round(settings: Settings) -> None:
    in_force(IVANOFF)
    (watch,) = watched(sergey())
    settings.SCREENING = Algorithm(review=94)
    running._loaded.clear()
    screening.screen_due()
    watch.refresh_from_db()
    assert watch.route == "clear"
    assert ScreeningRound.objects.count() == 2
    assert not open_hits().exists()


def test_somebody_else_is_remembered_while_neither_side_changes() -> None:
    snapshot = in_force(IVANOFF)
    (watch,) = watched(sergey())
    decide(hits(watch)[0], "not_them")
    in_force(IVANOFF, "2,Nobody Atall,,person,,", on_list=snapshot.on_list)
    assert hits(watch)[0].decision == "not_them"
    assert not open_hits().exists()


def test_somebody_else_is_forgotten_when_the_entry_changes_and_known_when_it_is_back() -> None:
    snapshot = in_force(IVANOFF)
    (watch,) = watched(sergey())
    decide(hits(watch)[0], "not_them")
    in_force("1,Sergei Ivanoff,,person,RU,1971", on_list=snapshot.on_list)
    assert hits(watch)[0].decision == ""
    in_force(IVANOFF, on_list=snapshot.on_list)
    assert hits(watch)[0].decision == "not_them"


def test_somebody_else_is_forgotten_when_the_subject_changes() -> None:
    in_force(IVANOFF)
    user = sergey()
    (watch,) = watched(user)
    decide(hits(watch)[0], "not_them")
    accounts.change_profile(actor=user, user=user, full_name="Sergej Ivanov")
    screening.screen_due()
    assert hits(watch)[0].decision == ""


def test_the_listed_one_stays_so_when_the_entry_leaves_the_list() -> None:
    snapshot = in_force(IVANOFF)
    (watch,) = watched(sergey())
    decide(hits(watch)[0], "them")
    assert not open_hits().exists()
    in_force("2,Nobody Atall,,person,,", on_list=snapshot.on_list)
    (hit,) = hits(watch)
    assert (hit.decision, hit.listed, hit.recheck) == ("them", False, True)
    assert list(open_hits()) == list(blocking_hits()) == [hit]
    decide(hit, "not_them")
    assert not open_hits().exists()


def test_an_undecided_likeness_goes_when_the_entry_does() -> None:
    snapshot = in_force(IVANOFF)
    (watch,) = watched(sergey())
    in_force("2,Nobody Atall,,person,,", on_list=snapshot.on_list)
    assert not open_hits().exists()
    with pytest.raises(Refused, match="no longer alike"):
        decide(hits(watch)[0], "them")


def test_who_said_that_it_is_the_listed_one_does_not_take_it_back() -> None:
    in_force(IVANOFF)
    (watch,) = watched(sergey())
    first = make_user()
    decide(hits(watch)[0], "them", first)
    with pytest.raises(Refused, match="somebody else must say"):
        decide(hits(watch)[0], "not_them", first)
    decide(hits(watch)[0], "not_them")
    # To tighten again takes one, whoever it is.
    decide(hits(watch)[0], "them", first)
    assert Disposition.objects.count() == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        Disposition.objects.all().delete()


def test_nobody_decides_on_themselves_or_their_organisation() -> None:
    in_force(IVANOFF, "2,Trial Works,,organization,,")
    user = sergey()
    organization = make_organization(name="Trial Works")
    owner = organization.memberships.get().user
    (mine,) = watched(user)
    (theirs,) = screening.watch(
        source="t", source_id=1, parties=[screening.Party(organization=organization)]
    )
    screening.screen_due()
    for actor, watch in ((user, mine), (owner, theirs)):
        with pytest.raises(Refused, match="Somebody else must"):
            decide(hits(watch)[0], "not_them", actor)


@pytest.mark.parametrize(
    ("decision", "reason"), [("maybe", "Because."), ("them", "  "), ("", "Because.")]
)
def test_a_decision_needs_a_word_and_a_reason(decision: str, reason: str) -> None:
    in_force(IVANOFF)
    (watch,) = watched(sergey())
    with pytest.raises(Refused):
        screening.decide_hit(
            actor=make_user(), hit=hits(watch)[0], decision=decision, reason=reason
        )
    assert hits(watch)[0].decision == ""


def test_a_decision_is_recorded_without_the_name() -> None:
    in_force(IVANOFF)
    (watch,) = watched(sergey())
    decide(hits(watch)[0], "not_them")
    said = " ".join(
        str(event.data) for event in Event.objects.filter(action__startswith="screening.")
    )
    assert "Sergey" not in said
    assert "not_them" in said


def test_clearances_begin_and_end_the_watching() -> None:
    in_force(IVANOFF)
    user = sergey()
    clearance = make_clearance(user=user)
    other = make_clearance(user=user)
    watch = Watch.objects.get()
    accounts.revoke_clearance(actor=None, clearance=clearance, reason="Over.")
    watch.refresh_from_db()
    assert watch.ended_at is None
    Clearance.objects.filter(pk=other.pk).update(expires_at=timezone.now() - timedelta(days=1))
    screening.sweep_clearances()
    watch.refresh_from_db()
    assert watch.ended_at is not None
    make_clearance(user=user)
    watch.refresh_from_db()
    assert (watch.ended_at, watch.round) == (None, 0)


def test_the_sweep_finds_clearances_that_nobody_watches() -> None:
    make_clearance(user=sergey())
    WatchReason.objects.all().delete()
    Watch.objects.all().delete()
    assert screening.sweep_clearances() == 1
    assert Watch.objects.count() == 1
    assert screening.sweep_clearances() == 0


def test_a_given_name_is_sealed_and_watched_once() -> None:
    in_force(IVANOFF)
    user = make_user()
    party = screening.Party(
        name="Sergey Ivanov", sealed_for=user.pseudonym, role="legal name", country="RU"
    )
    (first,) = screening.watch(source="t", source_id=1, parties=[party])
    (again,) = screening.watch(source="t", source_id=2, parties=[party])
    assert first.pk == again.pk
    assert b"Ivanov" not in bytes(again.sealed_name or b"")
    screening.screen_due()
    assert names(hits(first)) == ["Sergei Ivanoff"]
    assert subject_name(Watch.objects.get()) == "Sergey Ivanov"


def test_an_erased_person_is_not_screened_and_leaves_nothing_to_compare_by() -> None:
    in_force(IVANOFF)
    user = sergey()
    watched(user)
    accounts.erase_person(actor=None, user=user, reason="Asked for.")
    watch = Watch.objects.get()
    assert (watch.salt, watch.ended_at is None) == ("", False)
    in_force("1,Sergei Ivanoff,,person,RU,1971")
    assert Watch.objects.get().round == watch.round


def test_a_round_survives_a_worker_that_stops_and_shows_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    for number in range(5):
        screening.watch(source="t", source_id=number, parties=[screening.Party(make_user())])
    in_force_without_screening()
    assert running._screen_batch(ScreeningRound.objects.get()) == 2
    now = progress()
    assert now is not None
    assert (now.total, now.done, now.left, now.round.finished_at) == (5, 2, 3, None)
    assert screening.screen_due() == 3
    now = progress()
    assert now is not None
    assert now.left == 0
    assert now.round.finished_at is not None


def in_force_without_screening() -> None:
    from tests.accounts.screening.making import plain, upload

    screening.import_list(snapshot_id=upload(plain(IVANOFF)).pk)


def test_without_a_list_nobody_is_due() -> None:
    watched(sergey())
    assert progress() is None
    assert not ScreeningResult.objects.exists()


def test_the_number_of_queries_does_not_grow_with_whom_is_watched(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    in_force(IVANOFF)
    for number in range(40):
        screening.watch(source="t", source_id=number, parties=[screening.Party(make_user())])
    with django_assert_max_num_queries(25):
        screening.screen_due()
