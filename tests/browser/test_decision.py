"""A decision as a board takes it, in a real browser: evidence, dissent, cool-off, hold, lift."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import close, fill, follow, press, propose_next_stage, vote, wait_for
from tests.browser.looks import Look
from tests.browser.running import Portal
from tests.browser.scenes import play
from tests.browser.test_accessibility import Stop, check_pages
from tests.releases.evidence.real import altered_eval

pytestmark = pytest.mark.xdist_group("browser")

PLOVER = "/models/demo/plover/v0.1/"
DISSENT = "Five sums are too few to tell anything, and nobody from outside has looked."
HELD = "A deployer reports that prompts leak between tenants."

SignIn = Callable[..., Page]


@pytest.fixture(scope="module")
def digest(portal: Portal) -> str:
    """The digest of a release whose managers leave the whole board its votes."""
    return str(play(portal, "plover")["digest"])


def real_log(target: Path, digest: str) -> Path:
    """Write the log that Inspect wrote, as if it had been run yesterday on this release."""
    ran_at = (datetime.now(UTC) - timedelta(days=1)).isoformat()

    def change(header: dict[str, Any]) -> None:
        header["eval"]["metadata"]["release_digest"] = digest
        header["stats"]["completed_at"] = ran_at

    return altered_eval(target, change)


def attach(page: Page, log: Path) -> None:
    page.goto(PLOVER)
    follow(page, "All evidence")
    follow(page, "Import a log")
    page.locator("[name=file]").set_input_files(log)
    answers = {"elicitation": "fully_elicited", "run_by": "Evaluation team", "bound": True}
    fill(page, answers)
    press(page, "Add the evidence")
    page.wait_for_url("**/releases/evidence/*-*/")
    expect(page.get_by_role("main")).to_contain_text("accuracy")
    expect(page.locator("main")).to_contain_text("Named in the file itself")


def download(page: Page, target: Path) -> Path:
    with page.expect_download() as found:
        page.get_by_role("main").get_by_role("link", name=re.compile("^Version ")).first.click()
    found.value.save_as(target)
    return target


def hold(page: Page) -> None:
    page.goto(PLOVER)
    follow(page, "Place a hold")
    expect(page.get_by_role("main")).to_contain_text("What it would stop, as it stands now")
    fill(page, {"kind": ["all"], "reason": HELD})
    press(page, "Place the hold")
    expect(page.get_by_role("main")).to_contain_text(HELD)


def propose_lift(page: Page) -> str:
    page.goto(PLOVER)
    follow(page, "Ask the board to lift it")
    fill(page, {"rationale": "The leak is closed.", "remedy": "Tenants have caches of their own."})
    press(page, "Propose and open the vote")
    page.wait_for_url("**/boards/motions/*/")
    return page.url


def test_a_release_moves_on_evidence_against_a_dissent_is_held_and_let_go_by_the_board(
    sign_in: SignIn,
    portal: Portal,
    digest: str,
    tmp_path: Path,
    look: Look,
) -> None:
    manager = sign_in("manager")
    chair, safety, independent = board = [sign_in(name) for name in ("lead", "lead2", "lead3")]

    attach(manager, real_log(tmp_path / "arith.eval", digest))
    look(manager, "1-evidence")
    evidence = manager.url.rstrip("/").rpartition("/")[2]
    motion = propose_next_stage(manager, PLOVER, evidence=[evidence])
    vote(chair, motion, "approve", "The margin is wide enough for named deployers.")
    vote(safety, motion, "approve", "A hold reaches every one of them within a minute.")
    vote(independent, motion, "reject", DISSENT)
    for page in (chair, safety, manager):
        page.goto(motion)
        assert DISSENT not in page.content()
    look(safety, "2-sealed")
    close(chair, motion)
    expect(chair.get_by_role("main")).to_contain_text(DISSENT)
    chair.goto(PLOVER)
    look(chair, "3-cool-off")
    wait_for(chair, PLOVER, re.compile(r"Now here\s+Trusted API"))
    look(chair, "4-effective")

    hold(safety)
    look(safety, "5-held")
    lift = propose_lift(manager)
    for page in board:
        vote(page, lift, "approve", "The remedy was shown to me.")
    close(chair, lift)
    wait_for(safety, PLOVER, re.compile(r"lifted a hold"))
    expect(safety.get_by_role("main")).not_to_contain_text("Hold in force")
    look(safety, "6-lifted")

    chair.goto(f"{motion}record/")
    votes = chair.locator("#votes")
    expect(votes).to_contain_text(re.compile(r"Independent:\s*Reject\s*Dissent"))
    expect(votes).to_contain_text(DISSENT)
    look(chair, "7-record")
    assert not check_pages(chair, [Stop(chair.url), Stop(f"{motion}summary/")])
    chair.goto(f"{motion}record/")
    record = download(chair, tmp_path / "decision.json")
    assert json.loads(record.read_bytes())["payloadType"]
    checked = portal.manage("verify_record", str(record)).stdout
    assert "approved" in checked
