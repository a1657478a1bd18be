"""The whole way, in a real browser, on the real portal: apply, vet, decide, accept, fetch, stop."""

import hashlib
import re
import subprocess
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import close, fill, follow, press, propose_next_stage, vote, wait_for
from tests.browser.running import Portal

# One worker for all of them: they share a portal, and what one step did.
pytestmark = pytest.mark.xdist_group("browser")

HERON = "/models/demo/heron/v1.0/"
KESTREL = "/models/demo/kestrel/v0.9/"
SHARD = "model-00001-of-00002.safetensors"
UNTIL = (date.today() + timedelta(days=300)).isoformat()  # noqa: DTZ011 - a day on a form
ANSWERS: dict[str, Any] = {
    "legal_name": "Amara Okafor",
    "job_title": "Research engineer",
    "work": "We measure how well models summarise field notes about wetlands.",
    "country": "KE",
    "purpose": "Summarising field notes about wetlands, and measuring how often that goes wrong.",
    "modes": ["api", "weights"],
    "uses": ["research", "internal_tools"],
    "environments": ["internal"],
    "sectors": ["science"],
    "regions": ["eea"],
    "end_date": UNTIL,
    "modification": ["quantise"],
    "redistribution": "none",
    "served": "staff",
    "usage": "small",
    "own_site": "KE",
    "own_notes": "volunteers",
    "hosting_country": "KE",
    "alternative_evidence": "Two reports of flaws that vendors have credited to me by name.",
    "risks_judged": "Two colleagues read the plan and found nothing that could do harm.",
    "research_question": "How often a summary of field notes says what the notes do not say.",
    "research_method": "Two hundred notes, each read by two people beside its summary.",
    "research_outputs": "A report with all numbers.",
    "funding": "A grant of the county.",
    "conflicts": "None.",
    "referees_0_name": "Wanjiru Kamau",
    "referees_0_email": "wanjiru@referee.example",
    "referees_0_relation": "Led the survey that I worked on",
    "incident_reach": True,
    "hosting_place": "Our own servers in Kisumu",
    "security_level": "sl2",
    "security": "Two administrators can reach the machine, access is logged and reviewed weekly.",
    "end_users": "applicant@demo.example",
    "incident_name": "Amara Okafor",
    "incident_email": "applicant@demo.example",
    "export_statement": True,
    "truth_statement": True,
}
SignIn = Callable[..., Page]


def apply_for_heron(page: Page) -> str:
    page.goto(HERON)
    page.get_by_role("main").get_by_role("link", name="Apply for access").first.click()
    page.locator("[name=holder]").last.check()
    page.locator("[name=track][value=researcher]").check()
    press(page, "Begin")
    page.wait_for_url("**/edit/")
    links = [link.get_attribute("href") or "" for link in page.locator(".tasks a").all()]
    for address in [link for link in links if "/check/" not in link]:
        page.goto(address)
        fill(page, ANSWERS)
        press(page, "Save and go on")
        expect(page).not_to_have_url(re.compile(re.escape(address) + "$"))
    send(page, re.sub(r"(applications/[0-9a-f-]+/).*", r"\1check/", page.url))
    expect(page.get_by_role("main")).to_contain_text("Submitted")
    return page.url


def send(page: Page, check: str) -> None:
    page.goto(check)
    # The model's questions name the button.
    button = page.get_by_role("main").get_by_role(
        "button", name=re.compile("^Send the application")
    )
    button.click()
    expect(page).not_to_have_url(re.compile("/check/$"))


def review_page(page: Page, application: str) -> str:
    return re.sub(r".*/applications/([0-9a-f-]+)/.*", r"/licensing/reviews/\1/", application)


def return_it(page: Page, address: str) -> None:
    page.goto("/licensing/reviews/")
    expect(page.get_by_role("main")).to_contain_text("Amara Okafor")
    page.goto(address)
    press(page, "Claim")
    page.goto(address)
    follow(page, "Return with questions")
    page.locator("[name=message]").fill("Who besides you can reach the machine?")
    page.locator("main form button[type=submit]").first.click()


def answer_and_send_again(page: Page, application: str) -> None:
    page.goto(application)
    expect(page.get_by_role("main")).to_contain_text("Who besides you can reach the machine?")
    edit = re.sub(r"(applications/[0-9a-f-]+/).*", r"\1edit/", application)
    page.goto(edit)
    page.locator(".tasks a").filter(has_text=re.compile("host|secur", re.IGNORECASE)).first.click()
    page.locator("[name=security]").fill("Only the two administrators, both named in our register.")
    press(page, "Save and go on")
    expect(page).not_to_have_url(re.compile("host|secur"))
    send(page, edit.replace("/edit/", "/check/"))


def approve_it(page: Page, address: str) -> None:
    page.goto(address)
    if page.get_by_role("button", name="Claim", exact=True).count():
        press(page, "Claim")
        page.goto(address)
    expect(page.get_by_role("main")).to_contain_text("both named in our register")
    for box in page.locator("[name=done]").all():
        box.check()
    press(page, "Save the checklist")
    page.goto(address)
    follow(page, "Approve")
    page.locator("[name=uses][value=internal_tools]").uncheck()
    page.locator("[name=ends_on]").fill(UNTIL)
    page.locator("[name=tier]").select_option("2")
    page.locator("main form button[type=submit]").first.click()
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text("Approved")


def accept_terms(page: Page) -> None:
    page.goto(HERON)
    page.get_by_role("main").get_by_role("link", name="Read and accept the terms").first.click()
    while page.locator("[data-terms-reached]").count():
        agree_to_what_is_shown(page)
    page.goto(HERON)
    expect(page.get_by_role("main")).to_contain_text("You may download this release")


def agree_to_what_is_shown(page: Page) -> None:
    for tick in page.locator("[name^=tick_]").all():
        tick.check()
    page.locator("[name=typed_name]").fill("Amara Okafor")
    agree = page.get_by_role("button", name="I agree")
    page.locator("[data-terms-reached]").focus()
    with page.expect_navigation():
        agree.click()


def checksums(page: Page) -> dict[str, str]:
    text = page.request.get(f"{HERON}SHA256SUMS").text()
    return {path: digest for digest, path in (line.split("  ", 1) for line in text.splitlines())}


def make_token(page: Page) -> str:
    page.goto("/account/tokens/new/")
    page.locator("[name=name]").fill("laptop")
    page.locator("[name=rights][value=weights]").check()
    page.locator("main form button[type=submit]").first.click()
    if "reauthenticate" in page.url:
        page.locator("[name=password]").fill("sluice-demo")
        page.locator("main form button[type=submit]").first.click()
    found = re.search(r"slu_\w+", page.locator("main").inner_text())
    assert found
    return found[0]


def command(token: str, *options: str) -> list[str]:
    return ["curl", "-sS", "-H", f"Authorization: Bearer {token}", *options]


def break_off(token: str, address: str, target: Path) -> None:
    """Fetch slowly, and kill curl once the first bytes are on disk."""
    fetching = subprocess.Popen(command(token, "--limit-rate", "4M", "-o", str(target), address))
    deadline = time.monotonic() + 60
    while not (target.exists() and target.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    fetching.kill()
    fetching.wait()


def curl(token: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(token, *options),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """What one step learns and a later one needs."""
    return {}


def test_an_applicant_applies_is_asked_answers_and_is_approved(
    sign_in: SignIn, known: dict[str, str]
) -> None:
    applicant, reviewer = sign_in("applicant"), sign_in("reviewer")
    application = apply_for_heron(applicant)
    address = review_page(reviewer, application)
    return_it(reviewer, address)
    answer_and_send_again(applicant, application)
    approve_it(reviewer, address)
    known["application"] = application


def test_a_lead_proposes_two_vote_sealed_and_a_worker_makes_it_effective(sign_in: SignIn) -> None:
    lead, safety, independent = sign_in("lead"), sign_in("lead2"), sign_in("lead3")
    motion = propose_next_stage(lead, KESTREL)
    vote(safety, motion, "approve", "The wetland evaluation convinced me.")
    for page in (lead, independent, safety):
        page.goto(motion)
        assert "The wetland evaluation convinced me." not in page.content()
    vote(independent, motion, "approve", "I read the papers and agree.")
    close(lead, motion)
    expect(lead.get_by_role("main")).to_contain_text("The wetland evaluation convinced me.")
    wait_for(lead, KESTREL, re.compile(r"Now here\s+Trusted API"))


def test_the_applicant_accepts_and_fetches_every_file_by_browser_and_by_curl(
    sign_in: SignIn, portal: Portal, known: dict[str, str], tmp_path: Path
) -> None:
    page = sign_in("applicant", accept_downloads=True)
    accept_terms(page)
    wanted = checksums(page)
    assert len(wanted) == 9
    for name, digest in wanted.items():
        page.goto(HERON)
        with page.expect_download() as download:
            follow(page, name)
        download.value.save_as(tmp_path / "browser" / name)
        assert sha256(tmp_path / "browser" / name) == digest
    token = known["token"] = make_token(page)
    target = tmp_path / SHARD
    address = f"{portal.url}{HERON}files/{SHARD}"
    break_off(token, address, target)
    assert 0 < target.stat().st_size < (tmp_path / "browser" / SHARD).stat().st_size
    assert curl(token, "-f", "-C", "-", "-o", str(target), address).returncode == 0
    assert sha256(target) == wanted[SHARD]


def test_a_hold_refuses_the_next_request_and_says_why(
    sign_in: SignIn, portal: Portal, known: dict[str, str]
) -> None:
    lead, applicant = sign_in("lead"), sign_in("applicant")
    lead.goto(HERON)
    follow(lead, "Place a hold")
    lead.locator("[name=kind][value=all]").check()
    lead.locator("[name=reason]").fill("A jailbreak is being looked at.")
    lead.locator("main form button[type=submit]").first.click()
    refused = applicant.goto(f"{HERON}files/config.json")
    assert refused is not None
    assert refused.status == 403
    expect(applicant.get_by_role("main")).to_contain_text("A hold is in force")
    address = f"{portal.url}{HERON}files/{SHARD}"
    for options in ([], ["-r", "0-99"]):
        answer = curl(known["token"], "-w", "\n%{http_code}", *options, address)
        assert answer.stdout.endswith("\n403")
        assert "A hold is in force" in answer.stdout
    applicant.goto(HERON.replace("/models/", "/licensing/explain/"))
    expect(applicant.get_by_role("main")).to_contain_text("A hold is in force")
