"""`manage.py screen_name NAME --list FILE`: look a name up in a list, and write nothing."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.screening.folding import KINDS, ORGANIZATION, PERSON
from accounts.screening.index import Index, worth_noting
from accounts.screening.lists import ListError, read_list
from accounts.screening.matching import Entry, Hit, Query, Route, worst
from common.countries import COUNTRIES

_FOUND = {Route.CLEAR: 0, Route.REVIEW: 3, Route.STOP: 4}


class Command(BaseCommand):
    help = (
        "Look a name up in a list of restricted parties: the US Consolidated Screening List, the "
        "EU's consolidated list, or a plain CSV file. Shows candidates, scores, why, and where "
        "they lead. Writes nothing and needs no database. Ends with 0 for clear, 3 for review, 4 "
        "for stop, 1 where the list or an option cannot be used."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="of a person or an organisation, in any script")
        parser.add_argument("--list", required=True, dest="path", help="the file to look in")
        parser.add_argument(
            "--kind",
            choices=KINDS[:2],
            default="",
            help="what the name is of; without it both are tried and the graver one counts",
        )
        parser.add_argument("--country", default="", help="two-letter code of the subject")
        parser.add_argument("--born", type=int, default=None, help="year of birth")
        parser.add_argument("--address", default="", help="of the subject")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        queries = _queries(options)
        index = Index(_entries(options["path"]), settings.SCREENING)
        found: dict[str, Hit] = {}
        for query in queries:
            for hit in index.search(query):
                former = found.get(hit.entry.key)
                if former is None or (hit.exact, hit.score) > (former.exact, former.score):
                    found[hit.entry.key] = hit
        hits = worth_noting(found.values())
        route = worst(hits)
        if options["json"]:
            data = {
                "name": options["name"],
                "route": route.value,
                "algorithm": settings.SCREENING.version,
                "entries": len(index.entries),
                "candidates": [hit.as_data() for hit in hits],
            }
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self._tell(options["name"], route, hits, len(index.entries))
        if code := _FOUND[route]:
            raise SystemExit(code)

    def _tell(self, name: str, route: Route, hits: list[Hit], entries: int) -> None:
        self.stdout.write(
            f"{name}: {route.value} (among {entries} entries, algorithm "
            f"{settings.SCREENING.version})"
        )
        for hit in hits:
            why = ", ".join(reason.replace("_", " ") for reason in hit.reasons)
            listed = "" if hit.name == hit.entry.name else f", listed as {hit.entry.name}"
            self.stdout.write(
                f"  {hit.score:5.1f}  {hit.route.value:6}  {hit.name}{listed} "
                f"[{hit.entry.kind}, {hit.entry.key}]: {why}"
            )
        if not hits:
            self.stdout.write("  Nothing on the list is like it.")


def _queries(options: dict[str, Any]) -> list[Query]:
    name, country, born = options["name"].strip(), options["country"].upper(), options["born"]
    if not name:
        raise CommandError("The name is empty.")
    if country and country not in COUNTRIES:
        raise CommandError(f"{country[:20]} is no country's two-letter code.")
    if born is not None and not 1850 <= born <= date.today().year:  # noqa: DTZ011
        raise CommandError("The year of birth must be a year such as 1970.")
    kinds = [options["kind"]] if options["kind"] else [PERSON, ORGANIZATION]
    # Where the kind is not given, none contradicts an entry's.
    return [
        Query(name, kind, country, born, options["address"], kind_known=bool(options["kind"]))
        for kind in kinds
    ]


def _entries(path: str) -> list[Entry]:
    try:
        with Path(path).open("rb") as file:
            return list(read_list(file))
    except ListError as error:
        raise CommandError(f"{path}: {error}") from None
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
