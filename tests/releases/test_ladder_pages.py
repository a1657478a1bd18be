"""The pages on which ladders are read and compared, and looser rules and more places asked for."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from boards.models import Motion
from releases import selectors, services
from releases.models import Model, Release
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.factories import DEMO_LADDER, make_ladder, make_model, make_release, put_at

pytestmark = pytest.mark.django_db

TEXT = DEMO_LADDER.read_text().replace("version: 1", "version: 2")
TEXTS = {"rationale": "Many ask for it.", "safeguards": "Every call is counted."}
MORE = {"rationale": "Many wait.", "experience": "Ten used it without a report."}
MOST_QUERIES = 15


class Scene:
    """A model at version 1 of its ladder, and version 2, which loosens one thing."""

    def __init__(self) -> None:
        self.manager, self.holder, self.chair = make_user(), make_user(), make_user()
        board = make_board(
            ("chair", self.chair), ("safety", make_user()), ("independent", make_user())
        )
        self.model: Model = make_model(
            board=board, ladder=make_ladder(), manager=self.manager, holder=self.holder
        )
        self.release: Release = make_release(self.model, version="v1", stage="trusted-api")
        looser = TEXT.replace("cohort_cap: 10", "cohort_cap: 20")
        tighter = looser.replace("minimum_soak: 5s", "minimum_soak: 6s")
        services.load_ladder(actor=None, source_text=tighter)

    def url(self, name: str) -> str:
        args = [self.model.namespace, self.model.name]
        return reverse(name, args=args if name == "ladder_change" else [*args, "v1"])


@pytest.fixture
def scene() -> Scene:
    return Scene()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


V2 = "/releases/ladders/demo/2/"


def test_a_version_is_shown_with_what_it_changed_and_why(scene: Scene) -> None:
    page = text(Client().get(V2))
    assert "What it changed against version 1" in page
    assert "Trusted API: Cohort: 10 organisations becomes 20 organisations." in page
    assert "More organisations are let in at a time." in page
    assert "Loosens" in page
    assert "Public API: Soak at the stage before: 5 seconds becomes 6 seconds." in page
    assert "Tightens" in page
    assert "-    cohort_cap: 10" in page
    assert "+    cohort_cap: 20" in page


def test_the_first_version_is_compared_with_none(scene: Scene) -> None:
    assert "What it changed" not in text(Client().get("/releases/ladders/demo/1/"))


def test_who_follows_a_version_is_told_to_the_staff_of_those_models_only(scene: Scene) -> None:
    stranger = make_user()
    for client in (Client(), signed_in(stranger)):
        assert str(scene.model) not in text(client.get(V2))
    page = text(signed_in(scene.manager).get(V2))
    assert str(scene.model) in page
    assert "follows version 1" in page
    assert "loosens 1 thing for it" in page


def test_a_manager_puts_the_version_before_the_board(scene: Scene) -> None:
    client = signed_in(scene.manager)
    model_page = text(client.get(scene.model.get_absolute_url()))
    assert "Version 2 is loaded" in model_page
    assert scene.url("ladder_change") in model_page
    page = text(client.get(scene.url("ladder_change")))
    assert "Cohort: 10 organisations becomes 20 organisations." in page
    assert "Quorum: more than half" in page
    answer = client.post(scene.url("ladder_change"), TEXTS)
    motion = Motion.objects.get(kind="change_ladder")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("motion_detail", args=[motion.public_id])
    assert "A motion for it" in text(client.get(V2)) or "The motion for it" in text(client.get(V2))
    assert client.get(scene.url("ladder_change")).status_code == 409
    model_page = text(client.get(scene.model.get_absolute_url()))
    assert "before the board" in model_page
    assert scene.url("ladder_change") not in model_page


def test_the_board_reads_the_changes_on_the_motion_s_page(scene: Scene) -> None:
    signed_in(scene.manager).post(scene.url("ladder_change"), TEXTS)
    motion = Motion.objects.get(kind="change_ladder")
    page = text(signed_in(scene.chair).get(reverse("motion_detail", args=[motion.public_id])))
    assert "What changes, and what that does" in page
    assert "Cohort: 10 organisations becomes 20 organisations." in page
    assert V2 in page


def test_an_empty_dossier_is_told_at_its_fields(scene: Scene) -> None:
    answer = signed_in(scene.manager).post(scene.url("ladder_change"), {"rationale": " "})
    assert answer.status_code == 200
    assert text(answer).count("Write at least a sentence.") >= 2
    assert not Motion.objects.exists()


def test_a_model_on_the_newest_version_has_nothing_to_ask_for() -> None:
    manager = make_user()
    model = make_model(manager=manager)
    answer = signed_in(manager).get(reverse("ladder_change", args=[model.namespace, model.name]))
    assert answer.status_code == 409
    assert "follows the newest version" in text(answer)


# Caps


def test_a_manager_asks_for_a_higher_cap(scene: Scene) -> None:
    client = signed_in(scene.manager)
    assert "At Trusted API at most 10 organisations are let in" in text(
        client.get(scene.url("cap_raise"))
    )
    low = client.post(scene.url("cap_raise"), {"cap": 10, **MORE})
    assert low.status_code == 200
    assert "greater than or equal to 11" in text(low)
    answer = client.post(scene.url("cap_raise"), {"cap": 20, **MORE})
    assert answer.status_code == 302
    assert Motion.objects.get(kind="raise_cap").params["to"] == 20
    again = client.post(scene.url("cap_raise"), {"cap": 30, **MORE})
    assert again.status_code == 409
    assert "open motion of this kind" in text(again)


def test_one_person_lowers_the_cap_at_once(scene: Scene) -> None:
    client = signed_in(scene.holder)
    assert "the cap is 10 organisations" in text(client.get(scene.url("cap_lower")))
    answer = client.post(scene.url("cap_lower"), {"cap": 4, "reason": "Too fast."})
    assert answer.status_code == 302
    assert selectors.cohort_cap(scene.release) == 4
    again = client.post(scene.url("cap_lower"), {"cap": 9, "reason": "Back."})
    assert again.status_code == 409
    assert "raising it takes the board" in text(again)


def test_a_stage_without_a_cohort_has_no_cap_to_move(scene: Scene) -> None:
    put_at(scene.release, "public-api")
    assert signed_in(scene.manager).get(scene.url("cap_raise")).status_code == 409
    assert signed_in(scene.holder).get(scene.url("cap_lower")).status_code == 409


def test_the_release_page_tells_its_wave_and_the_next(scene: Scene) -> None:
    services.lower_cap(actor=scene.holder, release=scene.release, cap=4, reason="Too fast.")
    page = text(signed_in(scene.manager).get(scene.release.get_absolute_url()))
    assert "0 of 4 organisations" in page
    assert "The ladder says 10; this release has a cap of its own." in page
    assert "Waiting in line" in page
    assert "Soak before Public API" in page
    assert scene.url("cap_raise") in page
    assert scene.url("cap_lower") not in page
    assert scene.url("cap_lower") in text(
        signed_in(scene.holder).get(scene.release.get_absolute_url())
    )


def test_the_pages_take_few_queries(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(scene.manager).post(scene.url("cap_raise"), {"cap": 20, **MORE})
    services.lower_cap(actor=scene.holder, release=scene.release, cap=4, reason="Too fast.")
    for person, url in (
        (scene.manager, V2),
        (scene.manager, scene.url("ladder_change")),
        (scene.manager, scene.url("cap_raise")),
        (scene.holder, scene.url("cap_lower")),
        (scene.manager, scene.release.get_absolute_url()),
        (scene.chair, scene.release.get_absolute_url()),
    ):
        client = signed_in(person)
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(url).status_code == 200, url
