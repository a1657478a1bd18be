"""Everybody screened anew: the rate, the memory, and what blocking loses against comparing all.

`SLUICE_BENCH_WATCHED` says how many are watched, 600,000 without it, against 20,000 entries.
"""

import io
import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from tests.bench.timing import Figure
from tests.bench.world import World

if TYPE_CHECKING:
    from accounts.screening.index import Index

ENTRIES = 20_000
SAMPLE = 400
_PAGE = os.sysconf("SC_PAGE_SIZE")


def measure(_world: World) -> list[Figure]:
    """Put a list in force, watch many, screen them all, and compare a sample with everything."""
    from accounts.services.screening import running

    watched = int(os.environ.get("SLUICE_BENCH_WATCHED", "600000"))
    rng = random.Random(1)  # noqa: S311
    listed = _put_in_force(rng)
    _watch(rng, watched, listed)
    # Nothing is handed on: with a broker that runs all at once each call would be within another.
    with mock.patch.object(running, "enqueue"):
        return _round(rng, listed)


def _round(rng: random.Random, listed: list[str]) -> list[Figure]:
    from accounts.selectors import screening as reading
    from accounts.services import screening
    from accounts.services.screening import running

    screening.start_round_if_due()
    began, busy = time.perf_counter(), time.process_time()
    done = screening.screen_due(budget=timedelta(seconds=0.1))
    # With the lists and a first batch in memory: from here on nothing may grow.
    first = _resident()
    while now := screening.screen_due(budget=timedelta(seconds=45)):
        done += now
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    last = _resident()
    progress = reading.progress()
    assert progress is not None
    assert progress.left == 0
    print(f"  {done:,} against {ENTRIES:,} entries in {seconds:.0f} s, {busy:.0f} of them at work")
    (loaded,) = running._loaded.values()
    recall, full_rate, lost = _recall(rng, loaded.index, listed)
    return [
        Figure(
            f"screening {done:,} against {ENTRIES:,}, and the full matrix",
            done / seconds,
            full_rate,
            "a second",
            at_least=1,
        ),
        Figure("memory of it at the end, and at its beginning", last, first, "MB", at_most=1.1),
        Figure(
            "likenesses that blocking finds, and all",
            recall,
            1,
            "of all",
            at_least=0.995,
            note=lost,
        ),
    ]


def _put_in_force(rng: random.Random) -> list[str]:
    from accounts.models import User
    from accounts.services import screening
    from tests.accounts.screening import variants

    listed = list(variants.names(rng, ENTRIES))
    lines = ["id,name,aliases,kind"]
    for number, (name, kind) in enumerate(listed):
        aliases = ";".join(variants.variant(rng, name) for _ in range(rng.randint(0, 3)))
        lines.append(f'{number},"{name}","{aliases}",{kind}')
    data = "\n".join([*lines, ""]).encode()
    snapshot = screening.upload_list(
        actor=User.objects.filter(is_staff=True)[0],
        file=io.BytesIO(data),
        file_name="bench.csv",
        size=len(data),
        title="Bench",
        format_name="plain",
    )
    while snapshot.state == "importing":
        screening.import_list(snapshot_id=snapshot.pk)
        snapshot.refresh_from_db()
    assert snapshot.state == "current", snapshot.error
    return [name for name, _kind in listed]


def _watch(rng: random.Random, count: int, listed: list[str]) -> None:
    """Make people and have them watched; one in a thousand is spelt like somebody listed."""
    from accounts.models import User, Watch
    from audit import personal
    from audit.models import Subject

    people = _people(rng, count, listed)
    while chunk := list(islice(people, 5000)):
        users = User.objects.bulk_create(
            User(email=f"bench{number}@example.org", full_name=name) for number, name in chunk
        )
        key = personal.new_wrapped_key()
        Subject.objects.bulk_create(
            Subject(pseudonym=user.pseudonym, wrapped_key=key, sealed_label=b"") for user in users
        )
        Watch.objects.bulk_create(Watch(kind="person", user=user, salt="0" * 32) for user in users)


def _people(rng: random.Random, count: int, listed: list[str]) -> Iterator[tuple[int, str]]:
    from tests.accounts.screening import variants

    for number in range(count):
        if number % 1000 == 0:
            yield number, variants.variant(rng, rng.choice(listed))
        else:
            yield number, variants.stranger(rng)


def _recall(rng: random.Random, index: "Index", listed: list[str]) -> tuple[float, float, str]:
    from accounts.screening.matching import Query
    from tests.accounts.screening import variants

    found = whole = 0
    lost: list[str] = []
    seconds = 0.0
    for entry in islice(iter(lambda: rng.choice(index.entries), None), SAMPLE):
        query = Query(variants.variant(rng, entry.name), entry.kind)
        began = time.perf_counter()
        full = {hit.entry.key for hit in index.search(query, blocked=False) if hit.route != "clear"}
        seconds += time.perf_counter() - began
        near = {hit.entry.key for hit in index.search(query) if hit.route != "clear"}
        whole += len(full)
        found += len(full & near)
        if full - near:
            lost.append(query.name)
    print(f"  {found} of {whole} likenesses; lost for {len(lost)} of {SAMPLE} names: {lost[:5]}")
    return found / whole, SAMPLE / seconds, f"{found} of {whole}"


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6
