"""The logs that the real tools wrote (fixtures/README.md), and ways to alter them."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.releases.evidence import zips

FIXTURES = Path(__file__).parent / "fixtures"
# The release that the runs name.
DIGEST = "3f" * 32

Change = Callable[[dict[str, Any]], object]


def log(name: str) -> Path:
    return FIXTURES / f"inspect_{name}"


def results(name: str) -> Path:
    return next((FIXTURES / f"lm_eval_{name}").glob("results_*.json"))


def zipped(name: str, target: Path) -> Path:
    """Zip a run of lm-eval with its samples, as people do."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((FIXTURES / f"lm_eval_{name}").iterdir()):
            archive.write(path, f"run/{path.name}")
    return target


def altered_eval(
    target: Path, change: Change, entry: str = "header.json", *, silently: bool = False
) -> Path:
    """Write the successful log again with one of its entries changed.

    The journal of the run's beginning says the same of the run, unless it is done `silently`.
    """
    entries = zips.contents(log("success.eval"))
    document = json.loads(entries[entry])
    change(document)
    entries[entry] = json.dumps(document).encode()
    if entry == "header.json" and not silently:
        start = json.loads(entries["_journal/start.json"]) | {"eval": document.get("eval")}
        entries["_journal/start.json"] = json.dumps(start).encode()
    return zips.written(target, entries)


def altered_json(source: Path, target: Path, change: Change) -> Path:
    """Write a document again with something changed."""
    document = json.loads(source.read_bytes())
    change(document)
    target.write_text(json.dumps(document))
    return target
