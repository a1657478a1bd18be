"""Reading the environment: each kind of variable, and the sentence where it is malformed."""

import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def env_bool(name: str, *, default: bool) -> bool:
    """Read a yes or no; anything but 0, 1, true or false is an error."""
    raw = env.str(name, default="1" if default else "0").strip().lower()
    if raw not in {"0", "1", "true", "false"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {raw!r}.")
    return raw in {"1", "true"}


def env_number(name: str, *, default: int, least: int = 0, most: int) -> int:
    """Read a whole number within bounds."""
    raw = env.str(name, default=str(default)).strip()
    if not re.fullmatch("[0-9]{1,9}", raw) or not least <= int(raw) <= most:
        raise ImproperlyConfigured(f"{name} must be from {least} to {most}, not {raw!r}.")
    return int(raw)


def env_path_list(name: str) -> list[Path]:
    """Read absolute directories separated by ':'."""
    paths = [Path(part) for part in env.str(name, default="").split(":") if part]
    for path in paths:
        if not path.is_absolute():
            raise ImproperlyConfigured(f"{name} needs absolute paths; {path} is relative.")
    return [path.resolve() for path in paths]


def env_clients(name: str) -> dict[str, str]:
    """Read programs that may sign devices in: `id=Name`, separated by ','."""
    clients = {}
    for entry in filter(None, env.str(name, default="").split(",")):
        client_id, _sign, title = (part.strip() for part in entry.partition("="))
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,80}", client_id) or not 0 < len(title) <= 80:
            raise ImproperlyConfigured(
                f"{name} must look like some-client-id=Name of the client, not {entry!r}."
            )
        clients[client_id] = title
    return clients
