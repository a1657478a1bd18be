"""The identity providers that people may sign in through, as the environment names them.

Each is there once its client id and secret are; without them its addresses do not exist.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from portal.environment import env, env_bool

# The name of the provider in addresses: /accounts/oidc/<this>/login/.
OIDC_PROVIDER = "sso"
_LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Providers:
    """What allauth needs to know: apps to install, and SOCIALACCOUNT_PROVIDERS."""

    apps: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


def read_providers() -> Providers:
    """Read the providers; half of a client, or an issuer that is no address, is an error."""
    apps: list[str] = []
    settings: dict[str, Any] = {}
    if client := _client("ORCID"):
        apps.append("allauth.socialaccount.providers.orcid")
        sandbox = env_bool("ORCID_SANDBOX", default=False)
        settings["orcid"] = {
            "APPS": [client],
            "BASE_DOMAIN": "sandbox.orcid.org" if sandbox else "orcid.org",
        }
    if client := _client("GITHUB"):
        apps.append("allauth.socialaccount.providers.github")
        settings["github"] = {"APPS": [client], "SCOPE": ["user:email"]}
    if client := _client("OIDC", "OIDC_ISSUER"):
        settings["openid_connect"] = {
            "APPS": [
                client
                | {
                    "provider_id": OIDC_PROVIDER,
                    "name": _provider_name(),
                    "settings": {"server_url": _issuer()},
                }
            ],
            "OAUTH_PKCE_ENABLED": True,
        }
    return Providers(tuple(apps), settings)


def _client(prefix: str, *further: str) -> dict[str, Any] | None:
    names = [f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET", *further]
    values = [env.str(name, default="").strip() for name in names]
    if not any(values):
        return None
    if missing := [name for name, value in zip(names, values, strict=True) if not value]:
        raise ImproperlyConfigured(f"{', '.join(names)} go together; missing: {missing[0]}.")
    return {"client_id": values[0], "secret": values[1]}


def _provider_name() -> str:
    name = env.str("OIDC_NAME", default="Single sign-on").strip()
    if not 0 < len(name) <= 40 or not name.isprintable():
        raise ImproperlyConfigured(f"OIDC_NAME must be one line of 1 to 40 letters, not {name!r}.")
    return name


def _issuer() -> str:
    """Return the issuer's address. It vouches for people, so nobody may stand in between."""
    issuer = env.str("OIDC_ISSUER").strip().rstrip("/")
    parts = urlsplit(issuer)
    local = parts.scheme == "http" and parts.hostname in _LOCAL
    if not (parts.hostname and (parts.scheme == "https" or local)) or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"OIDC_ISSUER must be an https address such as https://id.example.org, not {issuer!r}."
        )
    return issuer
