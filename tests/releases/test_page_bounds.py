"""How many queries the pages of boards, motions and releases take, whatever has happened."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from boards import services as boards
from boards.models import Motion
from boards.services import override_result
from common import dsse
from releases import services
from releases.comparables.counterfactual import CONDITIONS, answer
from releases.models import Release, Transition
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.licensing.factories import make_terms
from tests.releases.comparables import make_comparable, make_keeper
from tests.releases.evidence_files import PDF, import_log, make_evidence
from tests.releases.factories import (
    DEMO_LADDER,
    DOSSIER,
    LIFT_DOSSIER,
    NO_COMPARABLE,
    decide,
    end_cool_off,
    make_model,
    make_release,
    put_at,
    stage_of,
)

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
ANSWERS = {key: answer(holds=True, reasons="Read section 4.") for key in CONDITIONS}
Counts = dict[str, int]


class World:
    """A release before its board, with `amount` of everything that can grow."""

    def __init__(self, amount: int) -> None:
        self.amount = amount
        self.manager, self.holder, self.stranger = make_user(), make_user(), make_user()
        roles = ["chair", "safety", "independent", "security", *["legal"] * amount]
        self.members = {role: make_user() for role in roles[:4]}
        others = [(role, make_user()) for role in roles[4:]]
        self.board = make_board(*self.members.items(), *others)
        text = re.sub(r"cool_off: \S+", "cool_off: 1h", DEMO_LADDER.read_text())
        text = text.replace("name: demo\n", "name: bounds\n", 1)
        text = text.replace("hold_review: 14d", "hold_review: 14d\nexecutive: [security]", 1)
        self.model = make_model(
            board=self.board,
            ladder=services.load_ladder(actor=None, source_text=text).ladder,
            manager=self.manager,
            holder=self.holder,
        )
        self.release: Release = make_release(self.model, stage="public-api")
        for slug in ("api-terms", "weights-terms"):
            make_terms(slug)
        for _number in range(amount):
            self.add_one_of_each()

    def add_one_of_each(self) -> None:
        """Let one of everything happen that leaves something behind."""
        make_release(self.model, stage="trusted-api")
        make_evidence(self.release, self.manager)
        import_log(self.release, self.manager)
        decide(self.propose(**NO_COMPARABLE), "reject")
        Motion.objects.update(override_until=timezone.now() - timedelta(seconds=1))
        services.apply_decided_motions()
        put_at(self.release, "gated-weights")
        services.demote_release(
            actor=self.holder,
            release=self.release,
            to_stage=stage_of(self.model, "public-api"),
            reason="A leak.",
        )
        put_at(self.release, "public-api")
        blocker = services.open_blocker(
            actor=self.holder, release=self.release, title="An incident", reason="A key leaked."
        )
        services.close_blocker(actor=self.manager, blocker=blocker, reason="It was changed.")
        hold = self.hold()
        decide(services.propose_lift(actor=self.manager, hold=hold, dossier=LIFT_DOSSIER))
        services.apply_decided_motions()

    def hold(self) -> Any:
        return services.place_hold(
            actor=self.holder,
            model=self.model,
            release=self.release,
            kind="admissions",
            reason="A filter fails.",
        )

    def propose(self, **more: Any) -> Motion:
        """Put the move before the board and open its vote."""
        chosen = {key: more.pop(key) for key in list(more) if key not in NO_COMPARABLE | ANSWERS}
        self.release.refresh_from_db()
        transition = services.propose_transition(
            actor=self.manager,
            release=self.release,
            to_stage=stage_of(self.model, "gated-weights"),
            dossier={**DOSSIER, **more},
            **chosen,
        )
        return services.open_transition_vote(actor=self.manager, transition=transition)

    def exhibits(self) -> dict[str, Any]:
        verifier = make_keeper()
        return {
            "evidence": list(self.release.evidence.all()),
            "attachments": [
                services.keep_attachment(
                    actor=self.manager,
                    release=self.release,
                    file=io.BytesIO(PDF),
                    name=f"{number}.pdf",
                )
                for number in range(self.amount)
            ],
            "comparables": [make_comparable(verifier=verifier) for _ in range(self.amount)],
            "conditions": [{"kind": "blocker_appears"}],
        }

    # Its pages

    def pages(self, motion: Motion) -> Iterator[tuple[str, User | None, str]]:
        board = reverse("board_detail", args=[self.board.slug])
        page = reverse("motion_detail", args=[motion.public_id])
        release = self.release.get_absolute_url()
        yield "boards", self.members["chair"], reverse("board_list")
        yield "board", self.members["chair"], board
        for who in ("chair", "security"):
            yield f"motion for {who}", self.members[who], page
        yield "motion for its proposer", self.manager, page
        yield "release for the chair", self.members["chair"], release
        yield "release for its manager", self.manager, release
        yield "release for whoever may hold it", self.holder, release
        yield "release for a stranger", self.stranger, release
        yield "release for a visitor", None, release

    def counts(self, motion: Motion) -> Counts:
        """Read every page, and return how many queries each took."""
        found = {}
        for name, user, url in self.pages(motion):
            client = Client()
            if user is not None:
                client.force_login(user)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200, name
            found[name] = len(queries)
        return found

    def life(self) -> Iterator[tuple[str, Counts]]:
        """Lead a motion through its states; return after each what the pages took."""
        motion = self.propose(**ANSWERS, **self.exhibits())
        transition = Transition.objects.get(motion=motion)
        self.vote(motion)
        yield "voting", self.counts(motion)
        motion = boards.revise_dossier(
            actor=self.manager, motion=motion, dossier={**motion.dossier, "rationale": "Twice."}
        )
        yield "in review", self.counts(motion)
        self.hold()
        services.open_blocker(
            actor=self.holder, release=self.release, title="An incident", reason="A key leaked."
        )
        yield "stopped", self.counts(motion)
        self.release.blockers.all().delete()
        self.model.holds.all().delete()
        services.open_transition_vote(actor=self.manager, transition=transition)
        self.vote(motion)
        decide(motion)
        yield "decided", self.counts(motion)
        services.apply_decided_motions()
        override_result(
            actor=self.members["security"], motion=motion, outcome="rejected", reason="No."
        )
        yield "overridden", self.counts(motion)
        end_cool_off(transition)
        services.apply_decided_motions()
        yield "over", self.counts(motion)

    def vote(self, motion: Motion) -> None:
        for seat in self.board.seats.select_related("holder").exclude(role="security"):
            assert seat.holder is not None
            boards.cast_vote(
                actor=seat.holder,
                motion=motion,
                choice="approve",
                reason="Because.",
                dossier_digest=Motion.objects.get(pk=motion.pk).dossier_digest,
            )


def test_pages_take_few_queries_and_as_many_however_much_there_is(settings: Settings) -> None:
    settings.SIGNING_KEY = dsse.derived_private_key("tests")
    few, many = World(1), World(2)
    # What is cached for good costs nothing later.
    Client().get(few.release.get_absolute_url())
    for (state, little), (_state, much) in zip(few.life(), many.life(), strict=True):
        assert much == little, state
        assert {page: took for page, took in much.items() if took > MOST_QUERIES} == {}, state
