"""`xp fmt`: queries are written in one style, and no file changes unless it provably means the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import duckdb

from xp.dsl.errors import Problem, QueryError, XpError
from xp.engine.forms.files import replace
from xp.queries.style import comments, formatted

SAME = "select json_serialize_sql(?::varchar)"
PLACES = ("query_location", "query_location_length")


def style(paths: Sequence[Path], *, check: bool) -> int:
    """Format queries, or only say which would change; return the exit code."""
    changed: list[Path] = []
    problems: list[Problem] = []
    for path in queries(paths):
        try:
            text = path.read_text(encoding="utf-8")
            new = proven(text, str(path))
        except QueryError as error:
            problems += error.problems
            continue
        except UnicodeDecodeError:
            problems.append(Problem("not UTF-8", str(path), "save it as UTF-8"))
            continue
        if new != text:
            changed.append(path)
            if not check:
                replace(path, new)
    for problem in problems:
        click.echo(f"xp: {problem}", err=True)
    click.echo("".join(f"{'would format' if check else 'formatted'} {path}\n" for path in changed), nl=False)
    return 1 if problems or (check and changed) else 0


def queries(paths: Iterable[Path]) -> list[Path]:
    """Return the files of SQL among files and folders."""
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise XpError(Problem("there is no such file", str(path)))
        if path.is_file() and path.suffix != ".sql":
            raise XpError(
                Problem(f"a file of type {path.suffix or 'none'} cannot be formatted", str(path), "name .sql")
            )
        files += sorted(path.rglob("*.sql")) if path.is_dir() else [path]
    return files


def proven(text: str, place: str) -> str:
    """Return a query in one style; an error where it would not mean the same to DuckDB, or lose a comment."""
    new = formatted(text, place)
    if meaning(new, place) != meaning(text, place) or comments(new) != comments(text):
        message = "the formatter would change what this query says: it is left as it is"
        raise QueryError(Problem(message, place, "write by hand what sqlfmt does not know, such as `//` or `}}`"))
    return new


def meaning(text: str, place: str) -> Any:
    """Return what DuckDB reads in a query, without where its words stand."""
    with duckdb.connect(":memory:") as db:
        rows = db.execute(SAME, [text]).fetchall()
    tree = json.loads(rows[0][0])
    if tree["error"]:
        raise QueryError(Problem(f"this is no query: {tree['error_message']}", place))
    return placeless(tree)


def placeless(tree: Any) -> Any:
    """Return a tree without the places of its words."""
    if isinstance(tree, dict):
        return {key: placeless(value) for key, value in tree.items() if key not in PLACES}
    return [placeless(value) for value in tree] if isinstance(tree, list) else tree
