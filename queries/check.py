"""Reads the SQL of a query, without running it: one statement that only reads, and what its header promises."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from xp.dsl.errors import Problem, QueryError

READS = (exp.Query, exp.Values)
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into)

# it says on stderr what it does not parse; here that becomes an error of its own
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def one_select(text: str, place: str) -> exp.Expr:
    """Return the tree of the only statement in *text*; anything but one that reads is an error."""
    statements = [tree for tree in parsed(text, place) if tree is not None and not isinstance(tree, exp.Semicolon)]
    if not statements:
        raise QueryError(Problem("no statement in the file", place, "write one SELECT"))
    if len(statements) > 1:
        raise QueryError(Problem(f"{len(statements)} statements, where a query is one SELECT", place))
    tree = statements[0]
    if not isinstance(tree, READS) or tree.find(*WRITES):
        raise QueryError(Problem(f"a query is one SELECT, and this is {named(tree)}", place))
    refuse_arrows(tree, text, place)
    return tree


def parsed(text: str, place: str) -> list[exp.Expr | None]:
    """Return the trees of all statements."""
    try:
        return sqlglot.parse(text, dialect="duckdb")
    except ParseError as error:
        raise QueryError(unexpected(error.errors[0], place)) from None
    except SqlglotError as error:
        raise QueryError(unended(error, place)) from None


def unexpected(detail: Mapping[str, Any], place: str) -> Problem:
    """Return what the parser says of a word it did not expect; it names the column of the word's end."""
    word = detail["highlight"]
    where = f"{place}:{detail['line']}:{detail['col'] - len(word) + 1}"
    return Problem(f"{lower(detail['description'])} near {word!r}", where)


def unended(error: SqlglotError, place: str) -> Problem:
    """Return what is said of a text or a comment without an end; the line is right, the column is not."""
    cause = re.fullmatch(r"(Missing .+) from (\d+):\d+", str(error.__cause__))
    if cause is None:
        return Problem(lower(str(error)), place)
    return Problem(f"{lower(cause[1])} at the end", f"{place}:{cause[2]}")


def named(tree: exp.Expr) -> str:
    """Return what kind of statement this is, in the words of SQL."""
    writer = tree.find(*WRITES)
    if isinstance(tree, exp.Command):
        return str(tree.this).upper()
    return (writer or tree).key.upper()


def refuse_arrows(tree: exp.Expr, text: str, place: str) -> None:
    """Raise where a lambda is written with an arrow, which DuckDB has given up."""
    tokens = sqlglot.tokenize(text, dialect="duckdb")
    words = sum(token.text.lower() == "lambda" for token in tokens)
    if len(list(tree.find_all(exp.Lambda))) > words:
        arrow = next(token for token in tokens if token.text == "->")
        hint = "write `lambda x: x + 1` in place of `x -> x + 1`"
        raise QueryError(Problem("DuckDB takes no lambda with an arrow", f"{place}:{arrow.line}:{arrow.col - 1}", hint))


def placeholders(tree: exp.Expr) -> list[str]:
    """Return the names of the ``$name`` parameters, each once."""
    return sorted({node.name for node in tree.find_all(exp.Placeholder, exp.Parameter)})


def promises(tree: exp.Expr, params: Sequence[str], columns: Sequence[str], place: str) -> None:
    """Raise where the SQL takes other parameters, or gives other columns, than its header promises."""
    found = placeholders(tree)
    problems = []
    if sorted(params) != found:
        problems.append(Problem(f"the header promises parameters {sorted(params)}, the SQL has {found}", place))
    given = tree.named_selects if isinstance(tree, exp.Query) else []
    # what a star stands for, the warehouse alone knows: the answer is compared with the header then
    if columns and "*" not in given and list(columns) != given:
        problems.append(Problem(f"the header promises columns {list(columns)}, the SQL has {given}", place))
    if problems:
        raise QueryError(*problems)


def header(lines: Sequence[str], promise: re.Pattern[str], broken: re.Pattern[str], place: str) -> None:
    """Raise where a line of the header was meant as a promise and is none."""
    bad = [line for line in lines if broken.match(line) and not promise.fullmatch(line)]
    hint = "`param NAME TYPE DEFAULT DESCRIPTION` or `column NAME TYPE UNIT DESCRIPTION`"
    what = "a promise with a part missing or a type that there is not"
    if bad:
        raise QueryError(*(Problem(f"{what}: {line!r}", place, hint) for line in bad))


def lower(message: str) -> str:
    """Return a message without its capital and its colours."""
    plain = re.sub(r"\x1b\[\d+m", "", message).splitlines()[0].rstrip(".")
    return plain[:1].lower() + plain[1:]
