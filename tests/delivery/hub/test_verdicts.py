"""How often the verdict is asked about a file: once, and once more only where its bytes leave."""

from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from delivery.models import Download
from releases import services as releases
from releases.models import Artifact
from tests.delivery.hub.asking import HERON, Asker, told
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

MAIN = f"{HERON}/resolve/main/config.json"
FULL_NAME = f"{HERON}/resolve/refs%2Fheads%2Fmain/config.json"
V10 = f"{HERON}/resolve/v1.0/config.json"
# The first of a verdict's queries answers it, and no other query does.
OF_A_VERDICT = "takes_applications"


class Statements:
    """Counts verdicts, and acts once before the second of them as somebody else would."""

    def __init__(self, act: Any = None) -> None:
        self.verdicts = 0
        self._act = act

    def __call__(self, execute: Any, sql: Any, *rest: Any) -> Any:
        if OF_A_VERDICT in str(sql):
            self.verdicts += 1
            if self.verdicts == 2 and self._act is not None:
                act, self._act = self._act, None
                act()
        return execute(sql, *rest)


def verdicts_of(asker: Asker, method: str, path: str, **headers: str) -> tuple[int, int]:
    """Return a request's status, and how many verdicts it took."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        response = getattr(asker, method)(path, **headers)
        if getattr(response, "streaming", False):
            response.getvalue()
    return response.status_code, statements.verdicts


def etag() -> str:
    return (
        f'"{Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json").sha256}"'
    )


@pytest.mark.parametrize("path", [MAIN, FULL_NAME, V10])
def test_a_head_takes_one_verdict_whatever_the_revision_is_called(path: str) -> None:
    assert verdicts_of(Asker("deployer"), "head", path) == (200, 1)


def test_an_answer_without_bytes_takes_one_verdict() -> None:
    deployer = Asker("deployer")
    assert verdicts_of(deployer, "get", MAIN, **{"If-None-Match": etag()}) == (304, 1)
    assert verdicts_of(deployer, "get", MAIN, **{"If-Match": '"another"'}) == (412, 1)
    assert verdicts_of(deployer, "get", MAIN, Range="bytes=99999999-") == (416, 1)
    assert not Download.objects.exists()


@pytest.mark.parametrize("method", ["head", "get"])
def test_a_refusal_at_main_takes_one_verdict(method: str) -> None:
    assert verdicts_of(Asker("applicant"), method, MAIN) == (403, 1)
    assert verdicts_of(Asker("applicant"), method, MAIN.replace("config", "none")) == (403, 1)


def test_bytes_leave_after_a_verdict_of_their_own() -> None:
    deployer = Asker("deployer")
    assert verdicts_of(deployer, "get", V10) == (200, 1)
    # One to learn which release main is, one under the locks.
    assert verdicts_of(deployer, "get", MAIN) == (200, 2)


def test_a_hold_after_main_was_found_still_keeps_the_bytes_back() -> None:
    release = demo_release("heron v1.0")

    def hold() -> None:
        releases.place_hold(
            actor=person("lead2"),
            model=release.model,
            release=release,
            kind="all",
            reason="A leak.",
        )

    deployer = Asker("deployer")
    with connection.execute_wrapper(Statements(hold)):
        response = deployer.get(MAIN)
    assert told(response) == (403, "GatedRepo")
    assert "A hold is in force" in response["X-HF-Warning"]
    assert not Download.objects.exists()


@pytest.mark.parametrize(("path", "most"), [(V10, 5), (MAIN, 6)])
def test_a_head_at_main_costs_one_query_more_than_at_a_version(
    path: str, most: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    deployer = Asker("deployer")
    deployer.head(path)
    with django_assert_max_num_queries(most):
        assert deployer.head(path).status_code == 200
