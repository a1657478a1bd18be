"""Terms that changed: told in time, compared, read to the end by the keyboard, accepted, proved."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Portal
from tests.browser.test_accessibility import Stop, check_pages

pytestmark = pytest.mark.xdist_group("browser")
SignIn = Callable[..., Page]
EXPLAIN = "/licensing/explain/demo/heron/v1.1/"


def test_terms_that_changed_are_accepted_anew_by_keyboard_and_the_receipt_is_checked(
    sign_in: SignIn, portal: Portal, tmp_path: Path
) -> None:
    page = sign_in("deployer", accept_downloads=True)
    page.goto(EXPLAIN)
    main = page.get_by_role("main")
    expect(main).to_contain_text(re.compile(r"Version 2 is in force: accept it by"))
    main.locator("a[href*='/api-terms/accept/']").first.click()
    expect(main).to_contain_text("What changed from version 1 to version 2")
    expect(main.locator("ins").last).to_contain_text("train another model")
    agree = page.get_by_role("button", name="I agree")
    page.locator("[name=typed_name]").fill("Daniel Weiss")
    # By keyboard alone from here: to the link at the end of the text, then to the button.
    page.locator("[data-terms-text]").focus()
    while page.evaluate("!document.activeElement.matches('[data-terms-reached]')"):
        page.keyboard.press("Tab")
    expect(agree).not_to_have_attribute("aria-disabled", "true")
    while page.evaluate("!document.activeElement.matches('[data-terms-button]')"):
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text(
        "You accepted “Terms for the hosted API”, version 2"
    )
    page.goto("/licensing/acceptances/")
    main.locator("table a").first.click()
    expect(main).to_contain_text("End of the text reached")
    assert not check_pages(page, [Stop(page.url)])
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the receipt").click()
    receipt = tmp_path / "receipt.json"
    download.value.save_as(receipt)
    told = portal.manage("verify_record", str(receipt)).stdout
    assert "The receipt is valid." in told
    assert "Daniel" not in receipt.read_text()


def test_without_javascript_the_whole_text_stands_before_a_button_that_works(
    sign_in: SignIn,
) -> None:
    page = sign_in("reviewer", java_script_enabled=False)
    page.goto("/licensing/terms/api-terms/accept/")
    agree = page.get_by_role("button", name="Decline")
    assert page.get_by_role("button", name="I agree").get_attribute("aria-disabled") is None
    agree.click()
    expect(page.locator("body")).to_contain_text("You declined “Terms for the hosted API”")
