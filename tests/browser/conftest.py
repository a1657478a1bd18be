"""A real Chromium before the real portal. Without a Chromium these tests skip, by name."""

import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    StorageStateCookie,
    expect,
    sync_playwright,
)

from tests.browser.looks import look  # noqa: F401 - a fixture
from tests.browser.running import Portal, running_portal
from tests.browser.scenes import play

PASSWORD = "sluice-demo"
# In milliseconds. A page that is late on a busy machine is not wrong.
PATIENCE = 30_000
# Less by far than the ten minutes after which the portal asks who one is once more.
FRESH_SECONDS = 240
expect.set_options(timeout=PATIENCE)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them, so that they can be left out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        pytest.skip("needs the Debian package chromium (or CHROMIUM=/path/to/it)")
    return found


@pytest.fixture(scope="package")
def portal(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    # Each sweep takes a fifth of a second of a processor, and few journeys wait for one.
    with running_portal(tmp_path_factory.mktemp("portal"), SWEEP_SECONDS="5") as portal:
        yield portal


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def sessions(portal: Portal) -> dict[str, StorageState]:
    """The cookies of the demo's people, and of whoever signed in by the form since.

    The form takes a second or two, and so does a proof; some of the journeys go through both.
    """
    return {name: _cookies(key) for name, key in play(portal, "signed_in").items()}


def _cookies(session: str) -> StorageState:
    cookie: StorageStateCookie = {
        "name": "sessionid",
        "value": session,
        "domain": "127.0.0.1",
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }
    return {"cookies": [cookie], "origins": []}


@pytest.fixture(scope="package")
def proofs(sessions: dict[str, StorageState]) -> dict[str, float]:
    """When each of them proved last who they are."""
    return dict.fromkeys(sessions, time.monotonic())


@pytest.fixture
def sign_in(
    browser: Browser, portal: Portal, sessions: dict[str, StorageState], proofs: dict[str, float]
) -> Iterator[Callable[..., Page]]:
    """Return a function that signs a demo account in, in a browser of its own.

    `proven`: who it is was asked for once more, as before what matters.
    """
    contexts: list[tuple[str, BrowserContext]] = []

    def sign_in(name: str, *, proven: bool = True, **options: object) -> Page:
        context = browser.new_context(
            base_url=portal.url,
            storage_state=sessions.get(name) if proven else None,
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append((name, context))
        page = context.new_page()
        if name and (name not in sessions or not proven):
            page.goto("/accounts/login/")
            page.get_by_label("Email").fill(f"{name}@demo.example")
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/dashboard/")
            proofs.pop(name, None)
        if name and proven and time.monotonic() - proofs.get(name, -math.inf) > FRESH_SECONDS:
            page.goto("/accounts/reauthenticate/")
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("main").get_by_role("button", name="Confirm", exact=True).click()
            page.wait_for_url("**/dashboard/")
            proofs[name] = time.monotonic()
        return page

    yield sign_in
    for name, context in contexts:
        if name:
            sessions[name] = context.storage_state()
        context.close()
