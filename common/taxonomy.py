"""The AI Risk Mitigation Taxonomy: its codes, and which of them each control of ours answers.

The data stands in `taxonomy.yaml`. A code is written with the taxonomy's version, "v1:3.4", because
the two versions use the same numbers for other things.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).with_name("taxonomy.yaml")
VERSIONS = ("v1", "v2")


@dataclass(frozen=True)
class Code:
    """One node of one version. `crosswalk`: the other version, in our view."""

    version: str
    number: str
    name: str
    meaning: str
    crosswalk: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The code as data names it."""
        return f"{self.version}:{self.number}"


@dataclass(frozen=True)
class Control:
    """Something that this program does about a risk. No code of v2 where none is known."""

    slug: str
    name: str
    codes: tuple[str, ...]


@cache
def _data() -> dict[str, Any]:
    return yaml.safe_load(_DATA.read_text())


@cache
def all_codes() -> dict[str, Code]:
    """Return every known code by its key, in the order of its version."""
    data = _data()
    ways: dict[str, list[str]] = {}
    for number, others in data["crosswalk"].items():
        ways[f"v2:{number}"] = [f"v1:{other}" for other in others]
        for other in others:
            ways.setdefault(f"v1:{other}", []).append(f"v2:{number}")
    return {
        f"{version}:{number}": Code(
            version, number, name, meaning, tuple(ways.get(f"{version}:{number}", ()))
        )
        for version in VERSIONS
        for number, (name, meaning) in data[version].items()
    }


@cache
def all_controls() -> dict[str, Control]:
    """Return every control by its slug."""
    return {
        slug: Control(
            slug,
            entry["name"],
            tuple(f"{version}:{number}" for version in VERSIONS for number in entry[version]),
        )
        for slug, entry in _data()["controls"].items()
    }


def codes_of(*controls: str, given: Iterable[str] = ()) -> list[Code]:
    """Return the codes that were given, else those of the first of these controls that is known.

    An unknown code or control is left out: a label must not break the page that it stands on.
    """
    keys = list(given)
    if not keys:
        known = [all_controls()[slug] for slug in controls if slug in all_controls()]
        keys = list(known[0].codes) if known else []
    return [all_codes()[key] for key in keys if key in all_codes()]


def controls_by_code() -> list[tuple[Code, list[Control]]]:
    """Return every code with the controls that answer it; many have none."""
    return [
        (code, [control for control in all_controls().values() if key in control.codes])
        for key, code in all_codes().items()
    ]
