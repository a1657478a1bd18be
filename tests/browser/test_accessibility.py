"""The main pages of each kind of person: axe-core finds nothing, nothing overflows, nothing errs.

Each page is loaded once, and looked at as a desk in the light and as a phone in the dark.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# One worker for all of them: they share a portal, and what one step did.
pytestmark = pytest.mark.xdist_group("browser")

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
AXE = Axe().axe_script
# The theme and the width change no structure, so the second look asks only what they can change.
LOOKS: list[tuple[str, dict[str, int], dict[str, object]]] = [
    ("light", DESK, {}),
    ("dark", PHONE, {"runOnly": ["color-contrast", "scrollable-region-focusable", "target-size"]}),
]
HERON = "/models/demo/heron"
RELEASE = "/releases/models/demo/heron"
REVIEW = r"/licensing/reviews/[0-9a-f-]{36}/$"
GRANT = r"/licensing/grants/[0-9a-f-]{36}/$"
DUTY = r"/licensing/duties/[0-9a-f-]{36}/$"
SUSPENSION = r"/licensing/suspensions/[0-9a-f-]{36}/$"
ORGANIZATION = r"/account/organisations/(?!new)[a-z0-9-]+/$"
MOTION = r"/boards/motions/[0-9a-f-]{36}/$"
VOTE = r"/boards/motions/[0-9a-f-]{36}/vote/$"
EVIDENCE = r"/releases/evidence/[0-9a-f-]{36}/$"
COMPARABLE = r"/releases/comparables/[0-9a-f-]{36}/$"
SECTION = r"/licensing/applications/[0-9a-f-]{36}/[a-z_-]+/$"


@dataclass(frozen=True)
class Stop:
    """One page: its address, or where to begin and what the links there look like, one a word."""

    path: str
    link: str = ""
    status: int = 200


# Who ("" is nobody signed in) and what they come to see.
PAGES: dict[str, list[Stop]] = {
    "": [
        Stop("/"),
        Stop("/accounts/login/"),
        Stop("/accounts/signup/"),
        Stop("/accounts/password/reset/"),
        Stop(f"{HERON}/"),
        Stop(f"{HERON}/v1.0/"),
        Stop("/releases/ladders/"),
        Stop("/releases/ladders/demo/1/"),
        Stop("/about/taxonomy/"),
        Stop("/demo/mail/"),
        Stop("/nowhere/", status=404),
    ],
    "applicant": [
        Stop("/dashboard/"),
        Stop(f"{HERON}/v1.0/"),
        Stop("/licensing/explain/demo/heron/v1.0/"),
        Stop("/licensing/applications/"),
        Stop("/licensing/safety-research/"),
        Stop("/licensing/applications/new/?model=demo/heron"),
        Stop("/licensing/terms/weights-terms/accept/?model=demo/heron"),
        Stop("/account/"),
    ],
    "deployer": [
        Stop("/dashboard/"),
        Stop(f"{HERON}/v1.0/"),
        Stop(f"{HERON}/v1.0/links/"),
        Stop("/downloads/"),
        Stop("/licensing/grants/", GRANT),
        Stop("/licensing/duties/"),
        Stop("/licensing/duties/", DUTY),
        Stop("/licensing/grants/", f"{GRANT} {GRANT[:-1]}explain/$"),
        Stop("/licensing/applications/", r"/licensing/applications/[0-9a-f-]{36}/$"),
        Stop("/licensing/terms/weights-terms/"),
        Stop("/account/tokens/"),
        Stop("/account/tokens/new/"),
        Stop("/account/tokens/revoke/"),
        Stop("/account/device/?code=BCDF-GHJK"),
        Stop("/account/notifications/"),
        Stop("/account/mail/"),
        Stop("/account/organisations/"),
        Stop("/account/organisations/", ORGANIZATION),
        Stop("/account/organisations/", f"{ORGANIZATION} {ORGANIZATION[:-1]}edit/$"),
        Stop("/account/organisations/", f"{ORGANIZATION} {ORGANIZATION[:-1]}domain/$"),
        Stop("/account/organisations/", f"{ORGANIZATION} /account/memberships/[0-9]+/role/$"),
        Stop("/account/organisations/", f"{ORGANIZATION} /account/memberships/[0-9]+/end/$"),
        Stop("/account/clearances/"),
        Stop("/account/clearances/changed/"),
        Stop("/licensing/grants/", f"{GRANT} {GRANT[:-1]}people/$"),
    ],
    "reviewer": [
        Stop("/dashboard/"),
        Stop("/licensing/reviews/"),
        Stop("/licensing/reviews/", REVIEW),
        Stop("/licensing/reviews/", r"/licensing/models/demo/heron/grants/$"),
        Stop("/licensing/reviews/", f"{REVIEW} {REVIEW[:-1]}references/$"),
        Stop("/licensing/renewals/", r"/licensing/renewals/[0-9a-f-]{36}/$"),
        Stop("/licensing/models/demo/heron/grants/", GRANT),
        Stop("/dashboard/", rf"{REVIEW} /refer/$"),
        Stop("/licensing/reviews/?show=awaiting_second", rf"{REVIEW} {REVIEW[:-1]}confirm/$"),
        Stop("/licensing/reviews/?show=awaiting_second", rf"{REVIEW} {REVIEW[:-1]}send-back/$"),
        Stop("/licensing/reviews/?show=appealed", REVIEW),
    ],
    "lead": [
        Stop("/dashboard/"),
        Stop(f"{HERON}/v1.0/"),
        Stop(f"{HERON}/v1.1/"),
        Stop(f"{HERON}/v1.0/downloads/"),
        Stop("/licensing/models/demo/heron/duties/", DUTY),
        Stop("/licensing/models/demo/heron/duties/", f"{DUTY} {DUTY[:-1]}waive/$"),
        Stop("/boards/"),
        Stop("/boards/release-board/"),
        Stop(f"{RELEASE}/v1.0/hold/"),
        Stop(f"{RELEASE}/v1.0/propose/"),
        Stop(f"{RELEASE}/v1.0/demote/"),
        Stop(f"{RELEASE}/ingest/"),
        Stop(f"{RELEASE}/v1.0/watched/"),
        Stop(f"{RELEASE}/v1.0/stay/"),
        Stop(f"{RELEASE}/v1.0/cap/raise/"),
        Stop(f"{RELEASE}/v1.0/cap/lower/"),
        Stop("/licensing/suspensions/"),
        Stop("/licensing/suspensions/", SUSPENSION),
        Stop("/licensing/suspensions/", rf"{SUSPENSION} {SUSPENSION[:-1]}lift/$"),
        Stop("/licensing/models/demo/heron/reviews/"),
        Stop("/licensing/reviews/texts/"),
        Stop("/licensing/suspensions/new/?model=demo/heron&countries=Germany"),
        Stop("/licensing/countries/release-board/"),
        Stop("/licensing/countries/release-board/1/"),
        Stop("/licensing/countries/release-board/change/"),
        Stop("/licensing/models/demo/heron/licences/"),
        Stop("/licensing/models/demo/heron/licences/new/"),
        Stop("/boards/release-board/", r"/resign/$"),
        Stop("/boards/release-board/seats/new/"),
    ],
    "manager": [
        Stop("/dashboard/"),
        Stop(f"{RELEASE}/v1.0/propose/"),
        Stop(f"{RELEASE}/v1.0/blockers/"),
        Stop(f"{RELEASE}/v1.0/evidence/"),
        Stop(f"{RELEASE}/v1.0/evidence/", EVIDENCE),
        Stop(f"{RELEASE}/v1.0/evidence/", rf"{EVIDENCE} /withdraw/$"),
        Stop(f"{RELEASE}/v1.0/evidence/import/"),
        Stop(f"{RELEASE}/v1.0/evidence/add/measurement/"),
        Stop("/releases/comparables/"),
        Stop("/releases/comparables/", COMPARABLE),
        Stop("/releases/comparables/", rf"{COMPARABLE} /verify/$"),
        Stop("/releases/comparables/new/"),
        Stop("/releases/comparables/import/"),
    ],
    "lead2": [
        Stop("/boards/", MOTION),
        Stop("/boards/", VOTE),
        Stop("/licensing/bans/"),
        Stop("/licensing/bans/new/"),
        Stop("/licensing/bans/organisation/northwind-robotics-gmbh/"),
    ],
    "operator": [
        Stop("/dashboard/"),
        Stop("/operation/"),
        Stop("/operation/lists/", r"/operation/lists/[0-9]+/$"),
    ],
}


def _findings(page: Page) -> Iterator[str]:
    """Yield what is wrong with the page that is open, in which axe-core is."""
    for scheme, size, rules in LOOKS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        options = {"resultTypes": ["violations"], "preload": False, **rules}
        for found in page.evaluate(
            "async (options) => (await axe.run(options)).violations", options
        ):
            where = "; ".join(str(node["target"]) for node in found["nodes"][:3])
            yield f"{scheme}: {found['id']}: {found['help']} at {where}"
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        if page.evaluate(too_wide):
            yield f"{size['width']} px: the page scrolls sideways"


def _go(page: Page, stop: Stop, seen: dict[str, list[str]]) -> Iterator[str]:
    """Open the page as somebody would, and yield what is wrong with its answer."""
    address = stop.path
    for link in stop.link.split():
        hrefs = _links(page, address, seen)
        found = next((href for href in hrefs if re.search(link, href)), None)
        if found is None:
            yield f"no link like {link}"
            return
        address = found
    response = page.goto(address)
    if response is None or response.status != stop.status:
        yield f"answered {response and response.status}, not {stop.status}"


def _links(page: Page, address: str, seen: dict[str, list[str]]) -> list[str]:
    """Return where the links of a page lead. Several ways begin at some: `seen` keeps theirs."""
    if address not in seen:
        page.goto(address)
        seen[address] = page.eval_on_selector_all(
            "#main a", "links => links.map(link => link.href)"
        )
    return seen[address]


def check_pages(page: Page, stops: list[Stop]) -> list[str]:
    """Open each page and return everything that is wrong with any of them."""
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    # Given to the browser once: to hand it over for each page takes a tenth of a second.
    page.add_init_script(AXE)
    seen: dict[str, list[str]] = {}
    findings = []
    for stop in stops:
        heard.clear()
        wrong = [*_go(page, stop, seen), *_findings(page)]
        # Chromium reports the page's own status as an error of the console.
        wrong += [text for text in heard if f"status of {stop.status}" not in text]
        findings += [f"{stop.path} {stop.link}: {each}" for each in wrong]
    return findings


@pytest.mark.parametrize("who", PAGES, ids=lambda who: who or "visitor")
def test_the_pages_are_accessible_fit_and_quiet(who: str, sign_in: Callable[..., Page]) -> None:
    assert not check_pages(sign_in(who), PAGES[who])


def test_an_application_is_accessible_on_every_page(sign_in: Callable[..., Page]) -> None:
    """An operator applies, so that nobody whose story is told elsewhere has an open application."""
    page = sign_in("operator")
    page.goto("/licensing/applications/new/?model=demo/heron")
    page.locator("[name=track][value=safety]").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/licensing/applications/[0-9a-f-]{36}/edit/"))
    edit = page.url.removesuffix("edit/")
    sections = page.eval_on_selector_all("#main .tasks a", "links => links.map(link => link.href)")
    assert sections
    assert not check_pages(page, [Stop(page.url), *map(Stop, sections), Stop(f"{edit}check/")])
