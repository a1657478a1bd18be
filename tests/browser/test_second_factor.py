"""Second factors in a real browser: a passkey of Chromium's own, and a code that is computed."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.browser.acts import press
from tests.browser.conftest import PASSWORD
from tests.browser.running import Portal
from tests.browser.test_accessibility import Stop, check_pages

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A browser with a key of its own; keys are for host names, never for a bare address."""
    context = browser.new_context(base_url=f"http://localhost:{portal.port}")
    context.set_default_timeout(20_000)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{name}@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").locator("form button[type=submit]").first.click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def give_password(page: Page) -> None:
    page.get_by_role("main").get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")


def test_a_passkey_is_added_signs_in_alone_and_answers_when_asked_again(page: Page) -> None:
    sign_in(page, "lead3")
    page.wait_for_url("**/dashboard/")
    page.goto("/accounts/2fa/webauthn/add/")
    give_password(page)
    expect(page.get_by_role("heading", name="Add a passkey or security key")).to_be_visible()
    press(page, "Add the key")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert not check_pages(
        page,
        [
            Stop("/accounts/2fa/"),
            Stop("/accounts/2fa/recovery-codes/"),
            Stop("/accounts/2fa/webauthn/"),
            Stop("/accounts/sessions/"),
            Stop("/account/"),
        ],
    )

    sign_out(page)
    page.goto("/accounts/login/")
    press(page, "Sign in with a passkey")
    page.wait_for_url("**/dashboard/")

    # What matters asks again, for the key first.
    page.goto("/account/tokens/new/")
    assert urlsplit(page.url).path == "/accounts/2fa/webauthn/reauthenticate/"
    assert not check_pages(page, [Stop("/accounts/2fa/webauthn/reauthenticate/")])
    page.goto("/account/tokens/new/")
    press(page, "Confirm with your key")
    expect(page.get_by_role("heading", name="Create a token")).to_be_visible()


def test_an_app_is_set_up_by_its_code_and_asked_for_at_the_next_sign_in(page: Page) -> None:
    sign_in(page, "reviewer2")
    page.wait_for_url("**/dashboard/")
    page.goto("/accounts/2fa/totp/activate/")
    give_password(page)
    secret = page.locator("code.secret").inner_text()
    page.locator("#id_code").fill(code(secret))
    press(page, "Turn it on")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10

    sign_out(page)
    sign_in(page, "reviewer2")
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()
    page.locator("#id_code").fill("000000")
    press(page, "Sign in with the code")
    expect(page.get_by_role("alert").first).to_contain_text("This code is not right")
    # A code opens once, and the app's present one was used to set it up.
    page.locator("#id_code").fill(codes[0])
    press(page, "Sign in with the code")
    page.wait_for_url("**/dashboard/")


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
