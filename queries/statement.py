"""What kind of statement a query is, as far as sqlglot can tell: DuckDB has the last word."""

from __future__ import annotations

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from xp.dsl.errors import Problem

READS = (exp.Query, exp.Values, exp.Summarize, exp.Describe, exp.Show, exp.Pivot)
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into)

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
    if not isinstance(tree, READS) or tree.find(*WRITES):
        return [Problem(f"a query is one SELECT, and this is {named(tree)}", place)]
    return arrows(tree, text, place)


def named(tree: exp.Expr) -> str:
    """Return what kind of statement this is, in the words of SQL."""
    writer = tree.find(*WRITES)
    if isinstance(tree, exp.Command):
        return str(tree.this).upper()
    return (writer or tree).key.upper()


def arrows(tree: exp.Expr, text: str, place: str) -> list[Problem]:
    """Return where a lambda is written with an arrow, which DuckDB has given up."""
    tokens = words(text)
    lambdas = sum(token.text.lower() == "lambda" for token in tokens)
    if len(list(tree.find_all(exp.Lambda))) <= lambdas:
        return []
    arrow = next(token for token in tokens if token.text == "->")
    hint = "write `lambda x: x + 1` in place of `x -> x + 1`"
    return [Problem("DuckDB takes no lambda with an arrow", f"{place}:{arrow.line}:{arrow.col - 1}", hint)]


def words(text: str) -> list[Token]:
    """Return the tokens of *text* without semicolons; one that stands for all where sqlglot cannot tell them apart."""
    try:
        return [token for token in sqlglot.tokenize(text, dialect="duckdb") if token.text != ";"]
    except SqlglotError:
        return [Token.var(text)]
