"""Pages: who gets which, what they show, and what they do with bad input."""

import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from boards import services as boards
from boards.models import Motion
from common.storage_url import parse_buckets
from releases import services
from releases.models import Hold, Model, Release, Transition
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.evidence_files import make_evidence
from tests.releases.factories import (
    DOSSIER,
    LIFT_DOSSIER,
    decide,
    make_directory,
    make_hold,
    make_ladder,
    make_model,
    make_release,
    make_transition,
    put_at,
)

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"
MOST_QUERIES = 15
# Where it is counted, in every room, whom an act would stop.
DRY_RUN_QUERIES = 20
# Where evidence and comparable models can be chosen.
PROPOSE_QUERIES = 16


class Scene:
    """A model with its staff, and a release at Trusted API."""

    def __init__(self) -> None:
        self.manager, self.holder, self.reviewer = make_user(), make_user(), make_user()
        self.chair = make_user()
        board = make_board(
            ("chair", self.chair), ("safety", make_user()), ("independent", make_user())
        )
        self.model: Model = make_model(
            board=board, manager=self.manager, holder=self.holder, name="heron"
        )
        services.grant_right(
            actor=None, user=self.reviewer, right="review_application", model=self.model
        )
        self.release: Release = make_release(self.model, version="v1", stage="trusted-api")

    def url(self, name: str, *, release: bool = True) -> str:
        args = ["acme", "heron", "v1"] if release else ["acme", "heron"]
        return reverse(name, args=args)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def freshly_signed_in(user: User) -> Client:
    """Sign in, and give the password again, as what is final asks who is at the keyboard."""
    user.set_password(PASSWORD)
    user.save()
    client = signed_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


# Who gets which


def test_each_act_is_for_its_right_and_hidden_from_others(scene: Scene) -> None:
    hold = make_hold(scene.model, scene.release, actor=scene.holder)
    transition = make_transition(scene.release, scene.manager)
    acts = {
        scene.url("release_ingest", release=False): {scene.manager},
        scene.url("transition_propose"): {scene.manager},
        reverse("transition_revise", args=[transition.motion.public_id]): {scene.manager},
        reverse("transition_open", args=[transition.motion.public_id]): {
            scene.manager,
            scene.chair,
        },
        scene.url("hold_place"): {scene.holder},
        scene.url("hold_place", release=False): {scene.holder},
        scene.url("release_demote"): {scene.holder},
        scene.url("release_withdraw"): {scene.holder},
        reverse("hold_lift", args=[hold.public_id]): {scene.holder, scene.manager},
        scene.url("ingest_progress"): {
            scene.manager, scene.holder, scene.reviewer, scene.chair,
        },
    }  # fmt: skip
    strangers = [make_user(), make_user(is_staff=True), make_user(is_superuser=True)]
    for url, allowed in acts.items():
        assert Client().get(url).status_code == 302
        for stranger in strangers:
            assert signed_in(stranger).get(url).status_code == 404, url
            assert signed_in(stranger).post(url).status_code in (404, 405), url
        for person in (scene.manager, scene.holder, scene.reviewer, scene.chair):
            expected = (200, 302, 409) if person in allowed else (403,)
            assert signed_in(person).get(url).status_code in expected, url
            if person not in allowed:
                assert signed_in(person).post(url).status_code == 403, url
    assert Hold.objects.count() == 1
    assert Transition.objects.count() == 1


def test_what_does_not_exist_is_404(scene: Scene) -> None:
    client = signed_in(scene.manager)
    for url in (
        reverse("release_ingest", args=["acme", "none"]),
        reverse("transition_propose", args=["acme", "heron", "v9"]),
        reverse("transition_propose", args=["acme", "heron", "%00"]),
        reverse("transition_open", args=[uuid4()]),
        reverse("hold_lift", args=[uuid4()]),
        reverse("ladder_detail", args=["none", 1]),
        reverse("ladder_detail", args=["demo", 99999999999999999999]),
        "/releases/models/acme/heron\x00/hold/",
    ):
        assert client.get(url).status_code == 404, url


# Ladders


def test_everybody_reads_the_ladder() -> None:
    ladder = make_ladder()
    page = text(Client().get(reverse("ladder_detail", args=[ladder.name, ladder.version])))
    for words in (
        "Gated weights",
        "10 organisations at most",
        "Veto: a rejection by the safety seat rejects the motion.",
        "weights-terms",
        "what is downloaded cannot be taken back",
    ):
        assert words in page
    assert ladder.title in text(Client().get(reverse("ladder_list")))


def test_without_a_ladder_the_list_says_how_to_begin() -> None:
    assert "load_ladder" in text(Client().get(reverse("ladder_list")))


# Ingest


def test_an_ingest_from_the_page_to_the_seal(
    scene: Scene, incoming: Path, django_capture_on_commit_callbacks: Any
) -> None:
    directory = make_directory(below=incoming)
    client = signed_in(scene.manager)
    url = scene.url("release_ingest", release=False)
    choice = f"incoming/{directory.name}"
    assert choice in text(client.get(url))
    response = client.post(url, {"version": "v2", "directory": choice})
    progress = reverse("ingest_progress", args=["acme", "heron", "v2"])
    assert response.headers["Location"] == progress
    page = text(client.get(progress))
    assert "0 of 3 files" in page
    assert 'hx-trigger="every 2s"' in page
    assert "http-equiv" in page
    release = Release.objects.get(version="v2")
    assert release.created_by == scene.manager
    services.continue_ingest(release_id=release.pk, budget_seconds=9, hand_over=False)
    assert "3 of 3 files" in text(client.get(progress))
    services.verify_release(release_id=release.pk, budget_seconds=9, hand_over=False)
    fragment = text(client.get(progress, headers={"HX-Request": "true"}))
    assert "Go to acme/heron v2" in fragment
    assert "hx-trigger" not in fragment
    assert "<html" not in fragment


def test_directories_of_one_name_below_roots_of_one_name_are_two(
    scene: Scene, tmp_path: Path, settings: Settings
) -> None:
    settings.INGEST_ROOTS = [tmp_path / "a" / "incoming", tmp_path / "b" / "incoming"]
    for root in settings.INGEST_ROOTS:
        (root / "heron").mkdir(parents=True)
        (root / "heron" / "README.md").write_text("# Heron")
    (tmp_path / "a" / "incoming" / "other").mkdir()
    client, url = signed_in(scene.manager), scene.url("release_ingest", release=False)
    page = text(client.get(url))
    assert 'value="incoming/heron"' not in page
    # Only of those that would look alike more than the name is shown.
    assert 'value="incoming/other"' in page
    # None of several is chosen by chance.
    assert "Directory (optional)" not in page
    unchosen = text(client.post(url, {"version": "v2", "directory": ""}))
    assert "Choose the directory to read." in unchosen
    second = settings.INGEST_ROOTS[1] / "heron"
    assert f'value="{second}"' in page
    client.post(url, {"version": "v2", "directory": str(second)})
    assert Release.objects.get(version="v2").source == str(second)


def test_a_refused_ingest_says_why_and_offers_another_try(scene: Scene) -> None:
    make_release(scene.model, version="v2", files={"a.safetensors": b"lies lies"})
    page = text(
        signed_in(scene.manager).get(reverse("ingest_progress", args=["acme", "heron", "v2"]))
    )
    assert "claims a header of" in page
    assert "Ingest again" in page


def test_bad_input_to_the_ingest(scene: Scene, incoming: Path) -> None:
    make_directory(below=incoming)
    pickled = make_directory({"a.pkl": b""}, below=incoming)
    client = signed_in(scene.manager)
    url = scene.url("release_ingest", release=False)
    for data, status, words in (
        ({}, 200, "Give the version a name"),
        ({"version": "main", "directory": f"incoming/{pickled.name}"}, 200, "moving revision"),
        ({"version": "v2", "directory": "/etc"}, 200, "That directory is not offered"),
        ({"version": "v2", "directory": "incoming/.."}, 200, "That directory is not offered"),
        ({"version": "v" * 100, "directory": "x"}, 200, "at most 64 characters"),
        ({"version": "v\x00", "directory": "x"}, 200, "Null characters are not allowed"),
        ({"version": "v2", "directory": f"incoming/{pickled.name}"}, 409, "can run code"),
    ):
        response = client.post(url, data)
        assert response.status_code == status
        assert words in text(response)
    assert Release.objects.count() == 1


def test_a_bucket_is_a_second_way_in(scene: Scene, incoming: Path, settings: Settings) -> None:
    address = "s3://incoming/weights?endpoint=http://127.0.0.1:1"
    settings.INGEST_S3_ROOTS = parse_buckets([address])
    client, url = signed_in(scene.manager), scene.url("release_ingest", release=False)
    make_directory(below=incoming)
    page = client.get(url).content.decode()
    assert "Below s3://incoming/weights." in page
    directory = f"incoming/{next(incoming.iterdir()).name}"
    for sent, status, sentence in (
        ({}, 200, "Say what to read."),
        ({"bucket": "s3://a/b", "directory": directory}, 200, "not both"),
        ({"bucket": "/etc"}, 200, "It begins with s3://"),
        ({"bucket": "s3://other/prefix"}, 409, "not below a bucket"),
    ):
        response = client.post(url, {"version": "v2", **sent})
        assert response.status_code == status, sent
        assert sentence in response.content.decode()


def test_the_only_way_in_is_required_and_of_two_each_is_optional(
    scene: Scene, incoming: Path, settings: Settings
) -> None:
    client, url = signed_in(scene.manager), scene.url("release_ingest", release=False)
    buckets = parse_buckets(["s3://incoming/weights?endpoint=http://127.0.0.1:1"])
    directory = make_directory(below=incoming)
    page = text(client.get(url))
    assert "Directory" in page
    assert "(optional)" not in page
    assert "Choose the directory to read." in text(client.post(url, {"version": "v2"}))
    settings.INGEST_S3_ROOTS = buckets
    page = text(client.get(url))
    assert page.count("(optional)") == 2
    assert "Say what to read." in text(client.post(url, {"version": "v2"}))
    shutil.rmtree(directory)
    page = text(client.get(url))
    assert "Prefix of a bucket" in page
    assert "(optional)" not in page
    assert "Give the prefix to read." in text(client.post(url, {"version": "v2"}))


def test_without_a_directory_the_page_says_what_to_do(scene: Scene, incoming: Path) -> None:
    page = text(signed_in(scene.manager).get(scene.url("release_ingest", release=False)))
    assert "INGEST_ROOTS" in page


# Transitions


def test_from_proposal_to_an_open_vote(scene: Scene) -> None:
    client = signed_in(scene.manager)
    url = scene.url("transition_propose")
    page = text(client.get(url))
    assert "Propose Public API for acme/heron v1" in page
    assert "Nothing blocks the vote." in page
    response = client.post(url, DOSSIER)
    motion = Motion.objects.get()
    opening = reverse("transition_open", args=[motion.public_id])
    assert response.headers["Location"] == opening
    page = text(client.get(opening))
    assert motion.dossier_digest[:16] in page
    assert client.post(opening).status_code == 302
    motion.refresh_from_db()
    assert motion.state == "voting"
    assert client.post(opening).status_code == 409
    assert client.get(url).status_code == 409


def test_the_vote_does_not_open_while_a_requirement_is_unmet(scene: Scene) -> None:
    transition = make_transition(scene.release, scene.manager)
    make_hold(scene.model, actor=scene.holder, reason="Odd answers.")
    opening = reverse("transition_open", args=[transition.motion.public_id])
    client = signed_in(scene.manager)
    page = text(client.get(opening))
    assert "The vote cannot open yet" in page
    assert "Look again" in page
    assert 'type="submit">Open the vote' not in page
    response = client.post(opening)
    assert response.status_code == 409
    assert "Odd answers." in text(response)
    assert Motion.objects.get().state == "in_review"


def _meet_what_open_weights_ask(release: Release) -> None:
    make_evidence(release)
    make_evidence(release, type="external_review", independent=True, independence_basis="Unpaid.")
    told = {"task": "nest_disclosure", "metric": "accuracy", "value": 0.05, "low": 0.0}
    interval = {"high": 0.1, "level": 95, "samples": 400, "higher_is_better": None}
    make_evidence(release, type="measurement", details=told | interval)


def test_the_rule_that_binds_is_shown_before_the_vote_opens(scene: Scene) -> None:
    transition = make_transition(scene.release, scene.manager)
    motion = transition.motion
    rule = {**motion.rule, "required_present": ["safety", "legal"]}
    boards.tighten_rule(actor=None, motion=motion, rule=rule, reason="An incident elsewhere.")
    opening = reverse("transition_open", args=[motion.public_id])
    assert "At least one legal seat must take part." in text(signed_in(scene.manager).get(opening))


def test_open_weights_take_a_typed_confirmation_and_who_is_at_the_keyboard(scene: Scene) -> None:
    put_at(scene.release, "gated-weights")
    _meet_what_open_weights_ask(scene.release)
    transition = make_transition(scene.release, scene.manager)
    opening = reverse("transition_open", args=[transition.motion.public_id])
    client = freshly_signed_in(scene.manager)
    assert "reauthenticate" in signed_in(scene.manager).get(opening).headers["Location"]
    assert "cannot be taken back" in text(client.get(opening))
    response = client.post(opening, {"typed": "yes"})
    assert "Type the word v1 to confirm." in text(response)
    assert Motion.objects.get().state == "in_review"
    assert client.post(opening, {"typed": "v1"}).status_code == 302
    assert Motion.objects.get().state == "voting"


def test_a_bad_dossier_is_told_at_the_field_and_kept(scene: Scene) -> None:
    put_at(scene.release, "public-api")
    client = signed_in(scene.manager)
    url = scene.url("transition_propose")
    for change, words in (
        ({"confidence": ""}, "Write at least a sentence."),
        ({"rationale": "x" * 20_001}, "20001 characters"),
        ({"rationale": "a\u202eb"}, "cannot be seen"),
        ({"rationale": "a\x00b"}, "Null characters are not allowed"),
    ):
        response = client.post(url, {**DOSSIER, **change})
        assert response.status_code == 200
        assert words in text(response)
        assert DOSSIER["safety_margin"] in text(response)
    assert not Motion.objects.exists()


def test_the_dossier_is_revised_by_its_proposer(scene: Scene) -> None:
    transition = make_transition(scene.release, scene.manager)
    url = reverse("transition_revise", args=[transition.motion.public_id])
    client = signed_in(scene.manager)
    assert DOSSIER["rationale"] in text(client.get(url))
    assert client.post(url, DOSSIER).status_code == 409
    assert client.post(url, {**DOSSIER, "rationale": "Better."}).status_code == 302
    assert Motion.objects.get().dossier["rationale"] == "Better."
    services.open_transition_vote(actor=scene.manager, transition=transition)
    decide(transition.motion)
    assert client.post(url, DOSSIER).status_code == 409


def test_at_the_last_stage_there_is_nothing_to_propose(scene: Scene) -> None:
    put_at(scene.release, "open-weights")
    response = signed_in(scene.manager).get(scene.url("transition_propose"))
    assert response.status_code == 409
    assert "no next stage" in text(response)


# Holds, demotion, withdrawal


@pytest.mark.parametrize("on_release", [True, False])
def test_a_hold_is_a_form_and_a_reason_away(scene: Scene, on_release: bool) -> None:
    client = signed_in(scene.holder)
    url = scene.url("hold_place", release=on_release)
    assert "every download and API call" in text(client.get(url))
    response = client.post(url, {"kind": "all", "reason": "A filter fails."})
    assert response.status_code == 302
    hold = Hold.objects.get()
    assert (hold.release == scene.release) is on_release
    assert hold.placed_by == scene.holder
    assert client.post(url, {"kind": "all", "reason": "Again."}).status_code == 409


def test_bad_input_to_a_hold(scene: Scene) -> None:
    client = signed_in(scene.holder)
    for data, words in (
        ({}, "Choose what the hold stops."),
        ({"kind": "all"}, "Give a reason"),
        ({"kind": "some", "reason": "x"}, "Select a valid choice"),
        ({"kind": "all", "reason": "x" * 5001}, "5001 characters"),
        ({"kind": "all", "reason": "\x00"}, "Null characters"),
    ):
        response = client.post(scene.url("hold_place"), data)
        assert response.status_code == 200
        assert words in text(response)
    assert not Hold.objects.exists()


def test_a_lift_is_proposed_and_its_vote_is_open(scene: Scene) -> None:
    hold = make_hold(scene.model, scene.release, actor=scene.holder)
    url = reverse("hold_lift", args=[hold.public_id])
    client = signed_in(scene.manager)
    assert "Quorum" in text(client.get(url))
    assert "Write at least a sentence." in text(client.post(url, {}))
    assert client.post(url, LIFT_DOSSIER).status_code == 302
    motion = Motion.objects.get()
    assert (motion.kind, motion.state) == ("lift_hold", "voting")
    assert client.get(url).status_code == 409
    decide(motion)
    services.apply_decided_motions()
    assert "lifted already" in text(client.get(url))


def test_a_demotion_takes_a_stage_a_reason_and_the_typed_version(scene: Scene) -> None:
    make_transition(scene.release, scene.manager)
    client = signed_in(scene.holder)
    url = scene.url("release_demote")
    page = text(client.get(url))
    assert "The open move to Public API lapses" in page
    good = {"to_stage": "internal", "reason": "A leak.", "typed": "v1"}
    for change, words in (
        ({"typed": "yes"}, "Type the word v1 to confirm."),
        ({"to_stage": "open-weights"}, "Select a valid choice"),
        ({"to_stage": ""}, "Choose the stage"),
        ({"reason": ""}, "Give a reason"),
    ):
        assert words in text(client.post(url, {**good, **change}))
    assert client.post(url, good).status_code == 302
    scene.release.refresh_from_db()
    assert scene.release.stage is not None
    assert scene.release.stage.slug == "internal"
    assert client.get(url).status_code == 409


def test_a_withdrawal_takes_a_hold_the_typed_version_and_who_is_at_the_keyboard(
    scene: Scene,
) -> None:
    client = signed_in(scene.holder)
    url = scene.url("release_withdraw")
    assert "Place a hold" in text(client.get(url))
    make_hold(scene.model, scene.release, actor=scene.holder)
    client = freshly_signed_in(scene.holder)
    assert "reauthenticate" in signed_in(scene.holder).get(url).headers["Location"]
    assert "This cannot be undone" in text(client.get(url))
    good = {"reason": "Unsafe.", "typed": "v1"}
    assert "Type the word v1" in text(client.post(url, {**good, "typed": "v2"}))
    assert client.post(url, good).status_code == 302
    scene.release.refresh_from_db()
    assert scene.release.state == "withdrawn"
    assert client.get(url).status_code == 409


def test_acts_are_by_post_with_a_token(scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.holder)
    response = client.post(scene.url("hold_place"), {"kind": "all", "reason": "x"})
    assert response.status_code == 403
    assert signed_in(scene.holder).put(scene.url("hold_place")).status_code == 405


# Bounds


def test_pages_take_few_queries_whatever_has_happened(
    scene: Scene, incoming: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_directory(below=incoming)
    for number in range(3):
        make_release(scene.model, version=f"v2.{number}")
        transition = make_transition(scene.release, scene.manager)
        services.open_transition_vote(actor=scene.manager, transition=transition)
        decide(transition.motion, "reject")
        services.apply_decided_motions()
    transition = make_transition(scene.release, scene.manager)
    hold = make_hold(scene.model, scene.release, actor=scene.holder)
    motion = transition.motion.public_id
    pages = {
        scene.url("release_ingest", release=False): scene.manager,
        scene.url("ingest_progress"): scene.manager,
        reverse("transition_revise", args=[motion]): scene.manager,
        reverse("transition_open", args=[motion]): scene.manager,
        scene.url("hold_place"): scene.holder,
        scene.url("release_demote"): scene.holder,
        reverse("hold_lift", args=[hold.public_id]): scene.manager,
        reverse("ladder_detail", args=["demo", 1]): scene.manager,
        reverse("ladder_list"): scene.manager,
    }
    before_stopping = {scene.url("hold_place"), scene.url("release_demote")}
    for url, person in pages.items():
        client = signed_in(person)
        most = DRY_RUN_QUERIES if url in before_stopping else MOST_QUERIES
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200
    client = freshly_signed_in(scene.holder)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(scene.url("release_withdraw")).status_code == 200
    boards_withdraw = signed_in(scene.manager)
    boards_withdraw.post(
        reverse("motion_withdraw", args=[motion]), {"reason": "Later.", "typed": "withdraw"}
    )
    services.apply_decided_motions()
    with django_assert_max_num_queries(PROPOSE_QUERIES):
        assert boards_withdraw.get(scene.url("transition_propose")).status_code == 200


def test_pages_carry_nothing_that_the_policy_forbids(scene: Scene) -> None:
    for url, person in (
        (scene.url("hold_place"), scene.holder),
        (scene.url("release_demote"), scene.holder),
        (scene.url("transition_propose"), scene.manager),
        (scene.url("ingest_progress"), scene.manager),
    ):
        page = text(signed_in(person).get(url))
        for forbidden in ("<style", " style=", " onclick=", "<script>"):
            assert forbidden not in page


def test_the_release_page_leads_the_proposer_and_the_chair_to_the_vote(scene: Scene) -> None:
    transition = make_transition(scene.release, scene.manager)
    opening = reverse("transition_open", args=[transition.motion.public_id])
    revising = reverse("transition_revise", args=[transition.motion.public_id])
    page = scene.release.get_absolute_url()
    for person, opens, revises in (
        (scene.manager, True, True),
        (scene.chair, True, False),
        (scene.holder, False, False),
    ):
        shown = text(signed_in(person).get(page))
        assert (opening in shown, revising in shown) == (opens, revises)
    services.open_transition_vote(actor=scene.manager, transition=transition)
    assert opening not in text(signed_in(scene.manager).get(page))
