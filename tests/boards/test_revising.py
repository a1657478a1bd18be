"""A changed dossier sends every kind of motion back to review, and its votes are stale."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from boards import kinds, services
from boards.choices import REVIEW_KIND, SEAT_KIND, SeatAction
from boards.models import Motion
from boards.services import SeatChange
from common.errors import Refused
from tests.boards.factories import cast, holder, make_board, make_motion, tally_of
from tests.boards.test_seats import seat_of, with_a_vacancy
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def seating() -> Motion:
    """A motion to fill the legal seat, proposed by the chair and open to vote."""
    board = make_board(*with_a_vacancy())
    motion = services.propose_seat_change(
        actor=holder(board, "chair"),
        board=board,
        change=SeatChange(
            action=SeatAction.APPOINT,
            role="legal",
            person=make_user(),
            seat=seat_of(board, "legal"),
            term_ends_at=seat_of(board, "safety").term_ends_at,
        ),
        dossier={"rationale": "They know the field."},
    )
    return services.open_vote(actor=motion.proposer, motion=motion)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_every_kind_says_what_of_its_dossier_the_proposer_changes_and_who_opens_its_vote() -> None:
    for kind in kinds.all_kinds():
        if kind.slug.startswith("test"):
            continue
        assert bool(kind.texts) != bool(kind.revise_page), kind.slug
        assert set(kind.texts) <= set(kind.part_names), kind.slug
        assert kinds.is_opened_here(kind.slug) == (kind.slug != "transition")
    assert {SEAT_KIND, REVIEW_KIND} <= {kind.slug for kind in kinds.all_kinds()}


def test_a_seat_motion_goes_back_to_review_and_shows_its_stale_votes(seating: Motion) -> None:
    safety, former = holder(seating, "safety"), seating.dossier_digest
    cast(seating, safety, reason="Known for years.")
    client = signed_in(seating.proposer)
    url = reverse("motion_revise", args=[seating.public_id])
    assert f'href="{url}"' in text(client.get(reverse("motion_detail", args=[seating.public_id])))
    page = text(client.get(url))
    assert "They know the field." in page
    assert "the votes that were cast become stale" in page
    response = client.post(url, {"rationale": "They wrote the rules of the field."}, follow=True)
    page = text(response)
    seating.refresh_from_db()
    assert (seating.state, seating.round) == ("in_review", 1)
    assert seating.dossier_digest != former
    assert seating.params["action"] == "appoint"
    assert "has a new digest" in page
    assert "Stale: the dossier changed" in page
    assert "Known for years." not in page
    assert f"Earlier dossier {former[:16]}" in page
    opened = client.post(
        reverse("motion_open", args=[seating.public_id]), {"typed": "open"}, follow=True
    )
    assert "Voting is open" in text(opened)
    seating.refresh_from_db()
    assert (seating.state, seating.round) == ("voting", 2)
    nominee = User.objects.get(pseudonym=seating.params["person"])
    assert not seating.ballots.filter(round=2, holder=nominee).exists()


def test_stale_votes_do_not_count(seating: Motion) -> None:
    for role in ("safety", "independent"):
        cast(seating, holder(seating, role), "reject")
    services.revise_texts(
        actor=seating.proposer, motion=seating, texts={"rationale": "They are needed."}
    )
    services.open_vote(actor=seating.proposer, motion=seating_now(seating))
    for role in ("safety", "independent"):
        cast(seating, holder(seating, role))
    seating.refresh_from_db()
    done = services.close_voting(actor=holder(seating, "chair"), motion=seating)
    assert (done.state, tally_of(done)["reject"]) == ("approved", 0)


def seating_now(motion: Motion) -> Motion:
    motion.refresh_from_db()
    return motion


def test_only_the_proposer_changes_a_dossier_and_only_while_it_is_open(seating: Motion) -> None:
    url = reverse("motion_revise", args=[seating.public_id])
    other = signed_in(holder(seating, "safety"))
    response = other.post(url, {"rationale": "Mine."})
    assert response.status_code == 409
    assert "Only the proposer may change the dossier." in text(response)
    assert signed_in(make_user()).get(url).status_code == 404
    services.withdraw_motion(actor=seating.proposer, motion=seating, reason="Not now.")
    response = signed_in(seating.proposer).get(url)
    assert response.status_code == 409
    assert "It is too late for that" in text(response)


@pytest.mark.parametrize(
    ("rationale", "why"),
    [
        ("", "Write at least a sentence."),
        ("x" * 20_001, "20000"),
        ("They know the field.", "The dossier is the same as before"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    seating: Motion, rationale: str, why: str
) -> None:
    url = reverse("motion_revise", args=[seating.public_id])
    page = text(signed_in(seating.proposer).post(url, {"rationale": rationale}))
    assert why in page.replace(",", "")
    assert rationale in page
    seating.refresh_from_db()
    assert seating.state == "voting"


def test_what_is_not_a_text_of_the_proposer_stays_out_of_reach(seating: Motion) -> None:
    with pytest.raises(Refused, match="no part called 'exhibits'"):
        services.revise_texts(
            actor=seating.proposer, motion=seating, texts={"rationale": "x", "exhibits": "[]"}
        )
    move = make_motion()
    with pytest.raises(Refused, match="on the page of what the motion is about"):
        services.revise_texts(actor=move.proposer, motion=move, texts={"rationale": "x"})


def test_a_vote_that_waits_for_requirements_is_not_opened_here() -> None:
    move = make_motion()
    with pytest.raises(Refused, match="opens from the page of what it is about"):
        services.open_vote(actor=move.proposer, motion=move)
