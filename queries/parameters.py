"""Whether parameters are of the types of what they are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import ensure_schema

from xp.dsl.errors import Problem
from xp.queries import statement
from xp.queries.catalog import Query

COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
FAMILIES = {
    "text": exp.DataType.TEXT_TYPES,
    "integer": exp.DataType.NUMERIC_TYPES,
    "double": exp.DataType.NUMERIC_TYPES,
    "boolean": {exp.DataType.Type.BOOLEAN},
}
"""What values of the types of headers can be compared with."""

KNOWN = frozenset().union(*FAMILIES.values())


def misused(query: Query, schema: Mapping[str, Mapping[str, str]]) -> dict[str, Problem]:
    """Return the parameters that are compared with values of another type; nothing where sqlglot cannot tell."""
    tree = statement.query(query.sql)
    if tree is None:
        return {}
    try:
        known = ensure_schema({table: dict(columns) for table, columns in schema.items()}, dialect="duckdb")
        typed = annotate_types(qualify(tree, schema=known, dialect="duckdb"), schema=known, dialect="duckdb")
    except SqlglotError:
        return {}
    types = {param.name: param.type for param in query.params}
    found = {}
    for name, other in compared(typed):
        kind, declared = other.type.this if other.type else None, types.get(name)
        if declared and kind in KNOWN and kind not in FAMILIES[declared]:
            what = f"{other.sql('duckdb')}, which is {kind.value.lower()}"
            found[name] = Problem(f"parameter {name!r} of type {declared} is compared with {what}", str(query.path))
    return found


def compared(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Yield the parameters and what they are compared with."""
    for node in tree.find_all(*COMPARISONS):
        for mine, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(mine, exp.Placeholder | exp.Parameter):
                yield mine.name, other
