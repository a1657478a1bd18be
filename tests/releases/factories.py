"""Ladders, models, real files and releases for tests, made by the services that make them."""

import itertools
import json
import struct
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from boards import services as boards
from boards.models import Board, Motion
from boards.selectors import standing
from releases import selectors, services
from releases.choices import WEIGHTS_MODES, Right
from releases.models import Hold, Ladder, Model, Release, Stage, Transition
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.scratch import scratch_directory

_numbers = itertools.count(1)

DEMO_LADDER = Path(settings.BASE_DIR) / "deploy" / "ladder-demo.yaml"
STAGES = ("internal", "trusted-api", "public-api", "gated-weights", "open-weights")
DOSSIER = {
    "rationale": "Deployers need it.",
    "safety_margin": "Scores are far below the bound.",
    "invalidation_conditions": "A new jailbreak that works twice.",
    "preparation": "Two reviewers read the evaluations.",
    "confidence": "We are confident that the risk is minimal.",
}
# What is asked beside it into the stages at which weights leave.
NO_COMPARABLE = {"no_comparable": "We asked three registries and found none."}
LIFT_DOSSIER = {"rationale": "The cause is gone.", "remedy": "The prompt filter was mended."}


def make_ladder(**replaced: str) -> Ladder:
    """Load the demo ladder; `replaced` changes lines by key, as `cool_off="1h"`, at all stages."""
    text = DEMO_LADDER.read_text()
    if not replaced:
        return services.load_ladder(actor=None, source_text=text).ladder
    lines = text.replace("name: demo", f"name: demo-{next(_numbers)}", 1).splitlines()
    for place, line in enumerate(lines):
        key = line.strip().partition(":")[0]
        if key in replaced:
            lines[place] = f"{line[: len(line) - len(line.lstrip())]}{key}: {replaced[key]}"
    return services.load_ladder(actor=None, source_text="\n".join(lines)).ladder


def make_ladder_asking(stage: str, **keys: str) -> Ladder:
    """Load the demo ladder with keys added to one stage, in YAML's flow style."""
    text = DEMO_LADDER.read_text().replace("name: demo", f"name: demo-{next(_numbers)}", 1)
    slug = f"  - slug: {stage}\n"
    assert slug in text
    added = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    text = text.replace(slug, slug + added)
    return services.load_ladder(actor=None, source_text=text)[0]


def make_model(
    *,
    board: Board | None = None,
    ladder: Ladder | None = None,
    manager: User | None = None,
    holder: User | None = None,
    namespace: str = "acme",
    name: str = "",
) -> Model:
    """Make a model; `manager` may manage its releases, `holder` may place holds."""
    model = services.create_model(
        actor=None,
        namespace=namespace,
        name=name or f"heron-{next(_numbers)}",
        title="Heron",
        summary="A small language model.",
        board=board or make_board(),
        ladder=ladder or make_ladder(),
    )
    if manager is not None:
        services.grant_right(actor=None, user=manager, right=Right.MANAGE_RELEASE, model=model)
    if holder is not None:
        services.grant_right(actor=None, user=holder, right=Right.PLACE_HOLD, model=model)
    return model


def safetensors_bytes(
    tensors: Mapping[str, tuple[str, list[int], bytes]] | None = None, **metadata: str
) -> bytes:
    """Return a safetensors file of the given {name: (dtype, shape, bytes)}."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    body = b""
    for name, (dtype, shape, data) in (tensors or {"w": ("F32", [2, 2], b"\x00" * 16)}).items():
        header[name] = {
            "dtype": dtype,
            "shape": shape,
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    encoded = json.dumps(header).encode()
    return struct.pack("<Q", len(encoded)) + encoded + body


def make_directory(files: Mapping[str, bytes] | None = None, *, below: Path | None = None) -> Path:
    """Write real files: by default a small model with its config and card."""
    directory = scratch_directory(below=below, prefix="release-")
    for path, content in (files or ordinary_files()).items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return directory


def ordinary_files() -> dict[str, bytes]:
    """Return the files of a small release, different each time."""
    number = next(_numbers)
    return {
        "README.md": f"# Heron {number}\n".encode(),
        "config.json": b'{"model_type": "heron"}\n',
        "weights/model.safetensors": safetensors_bytes(
            {"w": ("F32", [2, 2], struct.pack("<4f", number, 1, 2, 3))}
        ),
    }


def make_release(
    model: Model | None = None,
    *,
    version: str = "",
    files: Mapping[str, bytes] | None = None,
    stage: str = "internal",
    soaked: timedelta = timedelta(days=400),
) -> Release:
    """Make a sealed release from real files. `stage` puts it there as if the boards had."""
    release = services.start_ingest(
        actor=None,
        model=model or make_model(),
        version=version or f"v{next(_numbers)}",
        directory=make_directory(files),
        hand_over=False,
    )
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    release = Release.objects.select_related("model", "stage").get(pk=release.pk)
    if release.state == "sealed":
        put_at(release, stage, soaked)
    return release


def put_at(release: Release, stage: str, soaked: timedelta = timedelta(days=400)) -> Release:
    """Put a release at a stage, where it has been for a while. For tests about what follows."""
    release.stage = stage_of(release.model, stage)
    release.staged_at = timezone.now() - soaked
    release.save(update_fields=["stage", "staged_at"])
    return release


def stage_of(model: Model, slug: str) -> Stage:
    """Return a stage of the model's ladder."""
    return Stage.objects.get(ladder=model.ladder, slug=slug)


def make_transition(release: Release, proposer: User | None = None, **dossier: str) -> Transition:
    """Propose the move of a release to its next stage."""
    if proposer is None:
        proposer = make_user()
        services.grant_right(
            actor=None, user=proposer, right=Right.MANAGE_RELEASE, model=release.model
        )
    to_stage = selectors.next_stage(release)
    assert to_stage is not None
    weights = to_stage.access_mode in WEIGHTS_MODES
    return services.propose_transition(
        actor=proposer,
        release=release,
        to_stage=to_stage,
        dossier={**DOSSIER, **(NO_COMPARABLE if weights else {}), **dossier},
    )


def decide(motion: Motion, choice: str = "approve") -> Motion:
    """Let every seat that can vote alike, and the time for voting run out."""
    motion = Motion.objects.get(pk=motion.pk)
    for ballot in standing(motion).awaited:
        assert ballot.holder is not None
        boards.cast_vote(
            actor=ballot.holder,
            motion=motion,
            choice=choice,
            reason="Because.",
            dossier_digest=motion.dossier_digest,
        )
    Motion.objects.filter(pk=motion.pk).update(
        voting_closes_at=timezone.now() - timedelta(seconds=1)
    )
    return boards.close_voting(actor=None, motion=Motion.objects.get(pk=motion.pk))


def make_approved(release: Release, proposer: User | None = None) -> Transition:
    """Propose, open, vote and approve: a transition whose decision is not applied yet."""
    transition = make_transition(release, proposer)
    services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    decide(transition.motion)
    return Transition.objects.get(pk=transition.pk)


def end_cool_off(transition: Transition) -> None:
    """Let the cool-off of an approved transition be over."""
    Transition.objects.filter(pk=transition.pk).update(
        effective_after=timezone.now() - timedelta(seconds=1)
    )


def make_hold(
    model: Model,
    release: Release | None = None,
    *,
    actor: User | None = None,
    kind: str = "all",
    reason: str = "A filter fails.",
) -> Hold:
    """Place a hold by somebody who may."""
    if actor is None:
        actor = make_user()
        services.grant_right(actor=None, user=actor, right=Right.PLACE_HOLD, model=model)
    return services.place_hold(actor=actor, model=model, release=release, kind=kind, reason=reason)
