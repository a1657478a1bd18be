"""Queries of the hot paths: compiled by Django once, planned by PostgreSQL once.

A queryset costs milliseconds each time it is turned into SQL, and a query with many subqueries
as much again each time it is planned; for what is asked at every request to a file, that is most
of the time. Here the queryset is written with `Parameter` where a value will stand, and its SQL
is kept for the life of the process, as a prepared statement of each connection.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, models
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from psycopg import sql
from psycopg.types.numeric import Int8


@dataclass(frozen=True)
class _Slot:
    """Stands among a statement's SQL parameters until a value is given."""

    name: str


class Parameter(Expression):
    """A value of a PostgreSQL type, one of `_FIELDS`, that is given when the query runs."""

    def __init__(self, name: str, sql_type: str) -> None:
        super().__init__(output_field=_FIELDS[sql_type]())
        self.name = name
        self.sql_type = sql_type

    def as_sql(self, *_args: object, **_kwargs: object) -> tuple[str, Any]:
        """Return a placeholder of the type, so that the statement is prepared once only."""
        return f"%s::{self.sql_type}", [_Slot(self.name)]


# What a comparison with the parameter is typed as; the cast is what PostgreSQL goes by.
_FIELDS: dict[str, Callable[[], Field]] = {
    "bigint": models.BigIntegerField,
    "bigint[]": models.Field,
    "text": models.TextField,
    "text[]": models.Field,
    "timestamptz": models.DateTimeField,
    "uuid": models.UUIDField,
}


class Prepared:
    """A queryset of model instances with parameters, as a prepared statement.

    `build` is called once per thread, when the statement first runs there: what it depends on
    must not change later.
    """

    def __init__(self, build: Callable[[], QuerySet[Any]]) -> None:
        self._build = build
        self._local = threading.local()

    def fetch(self, **values: object) -> list[Any]:
        """Run the statement; return its instances, annotations as attributes."""
        compiled: _Compiled | None = getattr(self._local, "compiled", None)
        if compiled is None:
            compiled = self._local.compiled = _Compiled(self._build())
        return compiled.instances(_rows(compiled.sql, compiled.bind(values)))


class _Compiled:
    """The SQL of a queryset, and what Django knows of the columns of its result."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        compiler: SQLCompiler = queryset.query.get_compiler(connection=connection)
        template, parameters = compiler.as_sql()
        self._slots = [p for p in parameters if isinstance(p, _Slot)]
        self.sql = template % tuple(_text(parameter) for parameter in parameters)
        self._compiler = compiler
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        info = compiler.klass_info
        self._model = info["model"]
        fields = info["select_fields"]
        self._start, self._stop = fields[0], fields[-1] + 1
        self._names = [compiler.select[i][0].target.attname for i in fields]
        # The stubs are of a later Django, which has a further argument.
        self._related = get_related_populators(  # type: ignore[call-arg]
            info, compiler.select, connection.alias
        )

    def bind(self, values: dict[str, object]) -> list[Any]:
        """Return the values in the order of the statement's placeholders."""
        return [_sized(values[slot.name]) for slot in self._slots]

    def instances(self, rows: Iterable[Any]) -> list[Any]:
        """Return the rows as instances, the way that a queryset does."""
        found = []
        for row in self._compiler.apply_converters(rows, self._converters):
            instance = self._model.from_db(
                connection.alias, self._names, row[self._start : self._stop]
            )
            for related in self._related:
                related.populate(row, instance)
            for name, position in self._compiler.annotation_col_map.items():
                setattr(instance, name, row[position])
            found.append(instance)
        return found


def _text(parameter: object) -> str:
    """Return a placeholder for a value to come, and a constant as itself, to be planned with."""
    if isinstance(parameter, _Slot):
        return "%s"
    return sql.Literal(parameter).as_string(connection.connection).replace("%", "%%")


def _sized(value: object) -> object:
    # Without it psycopg picks the narrowest integer type, and prepares once for each.
    if isinstance(value, int):
        return Int8(value)
    if isinstance(value, list):
        return [_sized(item) for item in value]
    return value


def _rows(statement: str, parameters: list[Any]) -> list[Any]:
    connection.ensure_connection()
    # Django's own cursor binds on the client and so cannot prepare. Wrapped as Django wraps it,
    # so that queries are counted and errors have Django's types.
    raw: Any = psycopg.Cursor(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(raw) as cursor:
        cursor.execute(statement, parameters)
        rows: list[Any] = cursor.fetchall()
    if connection.queries_logged:
        # Of what is prepared psycopg keeps no text, and the log would say None.
        connection.queries_log[-1]["sql"] = statement
    return rows
