"""A database that the warehouse can be copied into, and what there is to do for that; pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from xp.engine.export.transfer import THERE, Job, Table

NESTED = ("STRUCT", "MAP", "UNION")
FRACTIONS = ("FLOAT", "DOUBLE")


@dataclass(frozen=True)
class SourceColumn:
    """A column of a table or a view."""

    name: str
    kind: str
    comment: str | None = None


@dataclass(frozen=True)
class Relation:
    """A table or a view of the warehouse."""

    name: str
    columns: Sequence[SourceColumn]
    comment: str | None = None
    is_view: bool = False


@dataclass(frozen=True)
class Target(ABC):
    """A database that an extension of DuckDB reaches."""

    name: str
    """What people call it."""

    extensions: Sequence[str]
    attach: Sequence[str]
    """Statements that open it."""

    folder: Path | None = field(default=None, kw_only=True)
    """What has to be there first."""

    keeps_views: ClassVar[bool]
    """Whether DuckDB's views can live there; otherwise their rows become tables."""

    @abstractmethod
    def kind(self, kind: str) -> str:
        """Return the type that it has for one of DuckDB's."""

    @abstractmethod
    def clear(self, schema: str, table: str) -> str:
        """Return the statement that takes all rows out of a table."""

    @abstractmethod
    def describe(self, schema: str, relation: Relation) -> list[str]:
        """Return the statements that say what a table and its columns are."""


def job(target: Target, warehouse: Path, schema: str, relations: Sequence[Relation], views: Sequence[str]) -> Job:
    """Return what there is to do; *views* are the statements that make the views and macros."""
    kept = [relation.name for relation in relations if relation.is_view and target.keeps_views]
    return {
        "warehouse": str(warehouse),
        "extensions": list(target.extensions),
        "folder": str(target.folder) if target.folder else None,
        "attach": list(target.attach),
        "schema": schema,
        "tables": [table_query(target, schema, relation) for relation in relations if relation.name not in kept],
        "views": kept,
        "afterwards": [f"use {THERE}.{quoted(schema)}", *views] if kept else [],
    }


def table_query(target: Target, schema: str, relation: Relation) -> Table:
    """Return how the rows of a table or a view become a table there."""
    place = f"{THERE}.{quoted(schema)}.{quoted(relation.name)}"
    columns = [[column.name, target.kind(column.kind)] for column in relation.columns]
    shape = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
    values = ", ".join(column_value(column, kind) for column, (_, kind) in zip(relation.columns, columns, strict=True))
    create = [f"drop table if exists {place}", f"create table {place} ({shape})", *target.describe(schema, relation)]
    return {
        "name": relation.name,
        "columns": columns,
        "create": create,
        "clear": target.clear(schema, relation.name),
        "insert": f"insert into {place} select {values} from xp.{quoted(relation.name)}",  # noqa: S608 - quoted
    }


def column_value(column: SourceColumn, kind: str) -> str:
    """Return the SQL of a column's value as the type that it has there.

    >>> column_value(SourceColumn("n", "HUGEINT"), "DECIMAL(38,0)")
    'cast("n" as DECIMAL(38,0))'
    >>> column_value(SourceColumn("m", "MAP(VARCHAR, INTEGER)"), "JSON")
    'cast(to_json("m") as JSON)'
    """
    name = quoted(column.name)
    if kind == column.kind:
        return name
    return f"cast(to_json({name}) as {kind})" if is_nested(column.kind) else f"cast({name} as {kind})"


def is_nested(kind: str) -> bool:
    """Tell whether values of a type hold others.

    >>> [is_nested(kind) for kind in ("INTEGER[]", "STRUCT(a INTEGER)", "DECIMAL(18,3)", "ENUM('a[]', 'b')")]
    [True, True, False, False]
    """
    return kind.startswith(NESTED) or kind.endswith("]")


def as_text(kind: str) -> str:
    """Return the type that holds any value of one that a database lacks: JSON has no NaN.

    >>> as_text("ENUM('a')"), as_text("STRUCT(a INTEGER)"), as_text("MAP(VARCHAR, DOUBLE)")
    ('VARCHAR', 'JSON', 'VARCHAR')
    """
    return "JSON" if is_nested(kind) and not any(word in kind for word in FRACTIONS) else "VARCHAR"


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def sql_text(value: str) -> str:
    """Return a text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def comments(place: str, relation: Relation) -> list[str]:
    """Return the statements that comment on a table and its columns."""
    own = [f"comment on table {place} is {sql_text(relation.comment)}"] if relation.comment else []
    return own + [
        f"comment on column {place}.{quoted(column.name)} is {sql_text(column.comment)}"
        for column in relation.columns
        if column.comment
    ]
