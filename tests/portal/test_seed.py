"""The demo that the seed makes: whole, consistent, and made once."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from safetensors import safe_open

from accounts.models import User
from audit.models import Event
from boards.models import Board, Motion, SummaryRelease
from licensing.facts import VerdictAction
from licensing.models import Application, ApplicationState, Grant
from licensing.verdict import decide_all
from portal.demo import ACCOUNTS, PASSWORD
from portal.seed.catalog import HERON, HERON_NEXT
from portal.seed.tokenizer import MERGES, byte_alphabet, vocabulary
from portal.seed.transformer import tensor_shapes, write_model
from releases.models import Comparable, Evidence, Release, Transition
from releases.models import Model as ReleaseModel
from releases.selectors import next_stage
from releases.selectors.comparables import references_of
from releases.selectors.requirements import requirements_for
from tests.releases.replaying import as_rows, as_told
from tests.replay import Replay
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_everybody_can_sign_in_with_the_password_that_the_login_page_shows(
    client: Client, settings: Settings
) -> None:
    # The demo was made before this test's quick hasher was set.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    for account in ACCOUNTS:
        client.logout()
        response = client.post(
            "/accounts/login/", {"login": account.email, "password": PASSWORD}, follow=False
        )
        assert (response.status_code, response["Location"]) == (302, "/dashboard/")


def test_releases_stand_where_the_board_voted_them() -> None:
    stages = {
        name: demo_release(name).stage.slug  # type: ignore[union-attr]
        for name in ("heron v1.0", "heron v1.1", "kestrel v0.9")
    }
    assert stages == {
        "heron v1.0": "gated-weights",
        "heron v1.1": "trusted-api",
        "kestrel v0.9": "internal",
    }
    motions = Motion.objects.values_list("state", flat=True)
    assert sorted(motions) == ["approved"] * 4 + ["voting"] * 2
    for motion in Motion.objects.filter(state="approved"):
        assert motion.tally
        assert motion.tally["outcome"] == "approved"
        assert motion.applied_at


def test_there_is_an_application_in_each_state() -> None:
    assert set(Application.objects.values_list("state", flat=True)) == set(ApplicationState.values)
    referred = Application.objects.get(state=ApplicationState.REFERRED)
    assert referred.referral is not None
    assert referred.referral.state == "voting"


def test_evidence_as_the_tools_wrote_it_names_the_very_release() -> None:
    evidence = Evidence.objects.filter(release=demo_release("heron v1.0"))
    found = {each.report["format"] if each.report else each.type: each for each in evidence}
    assert set(found) == {"inspect-json", "lm-eval", "external_review"}
    for form, samples in (("inspect-json", 20), ("lm-eval", 12)):
        report = found[form].report
        assert report
        assert report["bound_digest"] == demo_release("heron v1.0").digest
        assert report["complete"]
        assert report["total"] == samples
        assert len(found[form].samples) == 5
    assert found["inspect-json"].flags == []
    for each in evidence:
        assert each.ran_at < timezone.now() < each.expires_at


def test_the_vote_that_is_open_is_on_a_dossier_that_names_evidence_and_what_is_watched() -> None:
    motion = Motion.objects.get(kind="transition", state="voting")
    assert [each["type"] for each in motion.dossier["exhibits"]] == ["Evaluation log"]
    assert len(motion.dossier["conditions"]) == 2


def test_the_move_to_weights_was_compared_with_verified_models_and_told_to_the_public() -> None:
    release = demo_release("heron v1.0")
    motion = Transition.objects.get(release=release, to_stage=release.stage).motion
    kinds = [each["type"] for each in motion.dossier["exhibits"]]
    assert sorted(kinds) == [
        *("Comparable model", "Comparable model", "Evaluation log", "Evaluation log"),
        "External review",
    ]
    assert SummaryRelease.objects.get().summary.motion == motion
    assert motion.records.exists()


def test_the_register_has_models_in_several_states() -> None:
    found = references_of(Comparable.objects.all(), timezone.now())
    states = sorted(each.standing.state.value for each in found)
    assert states == ["lapsed", "unverified", "verified", "verified"]


def test_what_the_last_stage_asks_is_met_in_part() -> None:
    release = demo_release("heron v1.0")
    target = next_stage(release)
    assert target
    found = requirements_for(release, target, now=timezone.now(), of=None)
    states = {each.key: each.state for each in found}
    assert states["nests"] == states["external"] == "satisfied"
    assert states["red-team"] == states["counterfactual"] == "unsatisfied"
    assert states["dossier"] == "not_applicable"


def test_the_deployer_may_do_everything_and_the_applicant_nothing_yet() -> None:
    grant = Grant.objects.get()
    assert (grant.state, grant.modes) == ("active", ["api", "weights"])
    first, second = demo_release("heron v1.0"), demo_release("heron v1.1")
    mine = decide_all(person("deployer"), [first, second])
    assert mine[first.pk][VerdictAction.DOWNLOAD].allowed
    assert mine[first.pk][VerdictAction.USE_API].allowed
    assert mine[second.pk][VerdictAction.USE_API].allowed
    assert not mine[second.pk][VerdictAction.DOWNLOAD].allowed
    theirs = decide_all(person("applicant"), [first])[first.pk]
    assert theirs[VerdictAction.APPLY].allowed
    assert not theirs[VerdictAction.DOWNLOAD].allowed


def test_a_second_run_changes_nothing(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEMO = True
    tables: list[type[Model]] = [
        *(User, Event, Motion, Release, Application, Grant, Evidence, Comparable),
    ]
    before = [table._default_manager.count() for table in tables]
    call_command("seed_demo")
    assert "nothing was changed" in capsys.readouterr().out
    assert [table._default_manager.count() for table in tables] == before


def test_outside_the_demo_the_seed_is_refused() -> None:
    with pytest.raises(CommandError, match="not a demo"):
        call_command("seed_demo")


# The transformer


def test_the_same_shape_gives_the_same_bytes_in_a_valid_layout(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_model(tmp_path / name, HERON_NEXT, "# Card\n")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    index = json.loads((tmp_path / "one/model.safetensors.index.json").read_text())
    found: dict[str, Any] = {}
    for shard in sorted(set(index["weight_map"].values())):
        with safe_open(tmp_path / "one" / shard, framework="numpy") as opened:
            found |= {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
            assert {index["weight_map"][name] for name in opened.keys()} == {shard}  # noqa: SIM118
    assert {name: array.shape for name, array in found.items()} == dict(tensor_shapes(HERON_NEXT))
    assert index["metadata"]["total_size"] == sum(array.nbytes for array in found.values())


def test_the_large_one_has_about_sixty_megabytes_in_two_shards() -> None:
    size = 0
    for _name, dimensions in tensor_shapes(HERON):
        count = 2
        for dimension in dimensions:
            count *= dimension
        size += count
    assert 55_000_000 < size < 65_000_000
    assert HERON.shards == 2


def test_the_vocabulary_covers_every_byte_and_every_merge() -> None:
    tokens = vocabulary()
    assert len(set(byte_alphabet())) == 256
    assert set(byte_alphabet()) <= set(tokens)
    known = set(byte_alphabet())
    for merge in MERGES:
        left, right = merge.split(" ")
        assert {left, right} <= known
        known.add(left + right)
    assert len(tokens) == 1 + 256 + len(MERGES)


def test_the_events_of_the_demo_alone_tell_where_everything_stands() -> None:
    replay = Replay()
    replay.take(Event.objects.order_by("id"))
    rows = as_rows(ReleaseModel.objects.all(), Board.objects.all())
    assert rows == as_told(replay)
    assert all(rows[part] for part in ("motions", "moves", "releases"))
