"""Queries written for other databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import Dialect, ErrorLevel, exp
from sqlglot.dialects import DIALECTS
from sqlglot.errors import SqlglotError

from xp.dsl.errors import Problem, QueryError, did_you_mean
from xp.queries import statement
from xp.queries.catalog import Query

PECULIAR = {"ASOF", "POSITIONAL"}
"""Joins that few databases have."""

Macros = Mapping[str, tuple[Sequence[str], str]]
"""Functions that the warehouse defines in SQL: parameters and body."""


def translated(query: Query, dialect: str, macros: Macros) -> str:
    """Return a query for another database; comments at its top say what could not be translated."""
    known = sorted(name.lower() for name in DIALECTS)
    if dialect.lower() not in known:
        raise QueryError(Problem(f"there is no dialect {dialect!r}", hint=did_you_mean(dialect.lower(), known)))
    tree = statement.query(query.sql)
    if tree is None:
        raise QueryError(Problem("sqlglot cannot read this query", str(query.path)))
    tree = tree.transform(lambda node: expanded(node, macros))
    other = Dialect.get_or_raise(dialect.lower())
    generator = other.generator(pretty=True, unsupported_level=ErrorLevel.IGNORE)
    text = generator.generate(tree)
    notes = [*map(str, generator.unsupported_messages), *foreign(tree), *unread(text, other)]
    return "".join(f"-- not translated: {note}\n" for note in dict.fromkeys(notes)) + text + "\n"


def expanded(node: exp.Expr, macros: Macros) -> exp.Expr:
    """Return the body of a macro in place of its call."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() not in macros:
        return node
    params, text = macros[node.name.lower()]
    body = statement.query(f"select {text}")
    if not isinstance(body, exp.Select):
        return node
    given = dict(zip(params, node.expressions, strict=False))
    whole = body.selects[0].transform(lambda part: argument_of_macro(part, given))
    return exp.paren(whole.transform(lambda part: expanded(part, macros)), copy=False)


def argument_of_macro(part: exp.Expr, given: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return the argument of a macro in place of its parameter."""
    bare = isinstance(part, exp.Column) and not part.table
    return given[part.name].copy() if bare and part.name in given else part


def foreign(tree: exp.Expr) -> list[str]:
    """Return the functions and joins that are passed on as they are: the other database may not have them."""
    names = sorted({node.name.lower() for node in tree.find_all(exp.Anonymous)})
    joins = sorted({node.method for node in tree.find_all(exp.Join)} & PECULIAR)
    told = [*(f"the function {name}" for name in names), *(f"{join} JOIN" for join in joins)]
    return [f"{name} is passed on as it is" for name in told]


def unread(text: str, dialect: Dialect) -> list[str]:
    """Return what the grammar of the other database, as sqlglot knows it, says against the text."""
    try:
        dialect.parse(text)
    except SqlglotError as error:
        return [f"{dialect.__class__.__name__} does not read it: {str(error).splitlines()[0]}"]
    return []
