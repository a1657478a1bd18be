"""The dossier of every kind of motion of this room can be changed, and its vote opened again."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from boards import services as boards
from boards.models import Motion
from boards.selectors import standing
from common.errors import Refused
from releases import services
from releases.models import Model
from tests.boards.factories import cast, make_motion
from tests.factories import make_user
from tests.releases.factories import (
    LIFT_DOSSIER,
    decide,
    make_hold,
    make_ladder_asking,
    make_model,
    make_release,
    make_transition,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def model(manager: User) -> Model:
    return make_model(manager=manager, ladder=make_ladder_asking("trusted-api", re_review="180d"))


def lifting(model: Model, manager: User) -> Motion:
    return services.propose_lift(actor=manager, hold=make_hold(model), dossier=LIFT_DOSSIER)


def staying(model: Model, manager: User) -> Motion:
    return services.propose_re_review(
        actor=manager,
        release=make_release(model, stage="trusted-api"),
        dossier={"rationale": "Nothing was reported.", "changes": "None."},
        conditions=[{"kind": "blocker_appears"}],
    )


def raising(model: Model, manager: User) -> Motion:
    return services.propose_raise(
        actor=manager,
        release=make_release(model, stage="trusted-api"),
        cap=20,
        dossier={"rationale": "Many ask.", "experience": "All went well."},
    )


@pytest.mark.parametrize("propose", [lifting, staying, raising])
def test_a_changed_dossier_ends_the_vote_and_another_one_opens(
    model: Model, manager: User, propose: Callable[[Model, User], Motion]
) -> None:
    motion = propose(model, manager)
    former = dict(motion.dossier)
    ballot = standing(motion).awaited[0]
    assert ballot.holder is not None
    cast(motion, ballot.holder, "reject")
    client = Client()
    client.force_login(manager)
    url = reverse("motion_revise", args=[motion.public_id])
    written = {key: part for key, part in former.items() if isinstance(part, str)}
    response = client.post(url, {**written, "rationale": "Said better."}, follow=True)
    page = response.content.decode()
    assert "Stale: the dossier changed" in page
    assert "The proposer or the chair opens the vote here." in page
    motion.refresh_from_db()
    assert motion.state == "in_review"
    assert motion.dossier == {**former, "rationale": "Said better."}
    client.post(reverse("motion_open", args=[motion.public_id]), {"typed": "open"})
    motion.refresh_from_db()
    assert (motion.state, motion.round) == ("voting", 2)
    assert decide(motion).state == "approved"


def test_whoever_manages_the_model_has_no_vote_the_second_time_either(
    model: Model, manager: User
) -> None:
    seat = model.board.seats.filter(role="chair").select_related("holder").get()
    motion = lifting(model, manager)
    assert seat.holder is not None
    services.grant_right(actor=None, user=seat.holder, right="manage_release", model=model)
    boards.revise_texts(actor=manager, motion=motion, texts={**LIFT_DOSSIER, "remedy": "Mended."})
    motion.refresh_from_db()
    boards.open_vote(actor=manager, motion=motion)
    ballot = motion.ballots.get(round=2, role="chair")
    assert ballot.excluded == "Manages releases of the model."


def test_what_a_ladders_motion_changes_is_not_for_the_proposer_to_rewrite(manager: User) -> None:
    motion = make_motion(proposer=manager, kind="change_ladder")
    with pytest.raises(Refused, match="no part called 'changes'"):
        boards.revise_texts(actor=manager, motion=motion, texts={"changes": "Nothing."})


def test_a_moves_dossier_is_changed_on_the_page_that_has_its_exhibits(
    model: Model, manager: User
) -> None:
    motion = make_transition(make_release(model), manager).motion
    client = Client()
    client.force_login(manager)
    url = reverse("motion_revise", args=[motion.public_id])
    assert url in client.get(reverse("motion_detail", args=[motion.public_id])).content.decode()
    response = client.get(url)
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("transition_revise", args=[motion.public_id])
