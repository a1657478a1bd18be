"""The keyboard alone, and what a screen reader is told: an application, and terms."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.keys import enter, tab_to, tick, write
from tests.browser.looks import Look
from tests.browser.running import Portal
from tests.browser.scenes import play
from tests.browser.test_journey import ANSWERS

pytestmark = pytest.mark.xdist_group("browser")
SignIn = Callable[..., Page]
MINE = {**ANSWERS, "legal_name": "Nora Newcomer", "end_users": "nora@demo.example"}


@pytest.fixture(scope="module")
def knot(portal: Portal) -> str:
    """The page of a model that nobody has applied for yet."""
    return str(play(portal, "newcomer")["model"])


def answer(page: Page, name: str, given: Any) -> None:
    """Answer one question as its kind is answered by the keyboard."""
    fields = page.locator(f"main [name={name}]")
    kind = fields.first.get_attribute("type")
    if kind == "radio":
        choose(page, fields, given)
    elif kind == "checkbox":
        values = given if isinstance(given, list) else [None]
        for value in values:
            tick(page, fields if value is None else page.locator(f"[name={name}][value={value}]"))
    elif fields.evaluate("field => field.tagName") == "SELECT":
        label = fields.locator(f"option[value='{given}']").inner_text()
        tab_to(page, fields)
        page.keyboard.type(label)
    elif kind == "date":
        year, month, day = given.split("-")
        tab_to(page, fields)
        page.keyboard.type(f"{month}{day}{year}")
    else:
        write(page, fields, given)


def choose(page: Page, fields: Locator, value: str) -> None:
    """Go to a group of radio buttons, which is one stop, and by the arrows to the choice."""
    wanted = page.locator(f"[name={fields.first.get_attribute('name')}][value={value}]")
    tab_to(page, fields.first)
    page.keyboard.press("Space")
    for _step in range(fields.count()):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} was not reached by the arrows")


def attach(page: Page, file: Path) -> None:
    # Asked for before the way there: a chooser that opens before it is listened for is lost.
    with page.expect_file_chooser() as asked:
        tab_to(page, page.locator("main [type=file]"))
        page.keyboard.press("Enter")
    asked.value.set_files(file)


def asked_here(page: Page) -> list[str]:
    names = page.eval_on_selector_all(
        "main form#section [name]:not([type=hidden]):not(button)", "all => all.map(e => e.name)"
    )
    return list(dict.fromkeys(names))


def test_an_application_is_written_with_a_file_saved_by_itself_and_sent(
    knot: str, sign_in: SignIn, look: Look, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("She has worked with us for years.")
    page = sign_in("nora")
    main = page.get_by_role("main")
    page.goto(knot)
    enter(page, main.get_by_role("link", name="Apply for access").first)
    choose(page, page.locator("main [name=track]"), "researcher")
    enter(page, main.get_by_role("button", name="Begin"))
    page.wait_for_url("**/edit/")
    sections = page.locator(".tasks a").count()
    enter(page, page.locator(".tasks a").first)

    saved_by_itself = 0
    for _section in range(sections):
        names = asked_here(page)
        for name in names:
            if page.locator(f"main [name={name}]").first.get_attribute("type") == "file":
                attach(page, letter)
            elif MINE.get(name):
                answer(page, name, MINE[name])
        if not saved_by_itself and page.locator("form[hx-post]").count():
            # Leaving the last field is enough: whoever goes away now loses nothing.
            page.keyboard.press("Tab")
            expect(page.locator("#saved")).to_contain_text("Saved")
            page.reload()
            expect(page.locator(f"main [name={names[0]}]").first).to_have_value(MINE[names[0]])
            saved_by_itself += 1
        enter(page, main.get_by_role("button", name="Save and go on"))
        problems = page.locator(".error-summary")
        assert not problems.count(), problems.inner_text()
    page.wait_for_url("**/check/")
    assert saved_by_itself
    expect(main).to_contain_text("letter.txt")
    look(page, "check")
    enter(page, main.get_by_role("button", name="Send the application"), most=200)
    expect(main).to_contain_text("Your application is sent")


def test_terms_are_scrolled_ticked_and_signed_and_say_to_a_screen_reader_what_they_wait_for(
    knot: str, sign_in: SignIn, look: Look
) -> None:
    page = sign_in("nora")
    page.goto("/licensing/terms/care/accept/")
    title = page.get_by_role("heading", level=1).inner_text()
    text = page.get_by_role("region", name=title)
    agree = page.get_by_role("button", name="I agree", exact=True)
    ticks = page.get_by_role("checkbox")
    assert ticks.count()
    expect(text).to_have_attribute("tabindex", "0")
    expect(agree).to_be_disabled()
    expect(agree).to_have_accessible_description(re.compile("Read to the end of the text first"))
    for box in ticks.all():
        expect(box).to_have_accessible_name(re.compile(r"\w"))
    expect(page.get_by_role("textbox")).to_have_accessible_name(re.compile("name", re.IGNORECASE))

    # Whoever goes from button to button, as a screen reader lets one, and presses it too early
    # hears why, and is led to the text.
    agree.focus()
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Read to the end")).to_be_visible()
    look(page, "too-early")
    page.keyboard.press("End")
    expect(agree).to_be_enabled()
    expect(agree).to_have_accessible_description("")
    for box in ticks.all():
        tick(page, box)
    write(page, page.get_by_role("textbox"), "Nora Newcomer")
    look(page, "ready")
    enter(page, agree)
    expect(page.locator("body")).to_contain_text(re.compile("You accepted “.*”, version"))
