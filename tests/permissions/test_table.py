"""The portal does to everybody what the table says, and knows no route that is not in it."""

from copy import deepcopy

import pytest
from django.db import transaction
from django.http import FileResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.test import Client

from tests.permissions.routes import all_routes
from tests.permissions.rows import KINDS, PARTLY_REFUSED, Row
from tests.permissions.table import ROWS
from tests.permissions.world import World, make_world
from tests.permissions.write import TARGET, document
from tests.portal.conftest import demo  # noqa: F401 - the seeded instance

# What a person who is let in may get: a page, a redirect after the act, or a word on their input.
LET_IN = {"page", "redirect", "input refused", "state refused"}
OUTCOMES = {
    200: "page",
    400: "input refused",
    401: "unauthorised",
    403: "refused",
    404: "hidden",
    405: "wrong method",
    409: "state refused",
    422: "input refused",
}


@pytest.fixture(autouse=True)
def plain_404(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most answers here are that page, which is the same for all; to render it takes most time."""
    monkeypatch.setattr("portal.urls.handler404", lambda *_args, **_more: HttpResponseNotFound())


def test_every_route_is_in_the_table() -> None:
    declared = {row.pattern for row in ROWS}
    assert set(all_routes()) - declared == set()
    assert declared - set(all_routes()) == set()


@pytest.mark.usefixtures("demo", "db")
@pytest.mark.parametrize("kind", KINDS)
def test_everybody_gets_what_the_table_says(kind: str) -> None:
    world = make_world()
    signed_in = Client()
    if kind != "anonymous":
        signed_in.force_login(world.people[kind])
    wrong = []
    for row in ROWS:
        got = ask(world, row, signed_in)
        expected = expected_of(row, kind)
        if got not in expected:
            wrong.append(f"{row.method} {row.address}: {got}, not {' or '.join(sorted(expected))}")
    assert wrong == [], "\n".join(wrong)


def test_the_document_was_made_from_the_table() -> None:
    assert TARGET.read_text() == document(), "Run: python -m tests.permissions.write"


def ask(world: World, row: Row, signed_in: Client) -> str:
    client = Client(raise_request_exception=False)
    client.cookies = deepcopy(signed_in.cookies)
    address = row.address.format(**world.values)
    # A bare savepoint: a download insists on being the outermost transaction.
    before = transaction.savepoint()
    outcome = name_of(client.get(address) if row.method == "GET" else client.post(address))
    transaction.savepoint_rollback(before)
    return outcome


def name_of(response: HttpResponseBase) -> str:
    if response.status_code == 302:
        signing_in = ("/accounts/login/", "/admin/login/")
        return "sign in" if response["Location"].startswith(signing_in) else "redirect"
    if isinstance(response, FileResponse):
        response.getvalue()  # to its end, where it closes the file
    return OUTCOMES.get(response.status_code, str(response.status_code))


def expected_of(row: Row, kind: str) -> set[str]:
    if kind in row.who:
        return LET_IN
    if kind == "anonymous":
        return {row.anonymous}
    if row.others in PARTLY_REFUSED:
        return {"refused"} if kind in PARTLY_REFUSED[row.others] else {"hidden"}
    return set(row.others.split(" or "))
