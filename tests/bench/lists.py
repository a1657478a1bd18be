"""The lists of reviewers, short and long: a page takes the same of 1,000 rows as of 600,000.

Two databases that differ in nothing but their number of rows are asked in turn.
"""

import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from licensing import paging
from licensing.models import Grant
from licensing.selectors import queue
from releases.choices import Right
from releases.models import Model
from releases.permissions import assign
from tests.bench import crowd
from tests.bench.timing import Figure
from tests.bench.world import World
from tests.seeded import demo_release, person

SHORT = 1_000
QUEUE, GRANTS = 100_000, 600_000
ROUNDS = 25
MOST_QUERIES = 15
# What an export may grow by, and how soon its first row has to be there.
MEMORY = 16e6
WARM = 5_000
FIRST_ROW = 0.25
_PAGE = os.sysconf("SC_PAGE_SIZE")


def measure(_world: World) -> list[Figure]:
    """Return the figures of the queue and of a model's grants."""
    model, client = _empty_model(), Client(SERVER_NAME="localhost")
    client.force_login(person("reviewer"))
    # Static files are named as they are: nobody has collected any here.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with (
        override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}, STAFF_MFA=False),
        _grown_copy(model) as long,
    ):
        crowd.lay(model, queue=SHORT, grants=SHORT)
        return [*_pages(client, model, long), *_exports(client, model, long)]


def _empty_model() -> Model:
    like = demo_release("heron v1.0").model
    model = Model.objects.create(
        namespace="bench", name="lists", title="Lists", board=like.board, ladder=like.ladder
    )
    assign(person("reviewer"), Right.REVIEW_APPLICATION, model)
    return model


@contextmanager
def _grown_copy(model: Model) -> Iterator[BaseDatabaseWrapper]:
    """Yield a connection to a copy of the database that has many rows."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}_long TEMPLATE {name}")
    long = connections.create_connection("default")
    long.settings_dict = {**long.settings_dict, "NAME": f"{name}_long"}
    try:
        with _asking(long):
            began = time.perf_counter()
            crowd.lay(model, queue=QUEUE, grants=GRANTS)
            print(f"  {QUEUE:,} and {GRANTS:,} rows in {time.perf_counter() - began:.0f} s")
        yield long
    finally:
        long.close()


@contextmanager
def _asking(other: BaseDatabaseWrapper) -> Iterator[None]:
    """Have everything ask another database for a while."""
    usual = connections["default"]
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = usual


def _pages(client: Client, model: Model, long: BaseDatabaseWrapper) -> list[Figure]:
    """Return the time and the queries of each page."""
    short_pages = _addresses(client, model, SHORT, SHORT)
    with _asking(long):
        long_pages = _addresses(client, model, QUEUE, GRANTS)
        queries = {name: _queries(client, page) for name, page in long_pages.items()}
    short: dict[str, list[float]] = {name: [] for name in short_pages}
    longer: dict[str, list[float]] = {name: [] for name in short_pages}
    for number in range(ROUNDS + 3):
        for name in short_pages:
            one = _seconds(client, short_pages[name])
            with _asking(long):
                other = _seconds(client, long_pages[name])
            # The first rounds fill caches and plans.
            if number >= 3:
                short[name].append(one)
                longer[name].append(other)
    return [
        Figure(
            name,
            1000 * statistics.median(longer[name]),
            1000 * statistics.median(short[name]),
            "ms",
            at_most=1.2,
            note="" if queries[name] <= MOST_QUERIES else f"MISSED: {queries[name]} queries",
        )
        for name in short_pages
    ] + [
        Figure(
            "the most queries of a page, and the bound",
            max(queries.values()),
            MOST_QUERIES,
            "",
            at_most=1,
        )
    ]


def _addresses(client: Client, model: Model, waiting: int, held: int) -> dict[str, str]:
    whole = reverse("review_queue")
    of_model = f"{whole}?model={model.pk}"
    grants = reverse("model_grants", args=[model.namespace, model.name])
    middle = queue.waiting([model.pk])[waiting // 2]
    before = Grant.objects.filter(model=model).order_by("pk")[held // 2].pk
    return {
        "queue": whole,
        "queue, one model": of_model,
        "queue, one country": f"{of_model}&country=KE",
        "queue, a signal": f"{of_model}&flag=country",
        "queue, overdue": f"{of_model}&overdue=on",
        "queue, sent long ago": f"{of_model}&sent=30",
        "queue, search": f"{whole}?search=Last777+P777",
        "queue, next page": _next(client, of_model),
        "queue, in the middle": f"{of_model}&after={paging.text_of(middle)}",
        "grants": grants,
        "grants, one state": f"{grants}?state=queued",
        "grants, one access": f"{grants}?mode=weights",
        "grants, search": f"{grants}?search=Last777+P777",
        "grants, next page": _next(client, grants),
        "grants, in the middle": f"{grants}?before={before}",
    }


def _next(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    found = re.search(r'rel="next" href="([^"]+)"', page)
    if found is None:
        raise SystemExit(f"{address} has one page only.")
    return address.partition("?")[0] + unescape(found[1])


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connections["default"]) as queries:
        _seconds(client, address)
    return len(queries)


def _seconds(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"{address} did not answer.")
    return seconds


def _exports(client: Client, model: Model, long: BaseDatabaseWrapper) -> list[Figure]:
    """Return what an export takes in memory, how soon it begins, and how fast it goes on."""
    found = []
    for name, address in {
        "queue, CSV": reverse("review_export"),
        "grants, CSV": reverse("model_grants_export", args=[model.namespace, model.name]),
    }.items():
        with _asking(long):
            rows, first, whole, grown = _export(client, address)
        found += [
            Figure(
                f"{name}: memory grows by",
                grown / 1e6,
                MEMORY / 1e6,
                "MB",
                at_most=1,
                note=f"{rows:,} rows, {rows / whole:,.0f} a second",
            ),
            Figure(f"{name}: first row", 1000 * first, 1000 * FIRST_ROW, "ms", at_most=1),
        ]
    return found


def _export(client: Client, address: str) -> tuple[int, float, float, float]:
    """Return the rows, the seconds to the first and to the last, and the bytes grown by."""
    began = time.perf_counter()
    lines = iter(client.get(address))
    next(lines)
    next(lines)
    first = time.perf_counter() - began
    rows, before, most = 1, 0.0, 0.0
    for _line in lines:
        rows += 1
        # A few pieces are through by then: from here on nothing may grow.
        if rows == WARM:
            before = most = _resident()
        elif rows % WARM == 0:
            most = max(most, _resident())
    return rows, first, time.perf_counter() - began, most - before


def _resident() -> float:
    return float(int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE)
