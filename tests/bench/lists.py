"""The lists of reviewers, short and long: a page takes the same of 1,000 rows as of 600,000."""

import re
import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from html import unescape

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from releases.choices import Right
from releases.models import Model
from releases.permissions import assign
from tests.bench.timing import Figure
from tests.bench.world import World
from tests.seeded import demo_release, person

SHORT = 1_000
QUEUE, GRANTS = 100_000, 600_000
ROUNDS = 25
MEMORY = 32_000_000

# Names that repeat as names do: 400 first names, 1,000 last ones, and a number as a word.
PEOPLE = """
INSERT INTO accounts_user (password, is_superuser, email, full_name, pseudonym, is_active,
                           is_staff, date_joined)
SELECT '', false, 'bench' || n || '@lab' || n %% 997 || '.example',
       'First' || n %% 400 || ' Last' || n %% 1000 || ' P' || n, gen_random_uuid(), true, false,
       now()
FROM generate_series(%s, %s) AS n
"""
APPLICATIONS = """
INSERT INTO licensing_application (public_id, model_id, applicant_id, track, answers, state,
       message, created_at, changed_at, submitted_at, due_at, country, tier_asked, flags, sent_from)
SELECT gen_random_uuid(), %s, u.id, 'researcher', '{}', 'submitted', '', now(), now(),
       now() - n * interval '1 minute', now() + (random() * 40 - 20) * interval '1 day',
       (ARRAY['DE','FR','US','JP','BR','KE','IN','LT'])[1 + n %% 8], n %% 3,
       CASE n %% 5 WHEN 0 THEN ARRAY['email_domain'] WHEN 1 THEN ARRAY['membership', 'country']
            ELSE ARRAY[]::varchar[] END, ''
FROM generate_series(%s, %s) AS n JOIN accounts_user u ON u.email =
     'bench' || n || '@lab' || n %% 997 || '.example'
"""
ACCEPTED = """
INSERT INTO licensing_grant (public_id, model_id, person_id, modes, public_modes, scope, state,
                             state_reason, created_at, ends_at)
SELECT gen_random_uuid(), %s, u.id, ARRAY['weights'], ARRAY['weights'], '{}',
       CASE n %% 7 WHEN 0 THEN 'queued' ELSE 'active' END, '', now(), now() + interval '1 year'
FROM generate_series(%s, %s) AS n JOIN accounts_user u ON u.email =
     'bench' || n || '@lab' || n %% 997 || '.example'
"""


def measure(_world: World) -> list[Figure]:
    """Return the figures of the queue and of a model's grants."""
    reviewer, model = person("reviewer"), _empty_model()
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer)
    # Static files are named as they are: nobody has collected any here.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}, STAFF_MFA=False):
        _grow(model, 1, SHORT, SHORT)
        short = _timed(client, model)
        _grow(model, SHORT + 1, QUEUE, GRANTS)
        long = _timed(client, model)
        exports = _exports(client, model)
    figures = [
        Figure(name, 1000 * long[name], 1000 * short[name], "ms", at_most=1.2) for name in short
    ]
    return [*figures, *exports]


def _empty_model() -> Model:
    like = demo_release("heron v1.0").model
    model = Model.objects.create(
        namespace="bench", name="lists", title="Lists", board=like.board, ladder=like.ladder
    )
    assign(person("reviewer"), Right.REVIEW_APPLICATION, model)
    return model


def _grow(model: Model, first: int, queue: int, grants: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [first, grants])
        cursor.execute("ANALYZE accounts_user")
        cursor.execute(APPLICATIONS, [model.pk, first, queue])
        cursor.execute(ACCEPTED, [model.pk, first, grants])
        for table in ("accounts_user", "licensing_application", "licensing_grant"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _timed(client: Client, model: Model) -> dict[str, float]:
    """Return the median seconds of each page."""
    queue = reverse("review_queue")
    grants = reverse("model_grants", args=[model.namespace, model.name])
    of_model = f"{queue}?model={model.pk}"
    pages = {
        "queue": queue,
        "queue, one model": of_model,
        "queue, one country": f"{of_model}&country=KE",
        "queue, a signal": f"{of_model}&flag=country",
        "queue, overdue": f"{of_model}&overdue=on",
        "queue, search": f"{queue}?search=Last777+P777",
        "queue, next page": _next(client, of_model),
        "grants": grants,
        "grants, one state": f"{grants}?state=queued",
        "grants, search": f"{grants}?search=Last777+P777",
        "grants, next page": _next(client, grants),
    }
    columns: dict[str, list[float]] = {name: [] for name in pages}
    for number in range(ROUNDS + 3):
        for name, address in pages.items():
            seconds = _seconds(partial(_read, client, address))
            if number >= 3:
                columns[name].append(seconds)
    return {name: statistics.median(column) for name, column in columns.items()}


def _next(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    found = re.search(r'rel="next" href="([^"]+)"', page)
    if found is None:
        raise SystemExit(f"{address} has one page only.")
    return address.partition("?")[0] + unescape(found[1])


def _read(client: Client, address: str) -> None:
    if client.get(address).status_code != 200:
        raise SystemExit(f"{address} did not answer.")


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _exports(client: Client, model: Model) -> list[Figure]:
    """Return what an export takes in memory, and how soon it begins."""
    found = []
    for name, address in {
        "queue, CSV": reverse("review_export"),
        "grants, CSV": reverse("model_grants_export", args=[model.namespace, model.name]),
    }.items():
        began = time.perf_counter()
        lines = iter(client.get(address))
        next(lines)
        next(lines)
        first = time.perf_counter() - began
        tracemalloc.start()
        rows = sum(1 for _line in lines) + 1
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        whole = time.perf_counter() - began
        found += [
            Figure(f"{name}: memory", peak / 1e6, MEMORY / 1e6, "MB", at_most=1),
            Figure(
                f"{name}: first row, of the whole",
                1000 * first,
                1000 * whole,
                "ms",
                at_most=0.1,
                note=f"{rows} rows; the memory's peer is its bound",
            ),
        ]
    return found
