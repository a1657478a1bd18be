"""Pages of the record: who opens them, what they show, and the texts written after the close."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from boards import services, tasks
from boards.models import Motion, PublicSummary
from boards.record_check import check
from common import dsse
from tests.boards.factories import cast, decide, holder, make_board, make_vote_open
from tests.factories import make_user

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
PAGES = ["motion_record", "motion_issues", "motion_summary"]


@pytest.fixture(autouse=True)
def key(settings: Settings) -> str:
    settings.SIGNING_KEY = dsse.derived_private_key("first")
    return dsse.public_pem(dsse.load_private_key(settings.SIGNING_KEY))


def decided(*choices: str, **changes: Any) -> Motion:
    motion = decide(make_vote_open(**changes), *choices)
    tasks.sweep_records()
    motion.refresh_from_db()
    return motion


def page(name: str, motion: Motion, *more: int) -> str:
    return reverse(name, args=[motion.public_id, *more])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("name", PAGES)
def test_a_record_is_hidden_from_whoever_has_nothing_to_do_with_the_motion(name: str) -> None:
    motion = decided("approve", "approve", "approve")
    for stranger in (make_user(), make_user(is_superuser=True, is_staff=True)):
        client = signed_in(stranger)
        assert client.get(page(name, motion)).status_code == 404
        assert client.get(page("motion_record_file", motion, 1)).status_code == 404
    assert Client().get(page(name, motion)).status_code == 302
    missing = reverse(name, args=[uuid4()])
    assert signed_in(motion.proposer).get(missing).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_there_is_no_record_before_the_close(name: str) -> None:
    motion = make_vote_open()
    cast(motion, holder(motion, "safety"), reason="A sealed reason.")
    response = signed_in(holder(motion, "chair")).get(page(name, motion))
    assert response.status_code == 409
    assert "A sealed reason." not in text(response)


def test_the_page_shows_what_is_signed_with_names() -> None:
    motion = decided("approve", "reject", "approve")
    services.add_summary(
        actor=holder(motion, "chair"), motion=motion, text="Misuse against benefit."
    )
    shown = text(signed_in(motion.proposer).get(page("motion_record", motion)))
    for seat in motion.board.seats.all():
        assert str(seat.holder) in shown
    record = motion.records.get()
    for words in ("Dissent", "I reject.", "Misuse against benefit.", record.digest):
        assert words in shown
    assert record.key.fingerprint in shown
    # Written after what was signed: the sweep has not been here again.
    assert "newer than what is signed" in shown
    tasks.sweep_records()
    shown = text(signed_in(motion.proposer).get(page("motion_record", motion)))
    assert "newer than what is signed" not in shown


def test_addresses_are_whole_so_that_they_can_be_read_on_paper() -> None:
    motion = decided("approve", "approve", "approve", subject_url="/models/demo/heron/v1/")
    shown = text(signed_in(motion.proposer).get(page("motion_record", motion)))
    assert 'href="http://localhost/models/demo/heron/v1/"' in shown
    assert f'href="http://localhost{page("motion_record_file", motion, 1)}"' in shown


def test_what_is_decided_is_named_by_its_digest() -> None:
    motion = decided("approve", "approve", "approve", params={"release_digest": "ab" * 32})
    shown = text(signed_in(motion.proposer).get(page("motion_record", motion)))
    assert "ab" * 32 in shown
    assert motion.dossier_digest in shown


def test_exhibits_and_conditions_are_listed() -> None:
    motion = decided(
        "approve",
        "approve",
        "approve",
        dossier={
            "rationale": "Tested.",
            "exhibits": [
                {
                    "type": "evaluation",
                    "title": "Cyber <b>log</b>",
                    "digest": "cd" * 32,
                    "url": "/evidence/1/",
                    "note": "",
                }
            ],
            "conditions": [{"sentence": "Cyber rises above 0.2.", "rule": {"metric": "cyber"}}],
        },
    )
    shown = text(signed_in(motion.proposer).get(page("motion_record", motion)))
    assert "cd" * 32 in shown
    assert "Cyber rises above 0.2." in shown
    assert "Cyber &lt;b&gt;log&lt;/b&gt;" in shown


def test_the_file_verifies_as_downloaded(key: str) -> None:
    motion = decided("approve", "approve", "approve")
    client = signed_in(holder(motion, "independent"))
    response = client.get(page("motion_record_file", motion, 1))
    assert response["Content-Disposition"].startswith("attachment")
    assert check(response.content, key).record["motion"]["id"] == str(motion.public_id)
    for version in (0, 2, 2**40):
        assert client.get(page("motion_record_file", motion, version)).status_code == 404


def test_the_page_asks_few_questions_however_many_voted(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    small = decided("approve", "approve", "approve")
    roles = ["chair", "independent", *["safety"] * 12]
    large = make_vote_open(make_board(*((role, make_user()) for role in roles)))
    for seat in large.board.seats.select_related("holder"):
        assert seat.holder is not None
        cast(large, seat.holder)
    large = decide(large)
    for _number in range(5):
        services.add_summary(actor=holder(large, "chair"), motion=large, text="An issue.")
        tasks.sweep_records()
    for motion in (small, large):
        client = signed_in(holder(motion, "chair"))
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(page("motion_record", motion)).status_code == 200


def test_the_chair_writes_about_the_issues_on_a_page() -> None:
    motion = decided("approve", "reject", "approve")
    address = page("motion_issues", motion)
    assert signed_in(holder(motion, "safety")).get(address).status_code == 409
    client = signed_in(holder(motion, "chair"))
    assert client.get(address).status_code == 200
    assert "Write the summary." in text(client.post(address, {"text": ""}))
    assert client.post(address, {"text": "a\x00"}).status_code == 200
    assert not motion.issue_summaries.exists()
    assert client.post(address, {"text": "Weighed."}).status_code == 302
    assert motion.issue_summaries.get().text == "Weighed."


def test_a_public_summary_is_drafted_and_released_on_pages() -> None:
    motion = decided("approve", "approve", "approve")
    address = page("motion_summary", motion)
    proposer, chair = signed_in(motion.proposer), signed_in(holder(motion, "chair"))
    assert signed_in(holder(motion, "safety")).post(address, {"text": "x"}).status_code == 409
    draft = "We move. [redacted: security] <script>"
    assert proposer.post(address, {"text": draft}).status_code == 302
    shown = text(chair.get(address))
    assert '<span class="redacted">Redacted: security</span>' in shown
    assert "&lt;script&gt;" in shown
    release = page("summary_release", motion, 1)
    assert release not in text(proposer.get(address))
    assert release in shown
    assert proposer.post(release, {"typed": "release"}).status_code == 409
    assert chair.get(release).status_code == 200
    assert chair.post(release, {"typed": "no"}).status_code == 200
    assert not hasattr(PublicSummary.objects.get(), "release")
    assert chair.post(release, {"typed": "release"}).status_code == 302
    assert chair.post(release, {"typed": "release"}).status_code == 409
    assert hasattr(PublicSummary.objects.get(), "release")
    assert chair.get(page("summary_release", motion, 7)).status_code == 404


def test_the_schema_stands_at_the_address_that_is_the_type_of_a_record() -> None:
    motion = decided("approve", "approve", "approve")
    file = json.loads(motion.records.get().file)
    statement = json.loads(dsse.verify(motion.records.get().key.public_pem, file))
    response = Client().get(statement["predicateType"].removeprefix("http://localhost"))
    assert response.json()["$id"] == statement["predicateType"]
