"""A signing official answers by the link from the mail, without an account, by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.acts import press
from tests.browser.running import Portal

pytestmark = pytest.mark.xdist_group("browser")
# An application in the name of an organisation, which asks its official.
APPLY = """
from accounts.models import User
from accounts.services import create_organization
from portal.seed.access import _submit
from releases.models import Model
hugo = User.objects.get(email="hugo.silva@demo.example")
labs = create_organization(actor=hugo, name="Silva Labs", domain="", country="PT")
_submit(hugo, Model.objects.get(name="heron"), labs)
"""
LINK = re.compile(r"/licensing/references/open/[A-Za-z0-9_.-]+/")


def look(page: Page) -> None:
    """Let axe look at the page as it stands."""
    page.add_script_tag(content=Axe().axe_script)
    found = page.evaluate("axe.run().then(result => result.violations.map(each => each.id))")
    assert found == []


def test_an_official_answers_by_link(portal: Portal, browser: Browser) -> None:
    # Our CSP lets no foreign script in, and axe is one.
    page = browser.new_context(bypass_csp=True).new_page()
    portal.manage("shell", "-c", APPLY)
    asked = page.locator(".panel", has_text="Hugo Silva asks you to stand")
    for _attempt in range(60):
        page.goto(f"{portal.url}/demo/mail/?to=h.brandt")
        if asked.count():
            break
        page.wait_for_timeout(1000)
    address = LINK.search(asked.first.inner_html())
    assert address is not None
    page.goto(portal.url + address.group())
    expect(page.get_by_role("heading", level=1)).to_contain_text("in your organisation's name")
    expect(page.get_by_role("main")).to_contain_text("What your answer is used for")
    look(page)
    press(page, "Send the answer")
    expect(page.get_by_role("main")).to_contain_text("Choose an answer.")
    look(page)
    page.locator("[name=vouches][value=yes]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("She runs our measurements.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    look(page)
    page.goto(portal.url + address.group())
    expect(page.get_by_role("heading", level=1)).to_contain_text("no longer works")
    look(page)
