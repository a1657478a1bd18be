"""Start what is needed, measure, print a table of ratios, and write it as JSON."""

import argparse
import json
import os
import platform
import shutil
import tempfile
from pathlib import Path

from tests.bench.timing import Figure
from tests.bench.world import configure, made_in

PARTS = ("downloads", "requests", "ingest", "hub", "revocation", "screening", "lists")
NEEDED = ("nginx", "curl")
BEHIND_NGINX = {"downloads", "hub", "revocation"}


def main() -> None:
    """Run the parts that were asked for, in a directory of its own."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which parts; all")
    parser.add_argument("--json", type=Path, default=Path(".data/bench.json"))
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        directory = Path(name)
        configure(directory)
        with made_in(directory) as world:
            import importlib

            for part in options.parts or PARTS:
                missing = _missing() if part in BEHIND_NGINX else []
                if missing:
                    print(f"{part}: left out, as it needs the Debian package {missing[0]}")
                    continue
                module = importlib.import_module(f"tests.bench.{part}")
                print(f"{part} ...", flush=True)
                figures += module.measure(world)
    _print(figures)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    result = {"machine": _machine(), "figures": [figure.as_data() for figure in figures]}
    options.json.write_text(json.dumps(result, indent=2) + "\n")
    print(f"\nWritten to {options.json}.")
    if not all(figure.holds for figure in figures):
        raise SystemExit(1)


def _missing() -> list[str]:
    found = {name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in NEEDED}
    return [name for name, where in found.items() if where is None]


def _print(figures: list[Figure]) -> None:
    print(f"\n{'what':<44}{'ours':>12}{'peer':>12}  {'':<5}{'ratio':>7}  bound")
    for figure in figures:
        bound = ""
        if figure.at_least is not None:
            bound = f">= {figure.at_least:g}"
        elif figure.at_most is not None:
            bound = f"<= {figure.at_most:g}"
        mark = "" if figure.holds else "  MISSED"
        print(
            f"{figure.name:<44}{figure.ours:12.2f}{figure.peer:12.2f}  {figure.unit:<5}"
            f"{figure.ratio:7.2f}  {bound}{mark}"
        )
        if figure.note:
            print(f"    {figure.note}")


def _machine() -> dict[str, object]:
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        model = next((x.partition(": ")[2] for x in lines if x.startswith("model name")), "")
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "system": platform.platform(),
        "python": platform.python_version(),
        "nginx": shutil.which("nginx") is not None,
    }


if __name__ == "__main__":
    main()
