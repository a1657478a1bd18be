"""Overriding a requirement: an act of its own, by a seat that the rule names, for one dossier."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from boards.gathering import record_of
from boards.models import Motion
from common.errors import Refused
from releases import services
from releases.choices import Right
from releases.models import Ladder, RequirementOverride, Transition
from releases.requirements import Requirement
from releases.selectors.gates import overrides_of
from releases.selectors.requirements import requirements_for
from tests.boards.factories import cast, make_board
from tests.factories import make_user
from tests.releases.evidence_files import make_evidence, manager_of
from tests.releases.factories import (
    DOSSIER,
    decide,
    end_cool_off,
    make_hold,
    make_ladder_asking,
    make_model,
    make_release,
    make_transition,
)

pytestmark = pytest.mark.django_db

RED_TEAM = "{key: red-team, kind: evidence, name: Red team, type: red_team_report, max_age: 180d}"
REASON = "The report is written and is being signed."
PASSWORD = "correct-horse-battery"


class Scene:
    """A move into a stage that asks for a report that there is none of."""

    def __init__(self, ladder: Ladder | None = None) -> None:
        self.chair, self.safety = make_user(password=PASSWORD), make_user(password=PASSWORD)
        self.independent = make_user()
        board = make_board(
            ("chair", self.chair), ("safety", self.safety), ("independent", self.independent)
        )
        ladder = ladder or make_ladder_asking(
            "trusted-api", requirements=f"[{RED_TEAM}]", override="[safety]"
        )
        self.model = make_model(board=board, ladder=ladder)
        self.release = make_release(self.model, version="v1")
        self.transition = make_transition(self.release)
        self.proposer = self.transition.motion.proposer

    def override(
        self, actor: User, *, key: str = "red-team", digest: str = "", reason: str = REASON
    ) -> RequirementOverride:
        transition = Transition.objects.select_related("motion").get(pk=self.transition.pk)
        return services.override_requirement(
            actor=actor,
            transition=transition,
            key=key,
            dossier_digest=digest or transition.motion.dossier_digest,
            reason=reason,
        )

    def found(self, key: str = "red-team") -> Requirement:
        transition = Transition.objects.select_related("motion").get(pk=self.transition.pk)
        rows = requirements_for(
            self.release, transition.to_stage, now=timezone.now(), of=transition
        )
        return next(each for each in rows if each.key == key)

    def open_vote(self) -> None:
        services.open_transition_vote(actor=self.proposer, transition=self.transition)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_seat_that_the_rule_names_lets_the_vote_open(scene: Scene) -> None:
    with pytest.raises(Refused, match="There is none: Red-team report"):
        scene.open_vote()
    row = scene.override(scene.safety)
    assert (row.role, row.found, row.name) == ("safety", "unsatisfied", "Red team")
    assert row.sentence == "There is none: Red-team report."
    assert scene.found().state == "overridden"
    assert REASON in scene.found().sentence
    scene.open_vote()
    decide(scene.transition.motion)
    services.apply_decided_motions()
    end_cool_off(scene.transition)
    services.apply_decided_motions()
    scene.transition.refresh_from_db()
    assert scene.transition.state == "effective"


def test_it_is_one_event_and_everybody_is_told(scene: Scene) -> None:
    scene.override(scene.safety)
    event = Event.objects.get(action="requirement.overridden")
    assert event.actor == scene.safety.pseudonym
    assert event.data["requirement"] == "red-team"
    assert event.data["reason"] == REASON
    assert event.data["role"] == "safety"
    assert event.data["dossier_digest"] == scene.transition.motion.dossier_digest
    for person in (scene.chair, scene.safety, scene.proposer):
        assert person.notifications.filter(kind="requirement_overridden").count() == 1


def test_it_stands_in_the_record_of_the_motion(scene: Scene) -> None:
    row = scene.override(scene.safety)
    assert overrides_of(scene.transition.motion) == [row]
    services.revise_transition(
        actor=scene.proposer,
        transition=scene.transition,
        dossier={**DOSSIER, "rationale": "Better."},
    )
    scene.transition.motion.refresh_from_db()
    assert overrides_of(scene.transition.motion) == []


def test_it_stands_in_the_signed_record_by_role_and_pseudonym(scene: Scene) -> None:
    scene.override(scene.safety)
    scene.open_vote()
    motion = decide(scene.transition.motion)
    (act,) = record_of(Motion.objects.get(pk=motion.pk))["annex"]
    assert (act["what"], act["role"], act["reason"]) == ("Red team", "safety", REASON)
    assert act["by"] == str(scene.safety.pseudonym)


def test_a_changed_dossier_makes_it_stale_and_it_can_be_given_again(scene: Scene) -> None:
    scene.override(scene.safety)
    services.revise_transition(
        actor=scene.proposer,
        transition=scene.transition,
        dossier={**DOSSIER, "rationale": "Better."},
    )
    assert scene.found().state == "unsatisfied"
    assert "for an earlier dossier" in scene.found().sentence
    with pytest.raises(Refused, match="There is none"):
        scene.open_vote()
    scene.override(scene.safety)
    assert scene.found().state == "overridden"
    scene.open_vote()


def test_it_is_for_the_dossier_that_was_read(scene: Scene) -> None:
    with pytest.raises(Refused, match="was changed since you read it"):
        scene.override(scene.safety, digest="0" * 64)


def test_others_override_nothing(scene: Scene) -> None:
    manager, former = make_user(), make_user(is_superuser=True)
    services.grant_right(actor=None, user=manager, right=Right.MANAGE_RELEASE, model=scene.model)
    for actor in (scene.chair, scene.proposer, manager, former):
        with pytest.raises(Refused, match="Only the holder of a seat that the rule names"):
            scene.override(actor)
    assert not RequirementOverride.objects.exists()


def test_a_seat_holder_who_manages_the_model_or_proposed_the_move_overrides_nothing(
    scene: Scene,
) -> None:
    services.grant_right(
        actor=None, user=scene.safety, right=Right.MANAGE_RELEASE, model=scene.model
    )
    with pytest.raises(Refused, match="whoever manages releases of the model, can override"):
        scene.override(scene.safety)


def test_what_is_met_or_overridden_already_or_unknown_is_not_overridden(scene: Scene) -> None:
    with pytest.raises(Refused, match="has no such requirement"):
        scene.override(scene.safety, key="cyber")
    with pytest.raises(Refused, match="The reason"):
        scene.override(scene.safety, reason=" ")
    scene.override(scene.safety)
    with pytest.raises(Refused, match="blocks nothing now"):
        scene.override(scene.safety)
    assert RequirementOverride.objects.count() == 1


def test_holds_and_blockers_can_never_be_overridden(scene: Scene) -> None:
    make_hold(scene.model, scene.release)
    holder = make_user()
    services.grant_right(actor=None, user=holder, right=Right.PLACE_HOLD, model=scene.model)
    services.open_blocker(actor=holder, release=scene.release, title="Leak", reason="Seen.")
    for key in ("no_hold", "no_blocker", "sealed", "one_step"):
        with pytest.raises(Refused, match="can never be overridden"):
            scene.override(scene.safety, key=key)


def test_where_the_ladder_names_nobody_nobody_overrides() -> None:
    scene = Scene(make_ladder_asking("trusted-api", requirements=f"[{RED_TEAM}]"))
    with pytest.raises(Refused, match="can never be overridden"):
        scene.override(scene.safety)
    assert scene.found().override_url == ""


def test_after_the_end_of_the_move_there_is_nothing_to_override(scene: Scene) -> None:
    Transition.objects.filter(pk=scene.transition.pk).update(state="lapsed")
    with pytest.raises(Refused, match="The move is over"):
        scene.override(scene.safety)


def test_a_requirement_that_fails_during_the_cool_off_can_be_overridden_as_well() -> None:
    scene = Scene(
        make_ladder_asking("trusted-api", requirements=f"[{RED_TEAM}]", override="[safety, chair]")
    )
    scene.override(scene.safety)
    scene.open_vote()
    decide(scene.transition.motion)
    services.apply_decided_motions()
    # The seat that overrode is not named any more, as after a tightening.
    stage = scene.transition.to_stage
    stage.pk, stage.override = None, ["chair"]
    stage.ladder = Ladder.objects.create(
        name="next", version=1, title="Next", source="", digest="0" * 64
    )
    stage.save(force_insert=True)
    Transition.objects.filter(pk=scene.transition.pk).update(to_stage=stage)
    end_cool_off(scene.transition)
    services.apply_decided_motions()
    scene.transition.refresh_from_db()
    assert "There is none" in scene.transition.waiting_for
    scene.override(scene.chair)
    services.apply_decided_motions()
    scene.transition.refresh_from_db()
    assert scene.transition.state == "effective"


def test_whoever_recused_themselves_from_the_motion_overrides_nothing_of_it() -> None:
    scene = Scene(
        make_ladder_asking(
            "trusted-api", requirements=f"[{RED_TEAM}]", override="[safety, independent]"
        )
    )
    report = make_evidence(scene.release)
    scene.open_vote()
    cast(scene.transition.motion, scene.safety, "recuse")
    services.withdraw_evidence(
        actor=manager_of(scene.release), evidence=report, reason="It was of another model."
    )
    with pytest.raises(Refused, match="You recused yourself from this motion"):
        scene.override(scene.safety)
    scene.override(scene.independent)


def test_rows_are_inserted_only(scene: Scene) -> None:
    row = scene.override(scene.safety)
    for act in (
        lambda: RequirementOverride.objects.filter(pk=row.pk).update(reason="Else."),
        lambda: RequirementOverride.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="added to, never edited"), transaction.atomic():
            act()


# The page


def page_url(scene: Scene, key: str = "red-team") -> str:
    return reverse("requirement_override", args=[scene.transition.motion.public_id, key])


def freshly_signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_the_page_asks_who_is_there_a_reason_and_a_typed_word(scene: Scene) -> None:
    old = Client()
    old.force_login(scene.safety)
    assert "reauthenticate" in old.get(page_url(scene)).headers["Location"]
    client = freshly_signed_in(scene.safety)
    page = client.get(page_url(scene)).content.decode()
    assert "There is none: Red-team report." in page
    assert "an override is no vote" in page
    digest = scene.transition.motion.dossier_digest
    given = {"reason": REASON, "typed": "v1", "dossier_digest": digest}
    for change, words in (
        ({"typed": "yes"}, "Type the word v1 to confirm."),
        ({"reason": ""}, "Give a reason"),
    ):
        assert words in client.post(page_url(scene), {**given, **change}).content.decode()
    response = client.post(page_url(scene), {**given, "dossier_digest": "0" * 64})
    assert response.status_code == 409
    assert client.post(page_url(scene), given).status_code == 302
    page = client.get(scene.release.get_absolute_url()).content.decode()
    assert "Overridden by the safety seat" in page
    assert client.get(page_url(scene)).status_code == 409


def test_the_panel_says_who_may_override_and_where(scene: Scene) -> None:
    client = freshly_signed_in(scene.chair)
    page = client.get(scene.release.get_absolute_url()).content.decode()
    assert page_url(scene) in page
    assert "May be overridden by:" in page
    assert client.get(page_url(scene)).status_code == 409
    assert client.get(page_url(scene, "cyber")).status_code == 404
    assert freshly_signed_in(make_user(password=PASSWORD)).get(page_url(scene)).status_code == 404
