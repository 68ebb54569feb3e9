"""What kind of statement a query is, as far as sqlglot can tell: DuckDB has the last word."""

from __future__ import annotations

import logging
import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from xp.dsl.errors import Problem

READS = (exp.Query, exp.Values, exp.Summarize, exp.Describe, exp.Show, exp.Pivot)
READING = {"SHOW"}
"""First words of statements that read and that sqlglot does not take apart."""

WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into)

LISTS = re.compile(r"(list|array)_|apply|filter|reduce|transform")
"""Functions that take lambdas."""

# it says on stderr what it does not parse
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def trees(text: str) -> list[exp.Expr]:
    """Return the trees of all statements; none where sqlglot cannot read what DuckDB perhaps can."""
    try:
        found = sqlglot.parse(text, dialect="duckdb")
    except (SqlglotError, RecursionError):
        return []
    return [tree for tree in found if tree is not None and not isinstance(tree, exp.Semicolon)]


def query(text: str) -> exp.Expr | None:
    """Return the tree of the only statement, None where sqlglot cannot read it."""
    found = trees(text)
    return found[0] if len(found) == 1 else None


def problems(text: str, place: str) -> list[Problem]:
    """Return why *text* is not one statement that reads; nothing where only DuckDB can tell."""
    if not words(text):
        return [Problem("no statement in the file", place, "write one SELECT")]
    found = trees(text)
    if len(found) > 1:
        return [Problem(f"{len(found)} statements, where a query is one SELECT", place)]
    if not found:
        return []
    (tree,) = found
    first = words(text)[0].text.upper()
    writer = tree.find(*WRITES)
    if writer or not (isinstance(tree, READS) or first in READING):
        return [Problem(f"a query is one SELECT, and this is {writer.key.upper() if writer else first}", place)]
    return []


def arrow(text: str, place: str) -> Problem:
    """Return the complaint about a lambda with an arrow, which DuckDB has given up, at the first that there is.

    Only DuckDB tells it from the arrow that takes something out of JSON: sqlglot takes both for lambdas.
    """
    nodes = [node for tree in trees(text) for node in tree.find_all(exp.Lambda)]
    signs = [(not on_list(node), token.line, token.col) for node in nodes if (token := sign(node, text)).text == "->"]
    for _, line, column in sorted(signs)[:1]:
        place += f":{line}:{column - 1}"
    return Problem("DuckDB takes no lambda with an arrow", place, "write `lambda x: x + 1` in place of `x -> x + 1`")


def sign(node: exp.Lambda, text: str) -> Token:
    """Return what stands behind the parameters of what sqlglot takes for a lambda: an arrow, or a colon."""
    end = max(param.meta.get("end", 0) for param in node.expressions)
    return next(token for token in words(text) if token.start > end and token.text != ")")


def on_list(node: exp.Lambda) -> bool:
    """Tell whether a lambda is given to a function of lists."""
    function = node.parent
    if isinstance(function, exp.Anonymous):
        return bool(LISTS.match(function.name.lower()))
    return isinstance(function, exp.Func) and bool(LISTS.match(function.sql_name().lower()))


def tables(text: str) -> set[str]:
    """Return the tables and views that *text* reads; every word that may be one where sqlglot cannot read it.

    >>> sorted(tables("with a as (select 1) select method from a join trials"))
    ['trials']
    """
    found = trees(text)
    if not found:
        return {token.text for token in words(text)}
    made = {part.alias for tree in found for part in tree.find_all(exp.CTE)}
    return {part.name for tree in found for part in tree.find_all(exp.Table)} - made


def words(text: str) -> list[Token]:
    """Return the tokens of *text* without semicolons; one that stands for all where sqlglot cannot tell them apart."""
    try:
        return [token for token in sqlglot.tokenize(text, dialect="duckdb") if token.text != ";"]
    except SqlglotError:
        return [Token.var(text)]
