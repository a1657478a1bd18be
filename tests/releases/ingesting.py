"""An ingest by hand: begun, run to its end, and what it left behind."""

from pathlib import Path

from releases import services
from releases.models import Model, Release
from tests.releases.factories import (
    make_model,
)


def start(directory: Path, model: Model | None = None, version: str = "v1") -> Release:
    return services.start_ingest(
        actor=None,
        model=model or make_model(),
        version=version,
        directory=directory,
        hand_over=False,
    )


def run(release: Release) -> Release:
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    return release


def objects(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "objects").rglob("*") if path.is_file())


def leftovers(root: Path) -> list[Path]:
    incoming = root / "incoming"
    return list(incoming.iterdir()) if incoming.exists() else []


def check_refused(release: Release, sentence: str, root: Path) -> None:
    release.refresh_from_db()
    assert release.state == "refused"
    assert sentence in release.refusal
    assert not release.artifacts.exists()
    assert objects(root) == []
    assert not leftovers(root)
