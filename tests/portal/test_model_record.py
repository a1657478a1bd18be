"""What a model's page tells the public of decisions: what was released, and nothing else."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from boards import services as boards
from boards import tasks
from boards.models import Board, Motion
from common import dsse
from releases import services as releases
from releases.choices import Right
from releases.models import Model, Release
from tests.boards.factories import holder, make_board
from tests.factories import make_user
from tests.releases.factories import (
    LIFT_DOSSIER,
    decide,
    end_cool_off,
    make_approved,
    make_hold,
    make_model,
    make_release,
    make_transition,
)

pytestmark = pytest.mark.django_db

SECRET = "Sealed within the board."


@pytest.fixture(autouse=True)
def _key_and_store(settings: Settings, tmp_path: Path) -> None:
    settings.WEIGHTS_DIR = tmp_path / "store"
    settings.WEIGHTS_DIR.mkdir()
    settings.SIGNING_KEY = dsse.derived_private_key("first")


@pytest.fixture
def board() -> Board:
    return make_board()


@pytest.fixture
def model(board: Board) -> Model:
    return make_model(board=board)


def shown(model: Model, client: Client | None = None) -> str:
    response = (client or Client()).get(model.get_absolute_url())
    assert response.status_code == 200
    return str(response.content.decode())


def publish(motion: Motion, text: str) -> None:
    chair = holder(motion, "chair")
    draft = boards.draft_public_summary(actor=chair, motion=motion, text=text)
    boards.release_summary(actor=chair, summary=draft)


def moved(release: Release) -> Motion:
    """Have the board move a release up one stage."""
    transition = make_approved(release)
    releases.take_effect(transition_id=transition.pk)
    end_cool_off(transition)
    releases.take_effect(transition_id=transition.pk)
    tasks.sweep_records()
    return Motion.objects.get(pk=transition.motion_id)


def test_a_released_summary_stands_with_its_decision_and_the_records_digest(model: Model) -> None:
    motion = moved(make_release(model, stage="trusted-api"))
    publish(motion, "We widen access. [redacted: security]")
    page = shown(model)
    newest = motion.records.first()
    assert newest is not None
    for words in (motion.title, "We widen access.", "Redacted: security", newest.digest):
        assert words in page
    assert "/keys/#verify-record-label" in page
    assert 'id="verify-record-label"' in Client().get("/keys/").content.decode()


def test_the_stages_of_every_release_that_may_be_seen_are_told(model: Model) -> None:
    release = make_release(model, stage="trusted-api")
    moved(release)
    page = shown(model)
    assert "Public API" in page
    assert "Board decision" in page


def test_a_decision_without_a_released_summary_is_not_told(model: Model) -> None:
    motion = moved(make_release(model, stage="trusted-api"))
    boards.add_summary(actor=holder(motion, "chair"), motion=motion, text=SECRET)
    boards.draft_public_summary(actor=motion.proposer, motion=motion, text=SECRET)
    page = shown(model)
    assert SECRET not in page
    assert motion.title not in page


def test_an_open_motion_shows_to_staff_and_not_to_the_public(model: Model) -> None:
    release = make_release(model, stage="trusted-api")
    transition = make_transition(release, rationale=SECRET)
    releases.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    staff = Client()
    staff.force_login(transition.motion.proposer)
    for address in (model.get_absolute_url(), release.get_absolute_url()):
        public = Client().get(address).content.decode()
        assert "Vote open" not in public
        assert SECRET not in public
    assert "Vote open" in staff.get(release.get_absolute_url()).content.decode()


def test_a_release_that_may_not_be_seen_tells_nothing_of_itself(model: Model) -> None:
    make_release(model, stage="public-api")
    hidden = make_release(model, version="v-hidden", stage="internal")
    motion = moved(make_release(model, stage="trusted-api"))
    publish(motion, "Public.")
    decided = decide(_opened(hidden))
    publish(decided, SECRET)
    page = shown(model)
    assert "Public." in page
    assert SECRET not in page
    assert "v-hidden" not in page
    staff = Client()
    staff.force_login(holder(decided, "chair"))
    assert SECRET in shown(model, staff)


def _opened(release: Release) -> Motion:
    transition = make_transition(release)
    return releases.open_transition_vote(actor=transition.motion.proposer, transition=transition)


def test_a_decision_on_a_hold_is_told_to_whoever_may_see_what_was_held(model: Model) -> None:
    make_release(model, stage="public-api")
    hidden = make_release(model, stage="internal")
    for release, text in ((None, "Lifted for the model."), (hidden, SECRET)):
        lead = make_user()
        releases.grant_right(actor=None, user=lead, right=Right.PLACE_HOLD, model=model)
        hold = make_hold(model, release)
        lift = releases.propose_lift(actor=lead, hold=hold, dossier=LIFT_DOSSIER)
        publish(decide(lift), text)
    page = shown(model)
    assert "Lifted for the model." in page
    assert SECRET not in page


def test_the_page_asks_few_questions_however_much_was_published(
    model: Model, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        release = make_release(model, stage="trusted-api")
        publish(moved(release), f"Told {number}.")
        make_hold(model, release)
    with django_assert_max_num_queries(15):
        assert shown(model).count("Told ") == 4
