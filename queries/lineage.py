"""Where the columns of a query come from: tables and columns, through every view, and the metrics that are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage
from sqlglot.schema import ensure_schema

from xp.dsl.errors import Problem, QueryError
from xp.queries import statement
from xp.queries.catalog import Query

Schema = Mapping[str, Mapping[str, str]]

NAMING = {"name", "measure", "metric", "metric_name"}
"""Columns that say which number stands beside them."""

NUMBERS = {"metric.value", "latest.value", "fact.number", "fact.value"}
"""Columns of tables that hold numbers of many names."""


@dataclass(frozen=True)
class ColumnOrigin:
    """Where one column of an answer comes from."""

    column: str
    sources: tuple[str, ...]
    """Columns of tables; empty where it counts rows or is written in the query itself."""

    views: tuple[str, ...]
    """Views on the way to them."""

    metrics: tuple[str, ...]
    """Metrics and facts by name; empty where a parameter chooses them, or all are meant."""


@dataclass
class Step:
    """What one SELECT takes a column from."""

    columns: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class Tracer:
    """Follows columns from a query through the views to the tables."""

    def __init__(self, schema: Schema, views: Mapping[str, str]) -> None:
        self._schema = ensure_schema({table: dict(columns) for table, columns in schema.items()}, dialect="duckdb")
        self._views = views
        self._steps: dict[tuple[str, str], Step] = {}

    def origin(self, column: str, tree: exp.Expr, metrics: Mapping[str, str]) -> ColumnOrigin:
        """Return where a column of a query comes from; *metrics* are those of the measures."""
        step = self.step(column, tree)
        sources, views = set[str](), set[str]()
        names = self.follow(step, sources, views)
        told = sorted({metrics.get(name) or name for name in names}) if sources & NUMBERS else []
        return ColumnOrigin(column, tuple(sorted(sources)), tuple(sorted(views)), tuple(told))

    def follow(self, step: Step, sources: set[str], views: set[str]) -> set[str]:
        """Collect the tables and views below a step; return the names that are nearest to it."""
        below = set[str]()
        for table, column in step.columns:
            if table not in self._views:
                sources.add(f"{table}.{column}")
                continue
            views.add(table)
            below |= self.follow(self.inside(table, column), sources, views)
        return step.names or below

    def inside(self, view: str, column: str) -> Step:
        """Return what a column of a view is taken from."""
        if (view, column) not in self._steps:
            tree = statement.query(self._views[view])
            self._steps[view, column] = self.step(column, tree.expression) if tree else Step()
        return self._steps[view, column]

    def step(self, column: str, tree: exp.Expr) -> Step:
        """Return what one SELECT takes a column from."""
        step = Step()
        for node in lineage(column, tree.copy(), schema=self._schema, dialect="duckdb").walk():
            if isinstance(node.source, exp.Table):
                step.columns.add((node.source.name, node.name.rpartition(".")[2].strip('"')))
            else:
                step.names |= set(names_in(node))
        return step


def names_in(node: Node) -> Iterator[str]:
    """Yield the names that the expression of a column, or the condition of its SELECT, is about."""
    where = node.source.args.get("where") if isinstance(node.source, exp.Select) else None
    for part in filter(None, (node.expression, where)):
        if isinstance(part, exp.Select):
            continue
        for equal in part.find_all(exp.EQ):
            if isinstance(equal.left, exp.Column) and equal.left.name in NAMING and equal.right.is_string:
                yield equal.right.name


def origins(
    query: Query, columns: Sequence[str], schema: Schema, views: Mapping[str, str], metrics: Mapping[str, str]
) -> list[ColumnOrigin]:
    """Return where each of the *columns* of a query comes from; *metrics* are those of the measures."""
    tree = statement.query(query.sql)
    if not isinstance(tree, exp.Query):
        raise QueryError(Problem("sqlglot cannot follow this statement", str(query.path)))
    tracer = Tracer(schema, views)
    try:
        return [tracer.origin(column, tree, metrics) for column in columns]
    except (SqlglotError, ValueError) as error:
        raise QueryError(Problem(f"sqlglot cannot follow the columns: {error}", str(query.path))) from None
