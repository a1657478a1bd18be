"""Going through pages by the keyboard alone."""

from playwright.sync_api import Locator, Page

_HAS_FOCUS = "element => element === document.activeElement"


def tab_to(page: Page, target: Locator, *, most: int = 60) -> int:
    """Press Tab until the element has the focus; return how often. Fails beyond `most`."""
    target.wait_for()
    for presses in range(most + 1):
        if target.evaluate(_HAS_FOCUS):
            return presses
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} was not reached with {most} presses of Tab")


def enter(page: Page, target: Locator, *, most: int = 60) -> int:
    """Go to a link or button and press Enter, and wait for the page behind it."""
    presses = tab_to(page, target, most=most)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return presses


def write(page: Page, target: Locator, text: str) -> None:
    """Go to a field and write over what stands in it."""
    tab_to(page, target)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def tick(page: Page, target: Locator) -> None:
    """Go to a checkbox and tick it, unless it is ticked."""
    tab_to(page, target)
    if not target.is_checked():
        page.keyboard.press("Space")
