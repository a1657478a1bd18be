"""Pages: who sees which, what they show, and what they do with bad input."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from boards import services
from boards.models import Motion, Vote
from tests.boards.factories import (
    RULE,
    cast,
    decide,
    holder,
    make_board,
    make_motion,
    make_vote_open,
    run_out,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"
MOST_QUERIES = 15


def page(name: str, motion: Motion) -> str:
    return reverse(name, args=[motion.public_id])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def freshly_signed_in(user: User) -> Client:
    """Give the password a second time, as closing a vote asks who is at the keyboard."""
    user.set_password(PASSWORD)
    user.save()
    client = signed_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def form_of(motion: Motion, **changes: str) -> dict[str, str]:
    motion.refresh_from_db()
    return {
        "choice": "approve",
        "reason": "It was tested.",
        "understood": "on",
        "dossier_digest": motion.dossier_digest,
        **changes,
    }


# Who sees what

MOTION_PAGES = ["motion_detail", "motion_vote", "motion_close", "motion_withdraw", "motion_cancel"]


@pytest.mark.parametrize("name", MOTION_PAGES)
def test_a_motion_is_hidden_from_whoever_has_nothing_to_do_with_it(name: str) -> None:
    motion = make_vote_open()
    for stranger in (make_user(), make_user(is_superuser=True, is_staff=True)):
        assert signed_in(stranger).get(page(name, motion)).status_code == 404
        # The page of a motion itself takes no POST from anybody.
        expected = 405 if name == "motion_detail" else 404
        assert signed_in(stranger).post(page(name, motion)).status_code == expected
    assert signed_in(motion.proposer).get(f"/boards/motions/{uuid4()}/").status_code == 404
    response = Client().get(page(name, motion))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_a_board_is_hidden_from_whoever_has_nothing_to_do_with_it() -> None:
    motion = make_motion()
    url = reverse("board_detail", args=[motion.board.slug])
    assert signed_in(make_user(is_superuser=True)).get(url).status_code == 404
    assert signed_in(make_user()).get("/boards/no-such-board/").status_code == 404
    assert signed_in(holder(motion, "chair")).get(url).status_code == 200
    assert signed_in(motion.proposer).get(url).status_code == 200


def test_a_proposer_sees_their_own_motions_of_the_board_only() -> None:
    board = make_board()
    mine, other = make_motion(board, title="Mine"), make_motion(board, title="Of another")
    url = reverse("board_detail", args=[board.slug])
    seen = text(signed_in(mine.proposer).get(url))
    assert "Mine" in seen
    assert "Of another" not in seen
    assert signed_in(mine.proposer).get(page("motion_detail", other)).status_code == 404
    assert "Of another" in text(signed_in(holder(board, "safety")).get(url))


def test_the_list_shows_what_waits_for_my_vote() -> None:
    motion = make_vote_open()
    url = reverse("board_list")
    assert "Waiting for your vote" in text(signed_in(holder(motion, "chair")).get(url))
    assert "Waiting for your vote" not in text(signed_in(motion.proposer).get(url))
    assert "You sit on no board" in text(signed_in(make_user()).get(url))


# The motion's page


def test_no_page_shows_a_choice_before_close_not_even_to_the_voter() -> None:
    motion = make_vote_open()
    for role, choice in (("chair", "reject"), ("safety", "abstain"), ("independent", "recuse")):
        cast(motion, holder(motion, role), choice, reason=f"Quite secret {choice}.")
    for user in (*(holder(motion, r) for r in ("chair", "safety")), motion.proposer):
        for url in (page("motion_detail", motion), page("motion_vote", motion)):
            seen = text(signed_in(user).get(url))
            assert "secret" not in seen
            assert "checked" not in seen
            assert "tag-bad" not in seen
        board = text(signed_in(user).get(reverse("board_detail", args=[motion.board.slug])))
        assert "3 of 3" in board
        assert "secret" not in board


def test_dissent_is_printed_after_the_close() -> None:
    motion = make_vote_open()
    cast(motion, holder(motion, "safety"), "reject", reason="The margin is too thin.")
    motion = decide(motion, "approve", "", "approve")
    seen = text(signed_in(motion.proposer).get(page("motion_detail", motion)))
    assert "The margin is too thin." in seen
    assert "2 of 3 present approved; 2 were needed." in seen
    assert "closed voting: the motion is approved" in seen


def test_stale_votes_and_earlier_dossiers_stay_visible() -> None:
    motion = make_vote_open(dossier={"rationale": "The first text."})
    cast(motion, holder(motion, "chair"), reason="Quite secret.")
    services.revise_dossier(
        actor=motion.proposer, motion=motion, dossier={"rationale": "The second text."}
    )
    client = signed_in(holder(motion, "chair"))
    assert "Stale: the dossier changed" in text(client.get(page("motion_detail", motion)))
    services.open_voting(actor=motion.proposer, motion=motion)
    seen = text(client.get(page("motion_detail", motion)))
    assert "Stale: the dossier changed" in seen
    assert "The first text." in seen
    assert "secret" not in seen


def test_each_is_offered_what_they_may_do() -> None:
    motion = make_vote_open()
    chair = holder(motion, "chair")
    acts = {name: page(name, motion) for name in MOTION_PAGES[1:]}

    def offered(user: User) -> set[str]:
        seen = text(signed_in(user).get(page("motion_detail", motion)))
        return {name for name, url in acts.items() if f'href="{url}"' in seen}

    assert offered(chair) == {"motion_vote"}
    assert offered(motion.proposer) == {"motion_withdraw"}
    for role in ("chair", "safety", "independent"):
        cast(motion, holder(motion, role))
    assert offered(chair) == {"motion_vote", "motion_close"}
    services.close_voting(actor=chair, motion=motion)
    assert offered(chair) == {"motion_cancel"}
    assert offered(motion.proposer) == set()


def test_a_page_shows_markup_of_a_dossier_as_text() -> None:
    motion = make_motion(
        title="<script>alert(1)</script>",
        dossier={"<b>key": "<img src=x>", "list": [1, {"a": "b"}]},
    )
    seen = text(signed_in(motion.proposer).get(page("motion_detail", motion)))
    assert "<script>alert(1)" not in seen
    assert "<img" not in seen
    assert "&lt;b&gt;key" in seen


def test_an_erased_proposer_leaves_the_pages_working() -> None:
    from accounts.services import erase_person

    motion = decide(make_vote_open(), "approve", "approve", "approve")
    erase_person(actor=None, user=motion.proposer, reason="They asked.")
    erase_person(actor=None, user=holder(motion, "safety"), reason="They asked.")
    seen = text(signed_in(holder(motion, "chair")).get(page("motion_detail", motion)))
    assert "an erased person" in seen
    assert "invalid" not in seen


# Voting


def test_a_vote_is_cast_and_changed_by_the_form() -> None:
    motion = make_vote_open(rule={**RULE, "veto": ["safety"]})
    safety = holder(motion, "safety")
    client = signed_in(safety)
    assert "Your seat holds a veto" in text(client.get(page("motion_vote", motion)))
    response = client.post(page("motion_vote", motion), form_of(motion), follow=True)
    assert "Your vote is recorded and sealed" in text(response)
    assert "Change your vote" in text(response)
    assert "You have voted already" in text(client.get(page("motion_vote", motion)))
    client.post(page("motion_vote", motion), form_of(motion, choice="reject"))
    assert list(Vote.objects.values_list("choice", flat=True)) == ["approve", "reject"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"choice": ""}, "Choose how you vote."),
        ({"choice": "maybe"}, "Choose approve, reject, abstain or recuse."),
        ({"choice": "approve\x00"}, "Choose approve, reject, abstain or recuse."),
        ({"reason": ""}, "Give a reason"),
        ({"reason": "x" * 5001}, "at most 5000 fit"),
        ({"reason": "x" * 1_000_000}, "at most 5000 fit"),
        ({"reason": "a\x00b"}, "Null characters are not allowed."),
        ({"reason": "a\u202eb"}, "cannot be seen"),
        ({"understood": ""}, "Confirm that you have read the dossier."),
        ({"dossier_digest": "x" * 5000}, "at most 64"),
    ],
)
def test_a_bad_vote_gets_a_sentence_and_keeps_what_was_typed(
    changes: dict[str, str], sentence: str
) -> None:
    motion = make_vote_open()
    client = signed_in(holder(motion, "chair"))
    given = form_of(motion, **changes)
    response = client.post(page("motion_vote", motion), given)
    assert response.status_code == 200
    assert sentence in text(response)
    if "reason" not in changes:
        assert "It was tested." in text(response).split("<form")[-1]
    assert not Vote.objects.exists()


def test_a_reason_at_the_limit_fits_whatever_its_line_breaks() -> None:
    motion = make_vote_open()
    reason = "x\r\n" * 2499 + "xx"
    client = signed_in(holder(motion, "chair"))
    client.post(page("motion_vote", motion), form_of(motion, reason=reason))
    assert len(Vote.objects.get().reason) == 5000


def test_a_vote_on_a_dossier_that_changed_is_told_so_and_confirmed_again() -> None:
    motion = make_vote_open()
    stale = form_of(motion, reason="I typed this.")
    services.revise_dossier(actor=motion.proposer, motion=motion, dossier={"rationale": "New."})
    client = signed_in(holder(motion, "chair"))
    response = client.post(page("motion_vote", motion), stale)
    assert response.status_code == 409
    assert "The dossier changed" in text(response)
    services.open_voting(actor=motion.proposer, motion=motion)
    response = client.post(page("motion_vote", motion), stale)
    assert response.status_code == 409
    form = text(response).split("<form")[-1]
    motion.refresh_from_db()
    assert "I typed this." in form
    assert motion.dossier_digest in form
    assert 'name="understood" required checked' not in form
    assert not Vote.objects.exists()


def test_the_vote_page_says_why_there_is_no_vote() -> None:
    motion = make_vote_open()
    assert "no seat" in text(signed_in(motion.proposer).get(page("motion_vote", motion)))
    run_out(motion)
    response = signed_in(holder(motion, "chair")).get(page("motion_vote", motion))
    assert response.status_code == 409
    assert "time for voting is over" in text(response)
    response = signed_in(holder(motion, "chair")).post(page("motion_vote", motion), form_of(motion))
    assert response.status_code == 409
    assert not Vote.objects.exists()


# Endings


def test_the_chair_closes_by_a_typed_word_and_a_fresh_sign_in() -> None:
    motion = make_vote_open()
    chair = holder(motion, "chair")
    client = freshly_signed_in(chair)
    response = client.get(page("motion_close", motion))
    assert response.status_code == 409
    assert "Still awaited" in text(response)
    for role in ("chair", "safety", "independent"):
        cast(motion, holder(motion, role))
    assert client.get(page("motion_close", motion)).status_code == 200
    response = client.post(page("motion_close", motion), {"typed": "yes"})
    assert "Type the word close to confirm." in text(response)
    response = client.post(page("motion_close", motion), {"typed": "CLOSE"}, follow=True)
    assert "Voting is closed: the motion is approved" in text(response)
    old = signed_in(holder(make_vote_open(motion.board), "chair"))
    assert old.get(page("motion_close", motion)).status_code == 409


def test_closing_asks_for_the_password_after_a_while() -> None:
    motion = make_vote_open()
    for role in ("chair", "safety", "independent"):
        cast(motion, holder(motion, role))
    chair = holder(motion, "chair")
    chair.set_password(PASSWORD)
    chair.save()
    client = signed_in(chair)
    response = client.get(page("motion_close", motion))
    assert response.status_code == 302
    assert "reauthenticate" in response.headers["Location"]
    client.post(page("motion_close", motion), {"typed": "close"})
    motion.refresh_from_db()
    assert motion.state == "voting"


def test_the_proposer_withdraws_with_a_reason() -> None:
    motion = make_vote_open()
    client = signed_in(motion.proposer)
    assert (
        signed_in(holder(motion, "chair")).get(page("motion_withdraw", motion)).status_code == 409
    )
    response = client.post(page("motion_withdraw", motion), {"reason": "", "typed": "withdraw"})
    assert "Give a reason" in text(response)
    given = {"reason": "A test failed.", "typed": "withdraw"}
    response = client.post(page("motion_withdraw", motion), given, follow=True)
    assert "A test failed." in text(response)
    response = client.post(page("motion_withdraw", motion), given)
    assert response.status_code == 409
    assert "withdrawn" in text(response)


def test_a_seat_holder_cancels_a_decision_with_a_reason() -> None:
    motion = decide(make_vote_open(), "approve", "approve", "approve")
    client = signed_in(holder(motion, "safety"))
    assert client.get(page("motion_cancel", motion)).status_code == 200
    given = {"reason": "A new finding.", "typed": "cancel"}
    response = client.post(page("motion_cancel", motion), given, follow=True)
    assert "The decision is cancelled" in text(response)
    motion.refresh_from_db()
    assert motion.state == "cancelled"


# Size


def test_the_queries_of_a_motion_do_not_grow_with_votes(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    few = make_vote_open()
    cast(few, holder(few, "safety"))
    services.revise_dossier(actor=few.proposer, motion=few, dossier={"rationale": "Once."})
    services.open_voting(actor=few.proposer, motion=few)
    cast(few, holder(few, "safety"))
    roles = ["chair", "independent", *["legal"] * 8]
    many = make_vote_open(make_board(*[(role, make_user()) for role in roles]))
    voters = [seat.holder for seat in many.board.seats.select_related("holder") if seat.holder]
    for voter in voters * 2:
        cast(many, voter)
    for version in range(3):
        services.revise_dossier(
            actor=many.proposer, motion=many, dossier={"rationale": f"Version {version}"}
        )
        services.open_voting(actor=many.proposer, motion=many)
    for voter in voters:
        cast(many, voter)
    closed = decide(make_vote_open(many.board), *["approve"] * 10)
    counts = []
    for motion in (few, many, closed):
        client = signed_in(holder(motion, "chair"))
        for name in ("motion_detail", "motion_vote"):
            with django_assert_max_num_queries(MOST_QUERIES) as queries:
                client.get(page(name, motion))
            counts.append(len(queries))
    assert counts[0] == counts[2]
    assert counts[1] == counts[3]


def test_the_queries_of_the_board_pages_do_not_grow_with_motions(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    board = make_board()
    make_vote_open(board)
    decide(make_vote_open(board), "approve")
    client = signed_in(holder(board, "chair"))
    urls = [reverse("board_list"), reverse("board_detail", args=[board.slug])]
    counts = []
    for _time in range(2):
        for url in urls:
            with django_assert_max_num_queries(MOST_QUERIES) as queries:
                assert client.get(url).status_code == 200
            counts.append(len(queries))
        for _more in range(5):
            cast(make_vote_open(board), holder(board, "safety"))
        for _more in range(22):
            decide(make_vote_open(board), "approve")
    assert counts[:2] == counts[2:]
    first = text(client.get(urls[1]))
    assert "?before=" in first
    older = client.get(urls[1] + first.split('href="?before=')[0] and urls[1] + "?before=1")
    assert older.status_code == 200
    assert client.get(urls[1] + "?before=abc%00").status_code == 200
