"""The counterfactual form: its rules, what it makes of a dossier, and what a board sees of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from boards.models import Motion
from common.errors import Refused
from releases import selectors, services
from releases.choices import ReferenceState
from releases.comparables.counterfactual import (
    CONDITIONS,
    ReferenceFacts,
    answer,
    check_parts,
    denied_conditions,
    judge_form,
    split_answer,
)
from releases.comparables.standing import VALID
from releases.models import Comparable, ComparableVerification, Release, Transition
from releases.selectors.counterfactual import counterfactual_facts
from releases.selectors.requirements import requirements_for
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.comparables import (
    at,
    make_comparable,
    make_keeper,
    result_entry,
    stands,
    verify,
)
from tests.releases.factories import (
    DOSSIER,
    NO_COMPARABLE,
    make_model,
    make_release,
    make_transition,
)
from tests.releases.test_pages import signed_in, text

MET = {key: answer(holds=True, reasons="Read section 4.") for key in CONDITIONS}
DENIED = {**MET, "counterfactual_protective": answer(holds=False, reasons="We have no filter.")}
LIVE = ReferenceFacts("Gale", ReferenceState.VERIFIED, "It was verified.")
LAPSED = ReferenceFacts("Squall", ReferenceState.LAPSED, "It lapsed on 3 May 2026.")


# The rules


@pytest.mark.parametrize(
    ("parts", "references", "required", "words"),
    [
        ({}, 0, False, ""),
        ({}, 0, True, "Choose a comparable model"),
        (NO_COMPARABLE, 0, True, ""),
        (NO_COMPARABLE, 0, False, ""),
        (NO_COMPARABLE, 1, True, "not both"),
        ({**NO_COMPARABLE, **MET}, 0, True, "not both"),
        ({**NO_COMPARABLE, "similarly_safe": "It is."}, 0, True, "not both"),
        (MET, 1, True, ""),
        (MET, 1, False, ""),
        (MET, 0, False, "Choose a comparable model"),
        (DENIED, 2, True, ""),
        ({**MET, "similarly_safe": "It is."}, 1, True, ""),
        ({"similarly_safe": "It is."}, 0, False, "that it is similarly safe to"),
        ({}, 1, False, "Answer yes or no, with reasons: The overall risk"),
        ({**MET, "counterfactual_risk": "Yes."}, 1, True, "with reasons: The overall risk"),
        ({**MET, "counterfactual_risk": "Perhaps."}, 1, True, "with reasons: The overall risk"),
        ({**MET, "counterfactual_acknowledged": " "}, 1, True, "publicly acknowledged"),
    ],
)
def test_the_form_is_filled_in_as_a_whole(
    parts: Mapping[str, str], references: int, required: bool, words: str
) -> None:
    if not words:
        check_parts(parts, references, required=required)
        return
    with pytest.raises(ValueError, match=words):
        check_parts(parts, references, required=required)


def test_an_answer_reads_back() -> None:
    assert split_answer(answer(holds=True, reasons="Because.\n\nAnd so.")) == (
        True,
        "Because.\n\nAnd so.",
    )
    assert split_answer(answer(holds=False, reasons="No such page.")) == (False, "No such page.")
    assert split_answer("Nothing of it.") == (None, "")


@pytest.mark.parametrize(
    ("dossier", "references", "holds", "words"),
    [
        ({}, (), False, "not filled in"),
        (MET, (), False, "not filled in"),
        (NO_COMPARABLE, (), True, ""),
        (MET, (LIVE,), True, ""),
        (DENIED, (LIVE,), False, "says no to: We stay more protective"),
        (MET, (LIVE, LAPSED), False, "Squall: It lapsed on 3 May 2026."),
    ],
)
def test_it_holds_where_every_condition_is_met_and_every_reference_stands(
    dossier: Mapping[str, Any], references: tuple[ReferenceFacts, ...], holds: bool, words: str
) -> None:
    facts = judge_form(dossier, references)
    assert facts.holds is holds
    assert facts.problems() == [] if holds else words in " ".join(facts.problems())


def test_a_no_is_told_of_a_form_that_is_not_complete_either() -> None:
    assert len(denied_conditions(DENIED)) == 1
    assert judge_form({"counterfactual_risk": "No.\n\nIt rises."}, ()).denied


# In a dossier


pytestmark = pytest.mark.django_db


class Scene:
    """A release at Public API, whose next stage is at which weights leave, and a live reference."""

    def __init__(self) -> None:
        self.manager, self.chair = make_user(), make_user()
        board = make_board(
            ("chair", self.chair), ("safety", make_user()), ("independent", make_user())
        )
        model = make_model(board=board, manager=self.manager, name="heron")
        self.release: Release = make_release(model, version="v1", stage="public-api")
        self.verifier = make_keeper()
        self.gale: Comparable = make_comparable(name="Gale", verifier=self.verifier)
        self.url = reverse("transition_propose", args=["acme", "heron", "v1"])

    def propose(self, *comparables: Comparable, **parts: str) -> Transition:
        to_stage = selectors.next_stage(self.release)
        assert to_stage is not None
        return services.propose_transition(
            actor=self.manager,
            release=self.release,
            to_stage=to_stage,
            dossier={**DOSSIER, **parts},
            comparables=comparables,
        )

    def sent(self, *references: Comparable, **changed: Any) -> dict[str, Any]:
        """Return what the form sends, with every condition met."""
        answers = {}
        for key in CONDITIONS:
            answers[f"counterfactual-{key}"] = "yes"
            answers[f"counterfactual-{key}_reasons"] = "Read section 4."
        chosen = {"counterfactual-references": [str(each.public_id) for each in references]}
        return {**DOSSIER, **(answers | chosen if references else {}), **changed}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_references_enter_the_dossier_by_the_digest_of_what_was_verified(scene: Scene) -> None:
    motion = scene.propose(scene.gale, **MET).motion
    [exhibit] = motion.dossier["exhibits"]
    verification = ComparableVerification.objects.get()
    assert exhibit["digest"] == verification.digest
    assert exhibit["url"] == scene.gale.get_absolute_url()
    assert exhibit["title"] == "Gale by Borealis"
    assert motion.dossier["counterfactual_risk"] == "Yes.\n\nRead section 4."
    assert counterfactual_facts(motion.dossier, timezone.now()).holds


def test_into_weights_it_is_required_and_below_it_may_be_left_out(scene: Scene) -> None:
    with pytest.raises(Refused, match="Choose a comparable model"):
        scene.propose()
    assert make_transition(make_release()).motion.dossier == DOSSIER


def test_only_references_that_stand_are_taken(scene: Scene) -> None:
    unverified = make_comparable(name="Squall")
    with pytest.raises(Refused, match="Squall by Borealis cannot be a reference"):
        scene.propose(scene.gale, unverified, **MET)
    with at(timezone.now() + VALID), pytest.raises(Refused, match="lapsed on"):
        scene.propose(scene.gale, **MET)
    assert not Motion.objects.exists()


def test_it_stops_holding_when_a_reference_lapses_or_is_changed(scene: Scene) -> None:
    dossier = scene.propose(scene.gale, **MET).motion.dossier
    now = timezone.now()
    assert counterfactual_facts(dossier, now + VALID - timedelta(days=1)).holds
    late = counterfactual_facts(dossier, now + VALID)
    assert not late.holds
    assert "Gale by Borealis: It was last verified" in late.problems()[0]
    with at(now + timedelta(days=170)):
        verify(scene.gale, scene.verifier)
    assert counterfactual_facts(dossier, now + VALID).holds
    services.add_result(actor=make_keeper(), comparable=scene.gale, entry=result_entry(task="new"))
    verify(scene.gale, scene.verifier)
    assert stands(scene.gale).standing.is_live
    [fallen] = counterfactual_facts(dossier, now).fallen
    assert "changed after the dossier quoted it" in fallen.sentence


def test_an_exhibit_that_claims_to_be_a_reference_is_judged_by_the_register(scene: Scene) -> None:
    dossier = scene.propose(scene.gale, **MET).motion.dossier
    [exhibit] = dossier["exhibits"]
    forged = {**dossier, "exhibits": [{**exhibit, "digest": "0" * 64}]}
    assert not counterfactual_facts(forged, timezone.now()).holds
    elsewhere = {**dossier, "exhibits": [{**exhibit, "url": "/releases/comparables/new/"}]}
    assert not counterfactual_facts(elsewhere, timezone.now()).filled


GATE = {"key": "cf", "kind": "counterfactual", "name": "Comparable models"}


@pytest.mark.parametrize(
    ("parts", "after", "state", "words"),
    [
        (MET, timedelta(0), "satisfied", "every reference stands"),
        (MET, VALID, "unsatisfied", "Gale by Borealis: It was last verified on"),
        (DENIED, timedelta(0), "unsatisfied", "says no to: We stay more protective"),
    ],
)
def test_a_stage_that_asks_for_the_form_judges_it_at_that_moment(
    scene: Scene, parts: dict[str, str], after: timedelta, state: str, words: str
) -> None:
    transition = scene.propose(scene.gale, **parts)
    to_stage = transition.to_stage
    to_stage.requirements = [GATE]
    found = requirements_for(scene.release, to_stage, now=timezone.now() + after, of=transition)
    [gate] = [each for each in found if each.key == "cf"]
    assert gate.state == state
    assert words in gate.sentence


# The form


def test_a_move_is_proposed_with_references_and_revised_to_none(scene: Scene) -> None:
    client = signed_in(scene.manager)
    page = text(client.get(scene.url))
    assert "Gale by Borealis (Weights, anyone). It was verified on" in page
    response = client.post(scene.url, scene.sent(scene.gale))
    assert response.status_code == 302
    motion = Motion.objects.get()
    assert [each["title"] for each in motion.dossier["exhibits"]] == ["Gale by Borealis"]
    revise = reverse("transition_revise", args=[motion.public_id])
    page = text(client.get(revise))
    assert page.count("Read section 4.") == 3
    assert client.post(revise, scene.sent(scene.gale)).status_code == 409
    none = scene.sent(
        **{
            "counterfactual-none_exists": "on",
            "counterfactual-no_comparable": "We asked three registries.",
        }
    )
    assert client.post(revise, none).status_code == 302
    motion.refresh_from_db()
    assert motion.dossier["no_comparable"] == "We asked three registries."
    assert "exhibits" not in motion.dossier


def test_what_is_missing_is_told_at_its_field_and_kept(scene: Scene) -> None:
    client = signed_in(scene.manager)
    ok = scene.sent(scene.gale)
    for change, words in (
        ({"counterfactual-references": []}, "or tick that none exists"),
        ({"counterfactual-references": ["nothing"]}, "stands no more; choose again"),
        ({"counterfactual-counterfactual_risk": ""}, "Answer yes or no."),
        ({"counterfactual-counterfactual_risk_reasons": " "}, "Give the reasons"),
        ({"counterfactual-counterfactual_risk_reasons": "a\u202eb"}, "cannot be seen"),
        ({"counterfactual-none_exists": "on"}, "Say how you searched"),
        (
            {"counterfactual-none_exists": "on", "counterfactual-no_comparable": "So."},
            "not both",
        ),
        ({"counterfactual-no_comparable": "So."}, "Tick this where"),
    ):
        response = client.post(scene.url, {**ok, **change})
        assert response.status_code == 200, words
        assert words in text(response), words
        assert "Read section 4." in text(response)
    assert not Motion.objects.exists()


def test_what_cannot_be_chosen_is_shown_with_why(scene: Scene) -> None:
    keeper = make_keeper()
    changed = make_comparable(keeper, name="Squall", verifier=scene.verifier)
    services.add_result(actor=keeper, comparable=changed, entry=result_entry(task="new"))
    client = signed_in(scene.manager)
    page = text(client.get(scene.url))
    assert "References that cannot be chosen now" in page
    assert "changed after it was verified" in page
    response = client.post(scene.url, scene.sent(scene.gale, changed))
    assert "stands no more; choose again" in text(response)


def test_the_page_takes_as_many_queries_for_many_references(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(4):
        make_comparable(verifier=scene.verifier)
    client = signed_in(scene.manager)
    client.get(scene.url)
    with django_assert_max_num_queries(18):
        client.get(scene.url)


# What the board sees


def motion_page(user: User, motion: Motion) -> str:
    return text(signed_in(user).get(reverse("motion_detail", args=[motion.public_id])))


def test_a_no_is_loud_where_the_board_decides(scene: Scene) -> None:
    motion = scene.propose(scene.gale, **DENIED).motion
    assert not counterfactual_facts(motion.dossier, timezone.now()).holds
    page = motion_page(scene.chair, motion)
    assert "Not to be overlooked" in page
    assert "The proposer says no to a condition" in page
    assert "We stay more protective than the reference" in page
    assert scene.gale.get_absolute_url() in page


def test_where_every_condition_is_met_nothing_is_loud(scene: Scene) -> None:
    motion = scene.propose(scene.gale, **MET).motion
    page = motion_page(scene.chair, motion)
    assert "Not to be overlooked" not in page
    assert "This is publicly acknowledged" in page
