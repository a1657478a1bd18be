"""What people do on the portal's pages, in several of the journeys."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD

DOSSIER = {
    "rationale": "Three deployers asked for it.",
    "safety_margin": "Scores are far below the bound.",
    "invalidation_conditions": "A jailbreak that works twice.",
    "preparation": "Two people read the evaluations.",
}


def fill(page: Page, answers: dict[str, Any]) -> None:
    """Fill those of the answers that this page asks for."""
    for name, answer in answers.items():
        field = page.locator(f"main [name={name}]")
        if not field.count():
            continue
        kind = field.first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            wanted = answer if isinstance(answer, list) else [answer]
            for value in wanted:
                (
                    field if value is True else page.locator(f'[name={name}][value="{value}"]')
                ).check()
        elif field.first.evaluate("field => field.tagName") == "SELECT":
            field.select_option(answer)
        else:
            field.fill(answer)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def propose_next_stage(page: Page, release: str, **more: Any) -> str:
    """Propose the next stage, open the vote, and return the address of the motion."""
    page.goto(release)
    page.get_by_role("main").get_by_role("link", name=re.compile("^Propose ")).first.click()
    fill(page, {**DOSSIER, **more})
    press(page, "Propose to the board")
    page.wait_for_url("**/open/")
    press(page, "Open the vote")
    expect(page).not_to_have_url(re.compile("/open/"))
    page.goto(release)
    follow(page, "See the motion")
    page.wait_for_url("**/boards/motions/*/")
    return page.url


def vote(page: Page, motion: str, choice: str, reason: str) -> None:
    page.goto(motion)
    follow(page, "Vote")
    page.locator(f"[name=choice][value={choice}]").check()
    page.locator("[name=reason]").fill(reason)
    page.locator("[name=understood]").check()
    press(page, "Cast the vote")
    expect(page.locator("body")).to_contain_text("Your vote is recorded and sealed")


def close(page: Page, motion: str) -> None:
    page.goto(f"{motion}close/")
    if "reauthenticate" in page.url:
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
    page.locator("[name=typed]").fill("close")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("body")).to_contain_text("Voting is closed: the motion is approved")


def wait_for(page: Page, address: str, text: re.Pattern[str]) -> None:
    """Look again until a worker has done what the page then says."""
    for _ in range(60):
        page.goto(address)
        if text.search(page.locator("main").inner_text()):
            return
        page.wait_for_timeout(500)
    expect(page.locator("main")).to_contain_text(text)
