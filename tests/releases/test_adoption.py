"""Who follows a new version of a ladder: everybody at once, or each model by its board."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from audit.selectors import ref
from boards.models import Motion
from common.errors import Refused
from releases import selectors, services
from releases.choices import Right
from releases.models import CohortCap, Ladder, Model, Release, Transition
from releases.services.decisions import PATIENCE
from releases.services.loading import Loaded
from tests.factories import make_user
from tests.releases.factories import (
    DEMO_LADDER,
    LIFT_DOSSIER,
    decide,
    make_approved,
    make_hold,
    make_ladder,
    make_model,
    make_release,
    make_transition,
    put_at,
)

pytestmark = pytest.mark.django_db

TEXT = DEMO_LADDER.read_text()
DOSSIER = {"rationale": "Many ask for it.", "safeguards": "The gateway counts every call."}
QUORUM = 'quorum: {more_than: "1/2"}'


def load(version: int, *changes: tuple[str, str]) -> Loaded:
    """Load the demo's ladder as another version, each change wherever it stands."""
    text = TEXT.replace("version: 1", f"version: {version}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return services.load_ladder(actor=None, source_text=text)


TIGHTER = (QUORUM, 'quorum: {at_least: "2/3"}')
LOOSER = ("cohort_cap: 10", "cohort_cap: 20")


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def model(manager: User) -> Model:
    return make_model(ladder=make_ladder(), manager=manager, holder=make_user())


def version_of(model: Model) -> int:
    model.refresh_from_db()
    return model.ladder.version


def ask(model: Model, manager: User, ladder: Ladder) -> Motion:
    return services.propose_ladder_change(
        actor=manager, model=model, ladder=ladder, dossier=DOSSIER
    )


def refused(words: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=words)


# What loosens nothing


def test_what_loosens_nothing_is_followed_by_all_at_once(model: Model, manager: User) -> None:
    other = make_model(ladder=make_ladder(cool_off="1h"))
    second = make_model(ladder=model.ladder)
    loaded = load(2, TIGHTER)
    assert [each.adopted for each in loaded.adoptions] == [True, True]
    assert [version_of(each) for each in (model, second, other)] == [2, 2, 1]
    events = Event.objects.filter(action="model.ladder_adopted")
    assert {event.target for event in events} == {ref(model), ref(second)}
    data = events[0].data
    assert (data["from"], data["to"]) == ("demo@1", "demo@2")
    assert {"effect": "tightens", "part": "quorum", "stage": "trusted-api"} in data["changes"]
    assert manager.notifications.filter(kind="ladder_adopted").exists()


def test_other_words_are_followed_at_once(model: Model) -> None:
    load(2, ("name: Trusted API", "name: API for the trusted"))
    assert version_of(model) == 2


def test_a_release_keeps_its_stage_by_its_slug_and_its_soak(model: Model) -> None:
    release = make_release(model, stage="public-api")
    staged_at = release.staged_at
    withdrawn = make_release(model, stage="trusted-api")
    Release.objects.filter(pk=withdrawn.pk).update(state="withdrawn")
    ladder = load(2, TIGHTER).ladder
    release.refresh_from_db()
    withdrawn.refresh_from_db()
    assert release.stage is not None
    assert (release.stage.slug, release.stage.ladder) == ("public-api", ladder)
    assert release.staged_at == staged_at
    assert withdrawn.stage is not None
    assert withdrawn.stage.ladder.version == 1
    assert selectors.next_stage(release) in selectors.ladder_stages(ladder)


def test_the_same_text_again_changes_nothing_and_tells_nobody_twice(
    model: Model, manager: User
) -> None:
    load(2, LOOSER)
    again = load(2, LOOSER)
    assert not again.is_new
    assert [each.adopted for each in again.adoptions] == [False]
    assert manager.notifications.filter(kind="ladder_waits").count() == 1


def test_an_older_version_loaded_again_is_followed_by_nobody(model: Model) -> None:
    load(2, LOOSER)
    load(3, LOOSER, TIGHTER)
    assert load(2, LOOSER).adoptions == []
    assert version_of(model) == 1


# Moves under way


def test_a_vote_under_way_is_counted_by_the_stricter_rule(model: Model) -> None:
    transition = make_transition(make_release(model))
    services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    ladder = load(2, TIGHTER, ("veto: [safety]", "veto: [safety, legal]")).ladder
    transition.refresh_from_db()
    assert transition.to_stage.ladder == ladder
    assert transition.from_stage.ladder == ladder
    motion = Motion.objects.get(pk=transition.motion_id)
    assert str(motion.binding_rule.quorum.fraction) == "2/3"
    assert motion.rule["quorum"] == {"more_than": "1/2"}


def test_a_vote_on_lifting_a_hold_is_counted_by_the_stricter_rule(
    model: Model, manager: User
) -> None:
    release = make_release(model, stage="trusted-api")
    on_release, on_model = make_hold(model, release), make_hold(model)
    motions = [
        services.propose_lift(actor=manager, hold=hold, dossier=LIFT_DOSSIER)
        for hold in (on_release, on_model)
    ]
    load(2, ('approval: {more_than: "1/2"}', 'approval: {at_least: "3/4"}'))
    for motion, share in zip(motions, ("3/4", "2/3"), strict=True):
        motion.refresh_from_db()
        assert str(motion.binding_rule.approval.fraction) == share


def test_a_longer_cool_off_binds_what_is_approved(model: Model) -> None:
    transition = make_approved(make_release(model))
    services.apply_decided_motions()
    transition.refresh_from_db()
    before = transition.effective_after
    assert before is not None
    load(2, ("cool_off: 5s", "cool_off: 1h"))
    transition.refresh_from_db()
    assert transition.effective_after == before + timedelta(minutes=59, seconds=55)


def test_a_shorter_cool_off_eases_nothing_that_is_approved(model: Model, manager: User) -> None:
    transition = make_approved(make_release(model))
    services.apply_decided_motions()
    transition.refresh_from_db()
    before = transition.effective_after
    ladder = load(2, ("cool_off: 5s", "cool_off: 1s")).ladder
    decide(ask(model, manager, ladder))
    services.apply_decided_motions()
    assert version_of(model) == 2
    transition.refresh_from_db()
    assert transition.effective_after == before


def stages_without(slug: str) -> tuple[str, str]:
    start = TEXT.index(f"  - slug: {slug}")
    following = TEXT.find("  - slug:", start + 1)
    return TEXT[start : following if following > 0 else len(TEXT)], ""


def test_a_last_stage_goes_by_a_motion_where_the_next_lifts_holds_more_easily(model: Model) -> None:
    adoption = load(2, stages_without("open-weights")).adoptions[0]
    assert {each.part for each in adoption.changes} == {"stages", "hold_lift.quorum"}
    assert not adoption.adopted
    assert not adoption.obstacle


def test_a_move_to_a_stage_that_is_gone_lapses(model: Model) -> None:
    transition = make_transition(make_release(model, stage="gated-weights"))
    load(2, TIGHTER, stages_without("open-weights"))
    transition.refresh_from_db()
    assert version_of(model) == 2
    assert transition.state == "lapsed"
    assert Motion.objects.get(pk=transition.motion_id).state == "lapsed"
    assert transition.motion.proposer.notifications.filter(kind="transition_lapsed").exists()
    assert Transition.objects.filter(release=transition.release, state="proposed").count() == 0


def test_a_release_at_a_stage_that_is_gone_keeps_its_model_back(model: Model) -> None:
    release = make_release(model, stage="open-weights")
    adoption = load(2, TIGHTER, stages_without("open-weights")).adoptions[0]
    assert not adoption.adopted
    assert f"{release} is at Open weights" in adoption.obstacle
    assert version_of(model) == 1
    put_at(release, "gated-weights")
    assert load(2, TIGHTER, stages_without("open-weights")).adoptions[0].adopted
    assert version_of(model) == 2


# Caps of a release's own


@pytest.mark.parametrize(
    ("own", "change", "after"),
    [
        (3, TIGHTER, 3),
        (30, TIGHTER, 30),
        (3, ("cohort_cap: 10", "cohort_cap: 5"), 3),
        (30, ("cohort_cap: 10", "cohort_cap: 5"), 5),
    ],
)
def test_a_cap_of_its_own_stays_with_the_release_and_is_never_above_a_tightened_one(
    model: Model, own: int, change: tuple[str, str], after: int
) -> None:
    release = make_release(model, stage="trusted-api")
    assert release.stage is not None
    CohortCap.objects.create(
        release=release, stage=release.stage, cap=own, lowered_by=make_user(), reason="So."
    )
    load(2, change)
    release.refresh_from_db()
    assert release.stage.ladder.version == 2
    assert selectors.cohort_cap(release) == after
    event = Event.objects.get(action="model.ladder_adopted")
    assert event.data["caps"] == {ref(release): {"trusted-api": after}}


def test_a_lowered_cap_holds_on_where_the_release_comes_back_to_its_stage(model: Model) -> None:
    release = make_release(model, stage="trusted-api")
    assert release.stage is not None
    CohortCap.objects.create(
        release=release, stage=release.stage, cap=3, lowered_by=make_user(), reason="So."
    )
    put_at(release, "public-api")
    load(2, TIGHTER)
    model.refresh_from_db()
    release.model = model
    put_at(release, "trusted-api")
    assert release.stage.ladder.version == 2
    assert selectors.cohort_cap(release) == 3


# What loosens


def test_what_loosens_anything_waits_for_the_board(model: Model, manager: User) -> None:
    loaded = load(2, LOOSER, TIGHTER)
    assert version_of(model) == 1
    assert [each.adopted for each in loaded.adoptions] == [False]
    notice = manager.notifications.get(kind="ladder_waits")
    assert "Loosens: Trusted API. Cohort: 10 organisations becomes 20" in notice.body
    assert "Tightens: Trusted API. Quorum" in notice.body


def test_each_model_is_judged_from_the_version_it_follows(model: Model) -> None:
    load(2, LOOSER)
    ahead = make_model(ladder=Ladder.objects.get(name="demo", version=2))
    load(3, ("cohort_cap: 10", "cohort_cap: 15"))
    assert version_of(ahead) == 3
    assert version_of(model) == 1


def test_an_approved_motion_lets_the_model_follow(model: Model, manager: User) -> None:
    release = make_release(model, stage="trusted-api")
    ladder = load(2, LOOSER).ladder
    motion = ask(model, manager, ladder)
    assert version_of(model) == 1
    decide(motion)
    assert services.apply_decided_motions() == 1
    assert version_of(model) == 2
    release.refresh_from_db()
    assert selectors.cohort_cap(release) == 20
    assert Event.objects.get(action="model.ladder_adopted").refs.count(ref(motion)) == 1
    assert services.apply_decided_motions() == 0


def test_the_dossier_holds_the_changes_and_the_digests_of_both_texts(
    model: Model, manager: User
) -> None:
    ladder = load(2, LOOSER).ladder
    motion = ask(model, manager, ladder)
    assert motion.dossier["changes"].startswith("Loosens: Trusted API. Cohort: 10")
    digests = [exhibit["digest"] for exhibit in motion.dossier["exhibits"]]
    assert digests == [ladder.digest, model.ladder.digest]
    assert motion.state == "voting"
    assert motion.params["digest"] == ladder.digest


def test_the_rules_of_the_loosened_stages_decide_together_as_they_stood(
    model: Model, manager: User
) -> None:
    ladder = load(
        2, LOOSER, ("cohort_cap: 50", "cohort_cap: 60"), ("veto: [safety]", "veto: []")
    ).ladder
    motion = ask(model, manager, ladder)
    assert motion.rule["veto"] == ["safety"]
    assert motion.rule["approval"] == {"at_least": "2/3"}
    assert motion.rule["quorum"] == {"at_least": "2/3"}
    assert set(motion.rule["required_present"]) == {"independent", "safety"}


def test_whoever_manages_the_model_has_no_vote(model: Model, manager: User) -> None:
    motion = ask(model, manager, load(2, LOOSER).ladder)
    seat = motion.ballots.filter(holder__isnull=False).first()
    assert seat is not None
    assert seat.holder is not None
    services.grant_right(actor=None, user=seat.holder, right=Right.MANAGE_RELEASE, model=model)
    seat.refresh_from_db()
    assert seat.excluded == "Manages releases of the model."


def test_a_rejected_motion_leaves_the_model_where_it_is(model: Model, manager: User) -> None:
    decide(ask(model, manager, load(2, LOOSER).ladder), "reject")
    assert services.apply_decided_motions() == 0
    assert version_of(model) == 1


def test_who_may_ask_and_for_what(model: Model, manager: User) -> None:
    first = model.ladder
    ladder = load(2, LOOSER).ladder
    with refused("You need the right"):
        ask(model, make_user(), ladder)
    with refused("only the newest version"):
        ask(model, manager, first)
    with refused("only the newest version"):
        ask(model, manager, make_ladder(cool_off="1h"))
    with refused("The dossier's safeguards"):
        services.propose_ladder_change(
            actor=manager, model=model, ladder=ladder, dossier={**DOSSIER, "safeguards": ""}
        )
    ask(model, manager, ladder)
    with refused("open motion of this kind"):
        ask(model, manager, ladder)


def test_what_would_leave_a_release_without_a_stage_is_not_put_to_the_board(
    model: Model, manager: User
) -> None:
    make_release(model, stage="open-weights")
    ladder = load(2, LOOSER, stages_without("open-weights")).ladder
    with refused("is at Open weights"):
        ask(model, manager, ladder)


def test_an_approval_waits_for_a_release_at_a_stage_that_is_gone_and_lapses(
    model: Model, manager: User
) -> None:
    release = make_release(model, stage="gated-weights")
    ladder = load(2, LOOSER, stages_without("open-weights")).ladder
    motion = decide(ask(model, manager, ladder))
    put_at(release, "open-weights")
    assert services.apply_decided_motions() == 0
    Motion.objects.filter(pk=motion.pk).update(decided_at=timezone.now() - PATIENCE)
    assert services.apply_decided_motions() == 1
    assert version_of(model) == 1
    assert "Open weights" in Event.objects.get(action="model.ladder_kept").data["reason"]
    assert manager.notifications.filter(kind="ladder_kept").exists()


def test_a_version_followed_meanwhile_ends_the_motion_for_another(
    model: Model, manager: User
) -> None:
    motion = ask(model, manager, load(2, LOOSER).ladder)
    load(3, TIGHTER)
    assert version_of(model) == 3
    motion.refresh_from_db()
    assert motion.state == "lapsed"
    assert "version 3" in motion.closing_reason
    assert services.apply_decided_motions() == 0


def test_an_approval_of_a_version_that_was_overtaken_comes_to_nothing(
    model: Model, manager: User
) -> None:
    decide(ask(model, manager, load(2, LOOSER).ladder))
    load(3, TIGHTER)
    assert services.apply_decided_motions() == 1
    assert version_of(model) == 3
    assert Event.objects.filter(action="model.ladder_kept").count() == 1


def test_what_only_tightened_the_approved_version_is_followed_with_it(
    model: Model, manager: User
) -> None:
    motion = ask(model, manager, load(2, LOOSER).ladder)
    load(3, LOOSER, TIGHTER)
    assert version_of(model) == 1
    decide(motion)
    services.apply_decided_motions()
    assert version_of(model) == 3


# What stands in the rule of a motion


def test_a_motion_carries_the_tracks_of_its_ladder() -> None:
    text = TEXT.replace("name: demo", "name: tracks").replace(
        "hold_review: 14d",
        "hold_review: 14d\nexecutive: [chair]\nemergency: {rule: {quorum: "
        '{more_than: "1/2"}, approval: {at_least: "2/3"}}, voting_period: 1d, full_review: 9d}',
    )
    ladder = services.load_ladder(actor=None, source_text=text).ladder
    transition = make_transition(make_release(make_model(ladder=ladder)))
    assert transition.motion.rule["executive"] == ["chair"]
    assert transition.motion.rule["emergency"]["full_review"] == 9 * 86400
    assert "executive" not in ladder.stages.all()[1].rule


def test_a_hold_asks_for_its_review_after_the_time_that_the_ladder_says() -> None:
    model = make_model(ladder=make_ladder(hold_review="3d"))
    hold = make_hold(model)
    assert hold.review_at - hold.placed_at < timedelta(days=3, minutes=1)
    assert hold.review_at - hold.placed_at > timedelta(days=2, hours=23)
