"""Evidence for tests: small results of lm-eval, and entries as people make them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import User
from releases import services
from releases.choices import Right
from releases.evidence.entry import Entry
from releases.models import Evidence, Release
from tests.factories import make_user
from tests.scratch import scratch_directory

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def lm_eval(release_digest: str = "", **changed: Any) -> dict[str, Any]:
    """Return results as lm-eval writes them, of a run of all 4 samples of one task."""
    return {
        "results": {
            "arc": {"alias": "arc", "acc,none": 0.25, "acc_stderr,none": 0.125},
        },
        "group_subtasks": {"arc": []},
        "configs": {"arc": {"task": "arc"}},
        "versions": {"arc": 1.0},
        "n-shot": {"arc": 0},
        "higher_is_better": {"arc": {"acc": True}},
        "n-samples": {"arc": {"original": 4, "effective": 4}},
        "config": {
            "model": "hf",
            "model_args": "pretrained=heron",
            "limit": None,
            "metadata": {"release_digest": release_digest} if release_digest else {},
        },
        "git_hash": "0" * 40,
        "date": (timezone.now() - timedelta(days=2)).timestamp(),
        "lm_eval_version": "0.4.13",
        "model_source": "hf",
        "model_name": "heron",
        **changed,
    }


def log_file(content: dict[str, Any] | bytes | None = None, name: str = "results.json") -> Path:
    """Write a log to the disk."""
    path = scratch_directory() / name
    found = lm_eval() if content is None else content
    path.write_bytes(found if isinstance(found, bytes) else json.dumps(found).encode())
    return path


def entry(**changed: Any) -> Entry:
    """Return what a person says of a red-team report."""
    told: dict[str, Any] = {
        "type": "red_team_report",
        "title": "Red team, autumn",
        "summary": "Three people for two weeks; nothing above the bound.",
        "run_by": "Northern Institute",
        "elicitation": "fully_elicited",
        "ran_at": timezone.now() - timedelta(days=3),
    }
    return Entry(**{**told, **changed})


def manager_of(release: Release) -> User:
    """Make somebody who manages the model's releases."""
    user = make_user()
    services.grant_right(actor=None, user=user, right=Right.MANAGE_RELEASE, model=release.model)
    return user


def make_evidence(release: Release, actor: User | None = None, **changed: Any) -> Evidence:
    """Add evidence of a plain type by somebody who may."""
    return services.add_evidence(
        actor=actor or manager_of(release),
        release=release,
        entry=entry(**changed),
        bound_to=release.digest or "",
    )


def import_log(
    release: Release, actor: User | None = None, path: Path | None = None, **changed: Any
) -> Evidence:
    """Import a log by somebody who may."""
    return services.import_evidence(
        actor=actor or manager_of(release),
        release=release,
        path=path or log_file(),
        name="results.json",
        entry=entry(**{"title": "", "ran_at": None, **changed}),
        bound_to=release.digest or "",
    )
