"""Taking in 2 GiB of weights: hash, headers, scan and signature, beside openssl's hash alone."""

import itertools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from releases.models import Release
from releases.services import continue_ingest, sign_release, start_ingest, verify_release
from tests.bench.timing import Figure, in_turn
from tests.bench.world import GIB, World
from tests.seeded import demo_release

FILES = 8
SIZE = 2 * GIB
ROUNDS = 3
A_DAY = 86_400.0


def measure(world: World) -> list[Figure]:
    """Return the time to take it in, in parts of the time to hash it; and with the second read."""
    source = world.directory / "incoming" / "weights"
    files = _write_shards(source)
    numbers = itertools.count(1)
    verifying: list[float] = []

    def ingest() -> None:
        release = start_ingest(
            actor=None,
            model=demo_release("heron v1.0").model,
            version=f"bench-{next(numbers)}",
            directory=source,
            hand_over=False,
        )
        continue_ingest(release_id=release.pk, budget_seconds=A_DAY, hand_over=False)
        began = time.perf_counter()
        verify_release(release_id=release.pk, budget_seconds=A_DAY, hand_over=False)
        verifying.append(time.perf_counter() - began)
        release = Release.objects.get(pk=release.pk)
        if release.state != "sealed":
            raise SystemExit(f"The ingest ended as {release.state}: {release.refusal}")
        if sign_release(release_id=release.pk) is None:
            raise SystemExit("The release was not signed.")

    def openssl() -> None:
        command = ["openssl", "dgst", "-sha256", *map(str, files)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    whole, hashed = in_turn(ingest, openssl, rounds=ROUNDS)
    second_read = sorted(verifying[1:])[ROUNDS // 2]
    shutil.rmtree(source)
    name = f"ingest of 2 GiB in {FILES} files"
    return [
        Figure(name, whole - second_read, hashed, "s", at_most=1.25),
        Figure("the same with the second read that verifies", whole, hashed, "s"),
    ]


def _write_shards(directory: Path) -> list[Path]:
    """Write shards of one tensor each, with the index that names them."""
    directory.mkdir(parents=True)
    # Random once, and different in each shard: nothing in the way compresses or shares.
    noise = os.urandom(SIZE // FILES)
    files, places = [], {}
    for number in range(1, FILES + 1):
        name = f"model-{number:05}-of-{FILES:05}.safetensors"
        tensor = f"layer.{number}.weight"
        places[tensor] = name
        described = {
            tensor: {"dtype": "U8", "shape": [len(noise)], "data_offsets": [0, len(noise)]}
        }
        header = json.dumps(described).encode()
        header += b" " * (-len(header) % 8)
        files.append(directory / name)
        with files[-1].open("wb") as file:
            file.write(len(header).to_bytes(8, "little") + header)
            file.write(number.to_bytes(8, "little") + noise[8:])
    index = {"metadata": {"total_size": SIZE}, "weight_map": places}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index))
    return files
