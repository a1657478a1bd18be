"""A person's browser, as far as plain HTTP goes: cookies, forms and their CSRF tokens."""

import html
import re
import ssl
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests.hub_clients.secure import SecurePortal

PASSWORD = "sluice-demo"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """Somebody who is signed in at the portal."""

    def __init__(self, portal: SecurePortal, name: str) -> None:
        context = ssl.create_default_context(cafile=str(portal.certificate))
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()),
            urllib.request.HTTPSHandler(context=context),
        )
        self._base = portal.url
        self.url = ""
        self.page = ""
        self.open("/accounts/login/")
        self.send(login=f"{name}@demo.example", password=PASSWORD)
        assert "Sign out" in self.page, self.page

    def open(self, address: str) -> str:
        """Go to an address and return the page."""
        return self._go(urllib.request.Request(urllib.parse.urljoin(self._base, address)))

    def send(self, to: str = "", **fields: str) -> str:
        """Send the form of the page that is open, or its token to another address."""
        token = _TOKEN.search(self.page)
        assert token, self.page
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        address = urllib.parse.urljoin(self.url, to)
        return self._go(urllib.request.Request(address, data, {"Referer": self.url}))

    def _go(self, request: urllib.request.Request) -> str:
        with self._opener.open(request, timeout=60) as response:
            self.url = response.url
            self.page = html.unescape(response.read().decode())
        return self.page

    def look_at_code(self, address: str) -> str:
        """Open the address that a device shows, send the code it brings, return the question."""
        self.open(address)
        found = re.search(r'name="code" value="([^"]+)"', self.page)
        assert found, self.page
        return self.send(code=found[1])

    def approve(self, *rights: str) -> str:
        """Approve with the password."""
        question = urllib.parse.urlsplit(self.url).path
        self.send(rights=rights[0])
        assert "reauthenticate" in self.url, self.url
        return self.send(password=PASSWORD, next=question)
