"""A holder who lets the grace period of changed terms pass: access stops, and comes back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import press
from tests.browser.looks import Look
from tests.browser.running import Portal
from tests.browser.scenes import play
from tests.browser.test_accessibility import Stop, check_pages

pytestmark = pytest.mark.xdist_group("browser")
SignIn = Callable[..., Page]
WARNED = re.compile(
    r"Version 2 is in force: accept it by \d+ \w+ \d{4}, \d\d:\d\d UTC, or your access stops"
)
STOPPED = "“Terms of lending” has a newer version, 2, that you have not accepted."
ACCEPT = "a[href*='/lending-terms/accept/']"
AGAIN = "Read and accept the terms"
# The access itself, and what is asked before it can go on.
PLACES = ("/dashboard/", "/licensing/explain/demo/dunlin/v1.0/")


def test_access_stops_at_the_end_of_the_grace_period_and_comes_back(
    portal: Portal, sign_in: SignIn, look: Look
) -> None:
    known = play(portal, "lent")
    grant, file = known["grant"], f"{known['release']}files/config.json"
    page = sign_in("vera")
    main = page.get_by_role("main")

    for place in (grant, f"{grant}explain/", *PLACES):
        page.goto(place)
        expect(main).to_contain_text("You may download this release")
        expect(main).to_contain_text(WARNED)
    assert page.request.get(file).status == 200
    page.goto(grant)
    look(page, "1-in-grace")
    page.goto("/dashboard/")
    look(page, "2-in-grace-dashboard")

    assert play(portal, "a_day_later") == {"versions": 2}
    for number, place in enumerate((grant, f"{grant}explain/", *PLACES), 3):
        page.goto(place)
        expect(main).to_contain_text(STOPPED)
        expect(main.locator(ACCEPT).first).to_be_visible()
        look(page, f"{number}-stopped")
    refused = page.request.get(file)
    assert refused.status == 403
    [denial] = refused.json()["denials"]
    assert (denial["rule"], denial["sentence"]) == ("terms", STOPPED)
    assert denial["url"].startswith(f"{portal.url}/licensing/terms/lending-terms/accept/")
    assert not check_pages(page, [Stop(grant), Stop("/dashboard/"), Stop(file, status=403)])
    page.goto(file)
    expect(main).to_contain_text(STOPPED)
    look(page, "7-refused")

    main.locator(ACCEPT).click()
    expect(main).to_contain_text("What changed from version 1 to version 2")
    expect(main).to_contain_text("That was enough until")
    look(page, "8-accept")
    page.locator("[name^=tick_]").check()
    page.locator("[name=typed_name]").fill("Vera Borrower")
    page.locator("[data-terms-reached]").focus()
    press(page, "I agree")
    page.wait_for_url(f"**{grant}")
    expect(main).to_contain_text("You may download this release")
    expect(main).not_to_contain_text("Version 2 is in force")
    look(page, "9-again")
    assert page.request.get(file).status == 200
    page.goto("/dashboard/")
    expect(main).not_to_contain_text(AGAIN)
