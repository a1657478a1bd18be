"""Reading a country table from YAML: strictly, and naming the line of everything that is wrong."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from common.countries import COUNTRIES
from common.plain_yaml import Lines, Path, YamlProblem, place, read_yaml
from licensing.countries.table import GIVING, Effect, Group, StageEffects, Table

LONGEST_TEXT = 300
MOST_GROUPS = 60
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EFFECTS = ", ".join(Effect.values)


def parse_table(text: str) -> Table:
    """Return the table that the text says. Raises YamlProblem with every problem and its line."""
    # As text: NO is a country here, and no truth value.
    data, lines = read_yaml(text, as_text=True)
    reading = _Reading(lines)
    table = reading.table(data)
    if reading.problems:
        raise YamlProblem([problem for _line, problem in sorted(reading.problems)])
    return table


class _Reading:
    """Collects what is wrong while it reads what is right."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.problems: list[tuple[int, str]] = []

    def wrong(self, path: Path, why: str) -> None:
        """Note a problem with a part of the file."""
        where = place(path, self._lines)
        number = int(where.partition(":")[0].removeprefix("line "))
        self.problems.append((number, f"{where}: {why}"))

    def table(self, data: object) -> Table:
        """Read the whole file."""
        whole = self._mapping(data, (), ("title", "stages"), ("source", "groups"))
        groups = self._groups(whole.get("groups", {}))
        stages = self._mapping(whole.get("stages", {}), ("stages",), GIVING)
        return Table(
            title=self._text(whole.get("title", ""), ("title",), most=120),
            source=self._text(whole.get("source", ""), ("source",), most=LONGEST_TEXT),
            groups=tuple(groups.values()),
            stages={
                mode: self._stage(given, ("stages", mode), groups)
                for mode, given in stages.items()
                if mode in GIVING
            },
        )

    def _groups(self, data: object) -> dict[str, Group]:
        given = self._mapping(data, ("groups",))
        if len(given) > MOST_GROUPS:
            self.wrong(("groups",), f"at most {MOST_GROUPS} groups can be named.")
        found = {}
        for slug, each in given.items():
            path: Path = ("groups", slug)
            if not _SLUG.fullmatch(slug):
                self.wrong(path, "a group is called by small letters, digits and underscores.")
            parts = self._mapping(each, path, ("name", "countries"))
            found[slug] = Group(
                slug,
                self._text(parts.get("name", ""), (*path, "name"), most=120),
                self._countries(parts.get("countries", []), (*path, "countries")),
            )
        return found

    def _countries(self, data: object, path: Path) -> tuple[str, ...]:
        if not isinstance(data, list) or not data:
            self.wrong(path, "a list of countries is expected, such as [CU, IR].")
            return ()
        found: list[str] = []
        for number, code in enumerate(data):
            if code in found:
                self.wrong((*path, number), f"{code} stands there twice.")
            elif self._is_country(code, (*path, number)):
                found.append(code)
        return tuple(found)

    def _is_country(self, code: object, path: Path) -> bool:
        if isinstance(code, str) and code in COUNTRIES:
            return True
        self.wrong(path, f"{str(code)[:40]!r} is no country's code of ISO 3166-1, such as DE.")
        return False

    def _stage(self, data: object, path: Path, groups: Mapping[str, Group]) -> StageEffects:
        given = self._mapping(data, path, ("everyone_else", "unknown"), ("groups", "countries"))
        named: dict[str, Effect] = {}
        by: dict[str, str] = {}
        of_groups = self._mapping(given.get("groups", {}), (*path, "groups"))
        for slug, each in of_groups.items():
            effect = self._effect(each, (*path, "groups", slug))
            if slug not in groups:
                self.wrong((*path, "groups", slug), "there is no such group in `groups`.")
                continue
            for code in groups[slug].countries:
                # A country in several groups is treated by the strictest of them.
                if code not in named or named[code].strictness < effect.strictness:
                    named[code], by[code] = effect, slug
        own = self._mapping(given.get("countries", {}), (*path, "countries"))
        for code, each in own.items():
            if self._is_country(code, (*path, "countries", code)):
                named[code] = self._effect(each, (*path, "countries", code))
                by.pop(code, None)
        return StageEffects(
            self._effect(given.get("everyone_else", "deny"), (*path, "everyone_else")),
            self._effect(given.get("unknown", "deny"), (*path, "unknown")),
            tuple(sorted(named.items())),
            by,
        )

    def _effect(self, data: object, path: Path) -> Effect:
        if isinstance(data, str) and data in Effect.values:
            return Effect(data)
        self.wrong(path, f"one of {_EFFECTS} is expected, not {str(data)[:40]!r}.")
        return Effect.DENY

    def _text(self, data: object, path: Path, *, most: int) -> str:
        if not isinstance(data, str):
            self.wrong(path, "text is expected.")
            return ""
        text = " ".join(data.split())
        if len(text) > most:
            self.wrong(path, f"at most {most} characters.")
        if not text and path == ("title",):
            self.wrong(path, "a title is needed.")
        return text

    def _mapping(
        self,
        data: object,
        path: Path,
        needed: Iterable[str] | None = None,
        optional: Iterable[str] = (),
    ) -> dict[str, Any]:
        """Return a mapping; with `needed`, one that has these keys and no others but `optional`."""
        if not isinstance(data, dict):
            self.wrong(path, "keys with values are expected.")
            return {}
        if needed is None:
            return data
        for key in needed:
            if key not in data:
                self.wrong(path, f"{key!r} is missing.")
        for key in data:
            if key not in (*needed, *optional):
                known = ", ".join((*needed, *optional))
                self.wrong((*path, key), f"it is not one of {known}.")
        return data
