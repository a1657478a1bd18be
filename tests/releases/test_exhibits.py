"""What a dossier refers to: chosen in its form, bound by digest, and what becomes of what falls."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Notification, User
from audit.models import Event
from audit.selectors import ref
from boards import services as boards
from boards.models import Motion
from common.errors import Refused
from releases import services
from releases.models import Document, Release, Transition
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.evidence_files import PDF, import_log, make_evidence
from tests.releases.factories import (
    DOSSIER,
    decide,
    end_cool_off,
    make_model,
    make_release,
    stage_of,
)

pytestmark = pytest.mark.django_db


class Scene:
    """A release with its manager and its board."""

    def __init__(self) -> None:
        self.manager, self.chair = make_user(), make_user()
        board = make_board(
            ("chair", self.chair), ("safety", make_user()), ("independent", make_user())
        )
        self.model = make_model(board=board, manager=self.manager, name="heron")
        self.release: Release = make_release(self.model, version="v1")

    @property
    def propose_url(self) -> str:
        return reverse("transition_propose", args=["acme", "heron", "v1"])

    def propose(self, **chosen: Any) -> Transition:
        return services.propose_transition(
            actor=self.manager,
            release=self.release,
            to_stage=stage_of(self.model, "trusted-api"),
            dossier=DOSSIER,
            **chosen,
        )

    def document(self, release: Release | None = None) -> Document:
        return services.keep_attachment(
            actor=self.manager,
            release=release or self.release,
            file=io.BytesIO(PDF),
            name="plan.pdf",
        )


@pytest.fixture
def scene() -> Scene:
    return Scene()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_dossier_refers_to_evidence_and_attachments_by_digest(scene: Scene) -> None:
    evidence = import_log(scene.release, scene.manager)
    document = scene.document()
    motion = scene.propose(evidence=[evidence], attachments=[document]).motion
    log, attachment = motion.dossier["exhibits"]
    assert (log["digest"], log["url"]) == (evidence.digest, evidence.get_absolute_url())
    assert log["type"] == "Evaluation log"
    assert (attachment["digest"], attachment["title"]) == (document.sha256, "plan.pdf")


def test_another_choice_is_another_dossier(scene: Scene) -> None:
    evidence = make_evidence(scene.release, scene.manager)
    transition = scene.propose()
    assert "exhibits" not in transition.motion.dossier
    former = transition.motion.dossier_digest
    services.open_transition_vote(actor=scene.manager, transition=transition)
    services.revise_transition(
        actor=scene.manager, transition=transition, dossier=DOSSIER, evidence=[evidence]
    )
    motion = Motion.objects.get(pk=transition.motion_id)
    assert motion.dossier_digest != former
    assert motion.state == "in_review"


def test_only_what_stands_for_this_release_is_put_before_a_board(scene: Scene) -> None:
    withdrawn = make_evidence(scene.release, scene.manager)
    services.withdraw_evidence(actor=scene.manager, evidence=withdrawn, reason="Wrong.")
    other = make_release(scene.model)
    foreign = make_evidence(other, scene.manager)
    with pytest.raises(Refused, match="is withdrawn"):
        scene.propose(evidence=[withdrawn])
    with pytest.raises(Refused, match="about another release"):
        scene.propose(evidence=[foreign])
    with pytest.raises(Refused, match="for another release"):
        scene.propose(attachments=[scene.document(other)])


# What falls while the motion is open


def test_no_vote_opens_on_evidence_that_fell(scene: Scene) -> None:
    old = make_evidence(scene.release, scene.manager, title="Old run")
    new = make_evidence(scene.release, scene.manager, title="New run")
    transition = scene.propose(evidence=[old])
    services.supersede_evidence(actor=scene.manager, evidence=old, by=new, reason="Ran again.")
    with pytest.raises(Refused, match="Old run is superseded"):
        services.open_transition_vote(actor=scene.manager, transition=transition)
    page = text(signed_in(scene.manager).get(scene.release.get_absolute_url()))
    assert "Old run is superseded." in page
    services.revise_transition(
        actor=scene.manager, transition=transition, dossier=DOSSIER, evidence=[new]
    )
    services.open_transition_vote(actor=scene.manager, transition=transition)


def test_the_board_is_told_and_the_motion_says_so(scene: Scene) -> None:
    evidence = make_evidence(scene.release, scene.manager)
    unnamed = make_evidence(scene.release, scene.manager)
    motion = scene.propose(evidence=[evidence]).motion
    services.withdraw_evidence(actor=scene.manager, evidence=unnamed, reason="Not this.")
    assert not Notification.objects.filter(kind="exhibit_fell").exists()
    services.withdraw_evidence(actor=scene.manager, evidence=evidence, reason="The seed leaked.")
    told = Notification.objects.filter(kind="exhibit_fell")
    assert {each.recipient for each in told} >= {scene.manager, scene.chair}
    assert Event.objects.filter(action="evidence.withdrawn", refs__contains=[ref(motion)]).exists()


def test_no_decision_takes_effect_on_evidence_that_fell(scene: Scene) -> None:
    evidence = make_evidence(scene.release, scene.manager)
    transition = scene.propose(evidence=[evidence])
    services.open_transition_vote(actor=scene.manager, transition=transition)
    decide(transition.motion)
    services.apply_decided_motions()
    services.withdraw_evidence(actor=scene.manager, evidence=evidence, reason="Wrong.")
    end_cool_off(transition)
    services.apply_decided_motions()
    transition.refresh_from_db()
    scene.release.refresh_from_db()
    assert transition.state == "approved"
    assert "is withdrawn" in transition.waiting_for
    assert scene.release.stage is not None
    assert scene.release.stage.slug == "internal"


# The form


def test_evidence_and_documents_are_chosen_in_the_form(scene: Scene) -> None:
    evidence = make_evidence(scene.release, scene.manager, title="Autumn run")
    client = signed_in(scene.manager)
    assert "Autumn run" in text(client.get(scene.propose_url))
    files = [SimpleUploadedFile("plan.pdf", PDF), SimpleUploadedFile("notes.md", b"# Notes")]
    data = {**DOSSIER, "evidence": [str(evidence.public_id)], "attachments": files}
    assert client.post(scene.propose_url, data).status_code == 302
    exhibits = Motion.objects.get().dossier["exhibits"]
    assert [each["title"] for each in exhibits] == ["Autumn run", "plan.pdf", "notes.md"]
    revise = reverse("transition_revise", args=[Motion.objects.get().public_id])
    page = text(client.get(revise))
    assert page.count("checked") == 3
    kept = [str(each.public_id) for each in Document.objects.filter(name="notes.md")]
    response = client.post(revise, {**DOSSIER, "kept": kept})
    assert response.status_code == 302
    assert [each["title"] for each in Motion.objects.get().dossier["exhibits"]] == ["notes.md"]


def test_what_was_attached_survives_an_error_elsewhere(scene: Scene) -> None:
    client = signed_in(scene.manager)
    files = [SimpleUploadedFile("plan.pdf", PDF), SimpleUploadedFile("x.svg", b"<svg></svg>")]
    response = client.post(scene.propose_url, {**DOSSIER, "rationale": "", "attachments": files})
    page = text(response)
    assert response.status_code == 200
    assert "x.svg is HTML, XML or SVG" in page
    document = Document.objects.get()
    assert str(document.public_id) in page
    assert DOSSIER["preparation"] in page
    again = {**DOSSIER, "kept": [str(document.public_id), "not-an-id"]}
    assert "valid choice" in text(client.post(scene.propose_url, again))
    again["kept"] = [str(document.public_id)]
    assert client.post(scene.propose_url, again).status_code == 302
    assert Motion.objects.get().dossier["exhibits"][0]["digest"] == document.sha256


def test_evidence_of_another_release_is_no_choice(scene: Scene) -> None:
    foreign = make_evidence(make_release(scene.model), scene.manager)
    data = {**DOSSIER, "evidence": [str(foreign.public_id)]}
    make_evidence(scene.release, scene.manager)
    response = signed_in(scene.manager).post(scene.propose_url, data)
    assert "stands no more; choose again" in text(response)
    assert not Motion.objects.exists()


# Who may read


def test_whoever_votes_reads_what_the_dossier_refers_to(scene: Scene) -> None:
    evidence = import_log(scene.release, scene.manager)
    document, unnamed = scene.document(), scene.document()
    transition = scene.propose(evidence=[evidence], attachments=[document])
    services.open_transition_vote(actor=scene.manager, transition=transition)
    boards.cast_vote(
        actor=scene.chair,
        motion=transition.motion,
        choice="approve",
        reason="Fine.",
        dossier_digest=transition.motion.dossier_digest,
    )
    # A seat that is given up: the vote that was cast on this dossier still opens what it is on.
    scene.model.board.seats.filter(holder=scene.chair).update(holder=None)
    client = signed_in(scene.chair)
    assert evidence.file is not None
    assert client.get(evidence.get_absolute_url()).status_code == 200
    for item in (evidence.file, document):
        response: Any = client.get(item.get_absolute_url())
        assert response.getvalue()
    assert client.get(unnamed.get_absolute_url()).status_code == 404
