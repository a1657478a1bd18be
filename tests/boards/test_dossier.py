"""The structured parts of a dossier: what is kept, what is refused, what is shown."""

from typing import Any

import pytest

from boards import services
from boards.dossier import check_structure, shown
from boards.models import Motion
from common.errors import Refused
from tests.boards.factories import make_motion, make_vote_open

EXHIBIT = {
    "type": "Report",
    "title": " Red  team ",
    "digest": "ab" * 32,
    "url": "/evidence/7/",
    "note": "",
}
CONDITION = {"sentence": "The score stays below 0.4.", "rule": {"metric": "score", "below": "0.4"}}


def exhibit(**changes: Any) -> dict[str, Any]:
    return {"exhibits": [{**EXHIBIT, **changes}]}


def test_exhibits_and_conditions_are_kept_trimmed_and_texts_as_they_are() -> None:
    given = {"rationale": " As it is. ", **exhibit(), "conditions": [CONDITION]}
    assert check_structure(given) == {
        "rationale": " As it is. ",
        "exhibits": [{**EXHIBIT, "title": "Red team"}],
        "conditions": [CONDITION],
    }


@pytest.mark.parametrize(
    ("dossier", "sentence"),
    [
        ({"exhibits": {}}, "exhibits: this part must be a list"),
        ({"exhibits": ["x"]}, "exhibits, number 1: it must have exactly these parts"),
        ({"exhibits": [EXHIBIT, {**EXHIBIT, "more": ""}]}, "exhibits, number 2"),
        ({"exhibits": [EXHIBIT] * 201}, "at most 200"),
        (exhibit(digest="AB" * 32), "64 hexadecimal"),
        (exhibit(digest="ab" * 31), "64 hexadecimal"),
        (exhibit(digest=None), "64 hexadecimal"),
        (exhibit(url="https://elsewhere.example/"), "path of this portal"),
        (exhibit(url="//elsewhere.example/"), "path of this portal"),
        (exhibit(url="/\\elsewhere.example/"), "path of this portal"),
        (exhibit(url="javascript:alert(1)"), "path of this portal"),
        (exhibit(url=7), "path of this portal"),
        (exhibit(title=""), "title: Write something"),
        (exhibit(title=["x"]), "title must be text"),
        (exhibit(type="x" * 81), "at most 80"),
        (exhibit(note="a\u202eb"), "cannot be seen"),
        ({"conditions": [{"sentence": "", "rule": {}}]}, "conditions, number 1, sentence"),
        ({"conditions": [{"sentence": "x", "rule": []}]}, "the rule must be an object"),
        ({"conditions": [CONDITION] * 51}, "at most 50"),
    ],
)
def test_what_is_not_of_the_shape_is_refused_with_its_place(
    dossier: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_structure(dossier)


@pytest.mark.django_db
def test_a_motion_with_a_wrong_exhibit_is_refused() -> None:
    with pytest.raises(Refused, match="number 1: the digest"):
        make_motion(dossier=exhibit(digest="no"))
    assert not Motion.objects.exists()


@pytest.mark.django_db
def test_a_changed_exhibit_sends_the_motion_back_to_review() -> None:
    motion = make_vote_open(dossier={"rationale": "Tested.", **exhibit()})
    former = motion.dossier_digest
    motion = services.revise_dossier(
        actor=motion.proposer,
        motion=motion,
        dossier={"rationale": "Tested.", **exhibit(digest="cd" * 32)},
    )
    assert motion.state == "in_review"
    assert motion.dossier_digest != former


def test_a_page_shows_labels_of_the_kind_and_the_sentences_of_conditions() -> None:
    found = shown("transition", {"safety_margin": "Wide.", **exhibit(), "conditions": [CONDITION]})
    assert found.sections == [{"title": "Safety margin", "text": "Wide."}]
    assert [each["title"] for each in found.exhibits] == ["Red team"]
    assert found.conditions == ["The score stays below 0.4."]


def test_a_page_reads_in_the_order_of_the_kind_whatever_that_of_the_keys() -> None:
    dossier = {"preparation": "Third.", "other": "Last.", "safety_margin": "2.", "rationale": "1."}
    sections = shown("transition", dossier).sections
    assert [section["text"] for section in sections] == ["1.", "2.", "Third.", "Last."]


def test_a_page_hides_nothing_that_is_not_of_the_shape() -> None:
    found = shown("transition", {"exhibits": "all of them", "list": ["a", "b"]})
    assert [each["text"] for each in found.sections] == ["all of them", "a\nb"]
