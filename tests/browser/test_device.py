"""A device is signed in by its code, as its owner sees it in a real browser."""

import json
import urllib.parse
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.running import Portal
from tests.browser.test_accessibility import Stop, check_pages
from tests.factories import HUB_CLIENT

pytestmark = pytest.mark.xdist_group("browser")


def ask(portal: Portal, path: str, **form: str) -> dict[str, str]:
    data = urllib.parse.urlencode({"client_id": HUB_CLIENT, **form}).encode()
    with urllib.request.urlopen(f"{portal.url}/hf/oauth/{path}", data, timeout=30) as answer:
        return dict(json.load(answer))


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_a_device_is_signed_in_with_a_look_and_a_password(
    portal: Portal, sign_in: Callable[..., Page]
) -> None:
    codes = ask(portal, "device")
    page = sign_in("deployer", proven=False)
    page.goto(codes["verification_uri_complete"])
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Sign this device in?")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(codes["user_code"])
    question = page.url
    assert not check_pages(page, [Stop(question)])
    page.goto(question)
    press(page, "Approve")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")
    expect(page.get_by_role("heading", name="Tokens and devices")).to_be_visible()
    expect(page.locator("body")).to_contain_text("may sign in. Go back to your device")

    tokens = ask(
        portal,
        "token",
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=codes["device_code"],
    )
    assert tokens["token_type"] == "bearer"
    assert not check_pages(page, [Stop("/account/tokens/")])
    page.locator("#devices").get_by_role("link", name="Revoke").first.click()
    press(page, "Sign the device out")
    expect(page.locator("body")).to_contain_text("The device is signed out")
