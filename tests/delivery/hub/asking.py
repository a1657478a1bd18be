"""Asking the Hub's API as its clients do: with a token, never with a cookie."""

from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client

from accounts.models import User
from tests.factories import make_token
from tests.seeded import demo_release, person

HERON = "demo/heron"


class Asker:
    """Somebody with a token, or nobody."""

    def __init__(self, user: User | str | None = None, *rights: str) -> None:
        user = person(user) if isinstance(user, str) else user
        self.client = Client()
        self.headers: dict[str, str] = {}
        if user is not None:
            _token, secret = make_token(user, rights=rights or ("weights",))
            self.headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/hf/{path}", headers={**self.headers, **headers})

    def head(self, path: str, **headers: str) -> Any:
        return self.client.head(f"/hf/{path}", headers={**self.headers, **headers})

    def post(self, path: str, data: dict[str, Any]) -> Any:
        return self.client.post(f"/hf/{path}", data, headers=self.headers)

    def send(self, path: str, data: Any, method: str = "post") -> Any:
        ask = getattr(self.client, method)
        return ask(f"/hf/{path}", data, content_type="application/json", headers=self.headers)


def commit(name: str = "heron v1.0") -> str:
    return (demo_release(name).digest or "")[:40]


def told(response: HttpResponseBase) -> tuple[int, str]:
    """Return status and code, as a client classifies an answer."""
    return response.status_code, response.headers.get("X-Error-Code", "")
