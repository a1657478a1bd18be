"""A reviewer works through a queue of two hundred by the keyboard alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keys import enter, tab_to, write
from tests.browser.looks import Look
from tests.browser.running import Portal
from tests.browser.scenes import play
from tests.browser.test_accessibility import Stop, check_pages

pytestmark = pytest.mark.xdist_group("browser")


def decline_the_one_in_focus(page: Page) -> None:
    """Open what the focus is on, claim and decline it."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
    main = page.get_by_role("main")
    enter(page, main.get_by_role("button", name="Claim", exact=True))
    enter(page, main.get_by_role("link", name="Decline", exact=True))
    write(page, main.get_by_role("textbox"), "Nothing is said of how it would be kept safe.")
    enter(page, main.get_by_role("button", name="Decline the application"))


def test_filter_open_claim_decide_and_go_on_where_one_was(
    portal: Portal, sign_in: Callable[..., Page], look: Look
) -> None:
    play(portal, "queue")
    page = sign_in("keys")
    page.goto("/licensing/reviews/")
    main = page.get_by_role("main")
    tab_to(page, page.get_by_role("link", name="Skip to the content"), most=1)
    page.keyboard.press("Enter")
    # The letters of a word choose in a list, as they do everywhere.
    tab_to(page, main.get_by_label("Show", exact=True))
    page.keyboard.type("Not cl")
    tab_to(page, main.get_by_label("Country"))
    page.keyboard.type("Kenya")
    enter(page, main.get_by_role("button", name="Apply"))
    expect(main.locator("tbody tr")).to_have_count(25)
    expect(main.locator("tbody tr").first).to_contain_text("Queued 001")
    enter(page, main.get_by_role("link", name="Next"), most=100)
    place = page.url
    rows = main.locator("tbody tr")
    expect(rows.first).to_contain_text("Queued 051")
    look(page, "queue-page-2")

    tab_to(page, rows.nth(2).get_by_role("link"))
    decline_the_one_in_focus(page)
    expect(page.get_by_role("status").first).to_contain_text("The application was declined")
    expect(page).to_have_url(re.compile(re.escape(place) + "#application-"))
    expect(main).not_to_contain_text("Queued 055")
    look(page, "back-in-the-queue")
    # The next one is under one's fingers.
    following = main.get_by_role("link", name="Queued 057")
    assert tab_to(page, following, most=1) == 1
    decline_the_one_in_focus(page)
    assert tab_to(page, main.get_by_role("link", name="Queued 059"), most=1) == 1

    # To look and not decide leads back to the row one came from.
    with page.expect_navigation():
        page.keyboard.press("Enter")
    enter(page, page.get_by_role("navigation").get_by_role("link", name="Reviews").last)
    assert tab_to(page, main.get_by_role("link", name="Queued 059"), most=1) == 1
    assert not check_pages(page, [Stop(place)])
