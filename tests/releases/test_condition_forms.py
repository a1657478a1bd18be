"""Conditions are chosen where a move or a re-review is proposed, and can be changed later."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from boards.models import Motion
from common.errors import Refused
from releases import services
from releases.conditions import condition
from releases.forms.conditions import named
from releases.models import Evidence, Release, Transition
from tests.boards.factories import make_motion
from tests.factories import make_user
from tests.releases.evidence_files import import_log, lm_eval, log_file, make_evidence
from tests.releases.factories import DOSSIER, make_ladder_asking, make_model, make_release

pytestmark = pytest.mark.django_db

BLOCKER = {"kind": "blocker_appears"}


def score_of(evidence: Evidence) -> str:
    """Return what the form calls the first score of a piece of evidence."""
    first = evidence.scores[0]
    return named((first["task"], first["metric"], first["filter"]))


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def release(manager: User) -> Release:
    return make_release(make_model(manager=manager))


@pytest.fixture
def browser(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def test_the_proposal_takes_conditions_and_its_digest_covers_them(
    release: Release, manager: User, browser: Client
) -> None:
    evidence = import_log(release, manager)
    url = reverse("transition_propose", args=[*str(release.model).split("/"), release.version])
    page = browser.get(url).content.decode()
    assert "Conditions that are watched" in page
    assert 'name="watch-score_3"' in page
    told = {
        **DOSSIER,
        "watch-score": score_of(evidence),
        "watch-unsafe": "above",
        "watch-bound": "0.9",
        "watch-confidence": "0.95",
        "watch-evidence": [str(evidence.public_id)],
        "watch-blocker": "on",
    }
    second = {"watch-score_2": told["watch-score"], "watch-bound_2": "often"}
    refused = browser.post(url, {**told, **second})
    page = refused.content.decode()
    assert 'id="id_watch-bound_2_error"' in page
    assert DOSSIER["rationale"] in page
    assert 'value="0.9"' in page
    assert not Transition.objects.exists()
    assert browser.post(url, told).status_code == 302
    motion = Transition.objects.get().motion
    assert [each["rule"]["kind"] for each in motion.dossier["conditions"]] == [
        "metric",
        "evidence_expires",
        "blocker_appears",
    ]
    opening = browser.get(reverse("transition_open", args=[motion.public_id])).content.decode()
    assert motion.dossier_digest[:16] in opening
    former = motion.dossier_digest
    revise = reverse("transition_revise", args=[motion.public_id])
    assert "A blocker is opened on the release" in browser.get(revise).content.decode()
    bound = motion.dossier["conditions"][0]["rule"]
    kept = {**DOSSIER, "rationale": "Said better.", "watch-kept": [named(bound)]}
    assert browser.post(revise, kept).status_code == 302
    motion.refresh_from_db()
    assert motion.dossier_digest != former
    assert [each["rule"]["kind"] for each in motion.dossier["conditions"]] == ["metric"]


def test_a_score_stays_the_chosen_one_whatever_evidence_comes_in_meanwhile(
    release: Release, manager: User, browser: Client
) -> None:
    evidence = import_log(release, manager)
    url = reverse("transition_propose", args=[*str(release.model).split("/"), release.version])
    chosen = score_of(evidence)
    assert f'value="{chosen}"' in browser.get(url).content.decode()
    details = {"task": "a", "metric": "a", "value": 0.1, "low": 0.0, "high": 0.2, "level": 95}
    make_evidence(release, manager, type="measurement", details=details)
    told = {**DOSSIER, "watch-score": chosen, "watch-bound": "0.9"}
    assert browser.post(url, told).status_code == 302
    rule = Transition.objects.get().motion.dossier["conditions"][0]["rule"]
    assert rule["task"] == evidence.scores[0]["task"]


def test_without_any_score_none_is_asked_for_and_one_that_went_is_an_error(
    release: Release, manager: User, browser: Client
) -> None:
    evidence = import_log(release, manager)
    url = reverse("transition_propose", args=[*str(release.model).split("/"), release.version])
    told = {**DOSSIER, "watch-score": score_of(evidence), "watch-bound": "0.9"}
    services.withdraw_evidence(actor=manager, evidence=evidence, reason="The wrong file.")
    page = browser.get(url).content.decode()
    assert "none can be watched" in page
    assert 'name="watch-bound"' not in page
    refused = browser.post(url, told)
    assert 'id="id_watch-score_error"' in refused.content.decode()
    assert not Transition.objects.exists()


@pytest.mark.parametrize("length", [201, 300])
def test_every_score_that_evidence_can_tell_can_be_watched(
    length: int, release: Release, manager: User, browser: Client
) -> None:
    document = lm_eval()
    for part in ("results", "n-samples", "higher_is_better"):
        document[part] = {"t" * length: document[part]["arc"]}
    evidence = import_log(release, manager, path=log_file(document))
    assert len(evidence.scores[0]["task"]) == length
    url = reverse("transition_propose", args=[*str(release.model).split("/"), release.version])
    told = {**DOSSIER, "watch-score": score_of(evidence), "watch-bound": "0.9"}
    assert browser.post(url, told).status_code == 302


def test_a_condition_that_has_come_true_keeps_the_proposal_and_its_input(
    release: Release, manager: User, browser: Client
) -> None:
    services.open_blocker(
        actor=manager, release=release, title="A crash", reason="It crashes on start."
    )
    url = reverse("transition_propose", args=[*str(release.model).split("/"), release.version])
    response = browser.post(url, {**DOSSIER, "watch-blocker": "on"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "This condition has come true already" in page
    assert DOSSIER["rationale"] in page


def test_a_re_review_takes_conditions_which_can_be_changed_while_it_is_open(
    manager: User, browser: Client
) -> None:
    model = make_model(manager=manager, ladder=make_ladder_asking("trusted-api", re_review="180d"))
    release = make_release(model, stage="trusted-api")
    url = reverse("re_review_propose", args=[*str(model).split("/"), release.version])
    assert "no evidence" in browser.get(url).content.decode().lower()
    told = {"rationale": "Nothing was reported.", "changes": "None.", "watch-blocker": "on"}
    assert browser.post(url, told).status_code == 302
    motion = Motion.objects.get(kind="re_review")
    assert motion.dossier["conditions"] == [condition(BLOCKER)]
    own = reverse("motion_conditions", args=[motion.public_id])
    assert "The vote is open" in browser.get(own).content.decode()
    assert browser.post(own, {}).status_code == 302
    motion.refresh_from_db()
    assert motion.state == "in_review"
    assert "conditions" not in motion.dossier
    watched = reverse("release_watch", args=[*str(model).split("/"), release.version])
    assert own in browser.get(watched).content.decode()


def test_nothing_is_watched_after_other_decisions(manager: User) -> None:
    motion = make_motion(proposer=manager, kind="raise_cap")
    with pytest.raises(Refused, match="Nothing is watched"):
        services.change_conditions(actor=manager, motion=motion, conditions=[BLOCKER])
