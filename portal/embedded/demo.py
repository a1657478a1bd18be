"""The demo's secret: one random key in the data directory, which also marks it as a demo's."""

import os
import secrets
from pathlib import Path


def key_path(data_dir: Path) -> Path:
    """Return where the demo key of a data directory stands."""
    return data_dir / "demo.key"


def ensure_demo_key(data_dir: Path) -> Path:
    """Make the demo key unless it is there already; only its owner can read it."""
    path = key_path(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Linked into place, so that nobody ever reads half a key and the first of two wins.
        draft = data_dir / f"demo.key.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path


def read_demo_key(data_dir: Path) -> str:
    """Return the demo key; a missing or short one is an error, never an empty secret."""
    path = key_path(data_dir)
    try:
        key = path.read_text().strip()
    except FileNotFoundError:
        raise RuntimeError(f"{path} is missing. `make run` makes it.") from None
    if len(key) < 32:
        raise RuntimeError(f"{path} is damaged. `make demo-reset` starts the demo over.")
    return key
