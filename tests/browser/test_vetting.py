"""What applicants meet after the first time: a second model, questions, a decline, an appeal."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import fill, follow, press
from tests.browser.looks import Look
from tests.browser.running import Portal
from tests.browser.scenes import play
from tests.browser.test_accessibility import Stop, check_pages
from tests.browser.test_journey import ANSWERS

pytestmark = pytest.mark.xdist_group("browser")
SignIn = Callable[..., Page]


def test_whoever_is_vetted_applies_for_a_second_model_in_three_steps(
    portal: Portal, sign_in: SignIn, look: Look
) -> None:
    model = play(portal, "vetted")["model"]
    page = sign_in("vetted")
    main = page.get_by_role("main")
    page.goto(model)
    main.get_by_role("link", name="Apply for access").first.click()

    steps = [urlsplit(page.url).path]
    look(page, "1-for-whom")
    page.locator("[name=track][value=researcher]").check()
    press(page, "Begin")
    expect(main).to_contain_text("Known from your application for demo/heron")
    steps.append(urlsplit(page.url).path)
    look(page, "2-what-is-new")
    fill(page, ANSWERS)
    press(page, "Save and check your answers")
    page.wait_for_url("**/check/")
    steps.append(urlsplit(page.url).path)
    look(page, "3-check")
    main.get_by_role("button", name=re.compile("^Send the application")).click()
    expect(main).to_contain_text("Your application is sent")
    assert len(steps) == len(set(steps)) == 3, steps


def test_a_researcher_answers_is_declined_appeals_to_another_and_is_approved(
    portal: Portal, sign_in: SignIn, look: Look
) -> None:
    application = play(portal, "returned")["application"]
    own = f"/licensing/applications/{application}/"
    review = f"/licensing/reviews/{application}/"
    researcher, first, second = sign_in("rosa"), sign_in("first"), sign_in("second")

    researcher.goto("/dashboard/")
    expect(researcher.get_by_role("main")).to_contain_text("tern")
    researcher.goto(own)
    expect(researcher.get_by_role("main")).to_contain_text("Who besides you can reach the machine?")
    look(researcher, "1-returned")
    researcher.goto(f"{own}edit/hosting/")
    fill(researcher, {"security": "Only Rosa and Amara, both named in our register."})
    press(researcher, "Save and go on")
    researcher.goto(f"{own}check/")
    press(researcher, "Send the application")
    expect(researcher.get_by_role("main")).to_contain_text("Your application is sent")

    # Both sides read what changed.
    for page, place in ((researcher, own), (first, review)):
        page.goto(place)
        page.get_by_role("main").locator(f"a[href*='{application}/changes/']").first.click()
        expect(page.locator("main ins").first).to_be_visible()
        expect(page.get_by_role("main")).to_contain_text("both named in our register")
        look(page, f"2-changes-{'own' if page is researcher else 'review'}")
    assert not check_pages(first, [Stop(first.url)])

    first.goto(review)
    expect(first.get_by_role("main")).to_contain_text("Two people have keys")
    if first.get_by_role("button", name="Claim", exact=True).count():
        press(first, "Claim")
    follow(first, "Decline")
    fill(first, {"reason": "The plan does not say what happens to the outputs."})
    press(first, "Decline the application")
    expect(first.locator("body")).to_contain_text("The application was declined")

    researcher.goto(own)
    expect(researcher.get_by_role("main")).to_contain_text("what happens to the outputs")
    look(researcher, "3-declined")
    follow(researcher, "Appeal")
    look(researcher, "4-appeal")
    assert not check_pages(researcher, [Stop(researcher.url)])
    fill(researcher, {"ground": "Section three says it: they are kept for a year, sealed."})
    researcher.locator("main form button[type=submit]").first.click()
    expect(researcher.get_by_role("main")).to_contain_text("Your appeal is sent")

    # Whoever declined has no say in it any more.
    first.goto(review)
    expect(first.get_by_role("main")).to_contain_text("an appeal goes to somebody else")
    expect(first.get_by_role("button", name="Claim", exact=True)).to_have_count(0)

    second.goto(review)
    press(second, "Claim")
    expect(second.get_by_role("main")).to_contain_text("they are kept for a year, sealed")
    look(second, "5-appeal-review")
    follow(second, "Overturn the decline")
    fill(second, {"reason": "It stands in section three."})
    press(second, "Overturn the decline")
    expect(second.get_by_role("main")).not_to_contain_text("Let the decline stand")
    expect(second.get_by_role("link", name="Decline", exact=True)).to_have_count(0)
    for box in second.locator("[name=done]").all():
        box.check()
    press(second, "Save the checklist")
    follow(second, "Approve")
    look(second, "6-approve")
    assert not check_pages(second, [Stop(second.url)])
    fill(second, {"ends_on": ANSWERS["end_date"]})
    press(second, "Approve the application")
    expect(second.locator("body")).to_contain_text("The application is approved")

    researcher.goto(own)
    expect(researcher.get_by_role("main")).to_contain_text("Approved")
    expect(researcher.get_by_role("main")).to_contain_text("It stands in section three.")
    look(researcher, "7-approved")
