"""Pictures of the steps of a journey, for people to look at: SCREENSHOTS=/a/directory."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

Look = Callable[[Page, str], None]


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Look:
    """Return a function that keeps a step as a desk shows it in the light, a phone in the dark."""
    wanted = os.environ.get("SCREENSHOTS", "")

    def look(page: Page, name: str) -> None:
        if not wanted:
            return
        before = page.viewport_size
        for scheme, width in (("light", 1280), ("dark", 360)):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            target = Path(wanted, request.node.name, f"{name}-{scheme}-{width}.png")
            page.screenshot(path=target, full_page=True)
        page.emulate_media(color_scheme=None)
        if before is not None:
            page.set_viewport_size(before)

    return look
