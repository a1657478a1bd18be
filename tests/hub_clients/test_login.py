"""`hf auth login` by a code, renewal without a word, and what ends it, as the terminal shows it."""

import configparser
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub_clients.browser import Browser
from tests.hub_clients.client import HubClient
from tests.hub_clients.conftest import MakeClient
from tests.hub_clients.secure import SecurePortal


@pytest.fixture(params=["1.33.0", "2.4.0"])
def version(request: pytest.FixtureRequest) -> str:
    """Return a version that knows the device grant; the line before 1.0 does not."""
    return str(request.param)


class Login:
    """A running `hf auth login`: what it showed, and how it ended."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.text = ""
        self.shown = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.text += line
            if "enter the code" in line:
                self.shown.set()
        self.shown.set()

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        assert self.shown.wait(60)
        found = re.search(r"https://\S+/account/device/\?code=\S+", self.text)
        assert found, self.text
        return found[0]

    def end(self, *, fails: bool = False) -> str:
        """Wait for its end and return all that it showed."""
        code = self.process.wait(timeout=60)
        self.reader.join(timeout=10)
        assert (code != 0) == fails, f"exit {code}: {self.text}"
        return self.text

    def stop(self) -> None:
        """Let nothing run on."""
        self.process.kill()
        self.process.wait()
        self.reader.join(timeout=10)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def hub(client: MakeClient) -> HubClient:
    return client()


@pytest.fixture
def login(hub: HubClient) -> Iterator[Login]:
    login = Login(hub.start("auth", "login"))
    yield login
    login.stop()


@pytest.fixture
def browser(portal: SecurePortal) -> Browser:
    return Browser(portal, "deployer")


def sign_in(login: Login, browser: Browser) -> str:
    browser.look_at_code(login.address)
    browser.approve("weights")
    return login.end()


def stored(hub: HubClient) -> dict[str, str]:
    """Return what the client keeps of its sign-in."""
    config = configparser.ConfigParser(interpolation=None)
    config.read(Path(hub.environment["HF_HOME"]) / "stored_tokens")
    [name] = config.sections()
    return dict(config.items(name)) | {"name": name}


def test_a_code_signs_in_and_the_files_come(hub: HubClient, login: Login, browser: Browser) -> None:
    question = browser.look_at_code(login.address)
    assert "Hugging Face client" in question
    # The client names itself to the Hub's API, and not here.
    assert "It describes itself as" in question
    assert "httpx" in question
    assert "The same network as this browser" in question
    shown = re.search(r"enter the code: (\S+)", login.text)
    assert shown
    assert shown[1] in question
    assert "may sign in. Go back to your device" in browser.approve("weights")
    text = login.end()
    assert "Login successful." in text
    assert stored(hub)["hf_token"].startswith("sla_")

    assert "deployer@demo.example" in hub.hf("auth", "whoami")
    assert "config.json" in hub.hf("download", "demo/heron", "config.json")
    listed = browser.open("/account/tokens/")
    assert "Hugging Face client" in listed
    assert "from 127.0.0.0/24" in listed


def test_access_that_ran_out_is_renewed_without_a_word(
    hub: HubClient, login: Login, browser: Browser, portal: SecurePortal
) -> None:
    sign_in(login, browser)
    before = stored(hub)
    assert portal.do("let_access_run_out") >= 1
    text = hub.hf("auth", "whoami")
    assert "deployer@demo.example" in text
    assert "could not" not in text.lower()
    after = stored(hub)
    assert after["hf_token"] != before["hf_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert "deployer@demo.example" in hub.hf("auth", "whoami")


def test_processes_that_share_a_home_take_turns(
    hub: HubClient, login: Login, browser: Browser, portal: SecurePortal
) -> None:
    """Each of them renews when it starts; none may be taken for a thief."""
    sign_in(login, browser)
    assert portal.do("let_access_run_out") >= 1
    running = [hub.start("auth", "whoami") for _ in range(6)]
    texts = [process.communicate(timeout=120)[0] for process in running]
    # The client empties its two files before it writes them anew (its `_write_secret`): a process
    # that reads in between has no token, or the old one. We cannot mend that; it may ask again.
    assert any("deployer@demo.example" in text for text in texts), texts
    assert not any("could not be refreshed" in text for text in texts), texts
    assert "deployer@demo.example" in hub.hf("auth", "whoami")
    assert "was signed out" not in browser.open("/account/notifications/")


def test_a_device_that_is_signed_out_is_told_to_sign_in_again(
    hub: HubClient, login: Login, browser: Browser
) -> None:
    sign_in(login, browser)
    browser.open("/account/tokens/revoke/")
    assert "revoked" in browser.send()
    text = hub.hf("auth", "whoami", fails=True)
    assert "expired or revoked" in text
    assert "Run `hf auth login` to re-authenticate" in text
    assert "Invalid" in text


def test_a_copied_refresh_token_signs_both_out(
    hub: HubClient, login: Login, browser: Browser
) -> None:
    sign_in(login, browser)
    files = Path(hub.environment["HF_HOME"])
    copied = {path: path.read_bytes() for path in files.glob("*") if path.is_file()}
    hub.hf("auth", "whoami")
    for path, content in copied.items():
        path.write_bytes(content)
    text = hub.hf("auth", "whoami", fails=True)
    assert "used before" in text
    assert "A device was signed out" in browser.open("/account/notifications/")


def test_a_denied_sign_in_says_so(login: Login, browser: Browser) -> None:
    browser.look_at_code(login.address)
    browser.send("deny/")
    assert "Authorization was denied. Please try again." in login.end(fails=True)


def test_a_code_that_ran_out_says_so(login: Login, portal: SecurePortal) -> None:
    assert login.address
    assert portal.do("let_codes_run_out") >= 1
    assert "Device code expired. Please try again." in login.end(fails=True)


def test_an_unknown_client_is_refused_in_words(client: MakeClient) -> None:
    hub = client(more={"HF_DEVICE_CODE_OAUTH_CLIENT_ID": "somebody-else"})
    text = hub.hf("auth", "login", fails=True)
    assert "This portal does not know the client." in text
