"""The country table: what each stage does with each country. Pure; asks no database."""

from licensing.countries.changes import changes_between, loosening, strictest
from licensing.countries.judging import Finding, Place, Source, judge
from licensing.countries.reading import parse_table
from licensing.countries.switching import Step, Switch, stopped, switches
from licensing.countries.table import ALLOWS_ALL, NO_TABLE, Effect, Group, StageEffects, Table

__all__ = [
    "ALLOWS_ALL",
    "NO_TABLE",
    "Effect",
    "Finding",
    "Group",
    "Place",
    "Source",
    "StageEffects",
    "Step",
    "Switch",
    "Table",
    "changes_between",
    "judge",
    "loosening",
    "parse_table",
    "stopped",
    "strictest",
    "switches",
]
