"""`xp check`: queries, templates and experiments are held to what they name, and nothing is run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import duckdb

from xp.dsl.errors import Problem, XpError, did_you_mean
from xp.dsl.quantity import plural
from xp.engine import planning
from xp.engine.warehouse import binding
from xp.engine.warehouse.sandbox import COMMAND, emptiness
from xp.queries import catalog
from xp.templates.questions import Question, questions

SHIPPED = ("xp.queries", "xp.templates", "xp.experiments")

EXPERIMENT = re.compile(r"^\s*\[\s*experiment\s*\]", re.MULTILINE)

Check = Callable[[duckdb.DuckDBPyConnection, Path], Iterable[Problem]]


def check_files(paths: Sequence[Path], *, as_json: bool) -> int:
    """Print what is wrong with some files, by default with all that ship with xp; return the exit code."""
    checked = list(files_to_check(paths or [Path(str(files(package))) for package in SHIPPED]))
    with emptiness(COMMAND) as db:
        problems = [problem for path in checked for problem in problems_of(db, path)]
    if as_json:
        told: dict[str, Any] = {"files": list(map(str, checked)), "problems": [asdict(problem) for problem in problems]}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        click.echo("".join(f"{problem}\n" for problem in problems), nl=False)
        click.echo(f"{plural(len(checked), 'file')}, {plural(len(problems), 'problem')}")
    return 1 if problems else 0


def files_to_check(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that are named, and those inside of folders that are queries, templates or experiments."""
    for path in paths:
        if path.is_dir():
            yield from sorted(inside for inside in path.rglob("*") if inside.is_file() and is_checked(inside, path))
        elif not path.is_file():
            raise XpError(Problem("there is no such file", str(path)))
        elif check_for(path):
            yield path
        else:
            hint = f"{', '.join(CHECKS)} are checked"
            raise XpError(Problem(f"a file of type {path.suffix or 'none'} cannot be checked", str(path), hint))


def is_checked(path: Path, folder: Path) -> bool:
    """Tell whether a file inside of a folder is one of ours: Markdown can be anything, and so can TOML."""
    if any(part.startswith(".") for part in path.relative_to(folder).parts):
        return False
    if path.suffix == ".toml":
        return bool(EXPERIMENT.search(path.read_text(encoding="utf-8-sig", errors="replace")))
    return path.suffix in (".sql", ".j2")


def problems_of(db: duckdb.DuckDBPyConnection, path: Path) -> list[Problem]:
    """Return what is wrong with one file."""
    check = check_for(path)
    try:
        return list(check(db, path)) if check else []
    except XpError as error:
        return list(error.problems)


def check_for(path: Path) -> Check | None:
    """Return how files of this kind are checked."""
    return next((check for suffix, check in CHECKS.items() if path.name.endswith(suffix)), None)


def check_query(db: duckdb.DuckDBPyConnection, path: Path) -> Iterable[Problem]:
    """Return what is wrong with a query."""
    return binding.faults(db, catalog.find(str(path)))


def check_template(_: duckdb.DuckDBPyConnection, path: Path) -> Iterable[Problem]:
    """Return what is wrong with a template."""
    return [problem for question in questions(path) for problem in unanswerable(question)]


def unanswerable(question: Question) -> Iterator[Problem]:
    """Yield why a question of a template has no answer: there is no such query, or no such parameter."""
    try:
        query = catalog.find(question.query)
    except XpError as error:
        yield from (Problem(problem.message, question.where, problem.hint) for problem in error.problems)
        return
    known = [param.name for param in query.params]
    for name in question.params:
        if name not in known:
            message = f"query {query.name!r} has no parameter {name!r}"
            yield Problem(message, question.where, did_you_mean(name, known))


def check_experiment(_: duckdb.DuckDBPyConnection, path: Path) -> Iterable[Problem]:
    """Return what is wrong with an experiment: it is read and planned."""
    planning.make(path)
    return ()


CHECKS: dict[str, Check] = {
    ".sql": check_query,
    ".j2": check_template,
    ".md": check_template,
    ".toml": check_experiment,
}
"""How a file is checked, by the end of its name."""
