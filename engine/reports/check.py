"""`xp render --check`: whether a report is what would be rendered now, and if not, what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

import click

from xp.dsl.errors import Problem, QueryError
from xp.engine.digests import hash_file, hash_text
from xp.engine.forms import report_files
from xp.engine.reports import sidecar
from xp.engine.reports.rendering import Request, make

CHANGED = 1


def check(request: Request) -> int:
    """Say whether a report is up to date, with the difference where it is not, and return the exit code."""
    target = request.target
    try:
        there = target.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        hint = "without --check it is written"
        raise QueryError(Problem(f"the report cannot be read: {error.strerror}", str(target), hint)) from None
    told = sidecar.read(target)
    made = make(request if request.params else replace(request, params=tuple(pairs(told["params"]))))
    reasons = [*changes(there, told, sidecar.parsed(made.provenance)), *pictures(target)]
    if there != made.text and not reasons:
        reasons = ["xp itself: it renders this otherwise than the version that wrote it"]
    if not reasons:
        click.echo(f"{target} is what would be rendered now")
        return 0
    click.echo("".join(difference(there, made.text, target)), nl=False)
    for reason in reasons:
        click.echo(f"changed since: {reason}", err=True)
    return CHANGED


def pairs(params: Mapping[str, str]) -> Iterator[str]:
    """Yield parameters as the command line has them."""
    return (f"{name}={value}" for name, value in params.items())


def changes(text: str, told: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is not as it was when the report was written."""
    if hash_text(text) != told["report"]:
        yield "the file itself"
    yield from (f"template {name}" for name in different(told["templates"], now["templates"]))
    queries = different(told["queries"], now["queries"])
    yield from (f"query {name}" for name in queries)
    if answers := [name for name in other_answers(told, now) if name not in queries]:
        yield f"the warehouse: it answers otherwise to {', '.join(answers)}"
    elif told["warehouse"] != now["warehouse"] or told["trials"] != now["trials"]:
        yield "the warehouse: the same numbers rest on other attempts"


def different(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the names under which two sets of hashes do not agree."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def other_answers(told: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the queries that were asked in both with the same parameters and answered otherwise."""
    before = {sidecar.key(each["query"], each["params"]): each["sha256"] for each in told["answers"]}
    found = [
        each
        for each in now["answers"]
        if before.get(sidecar.key(each["query"], each["params"]), each["sha256"]) != each["sha256"]
    ]
    return list(dict.fromkeys(each["query"] for each in found if each["query"] != "evidence"))


def pictures(target: Path) -> Iterator[str]:
    """Yield the pictures beside a report that are not those that were left there."""
    folder = report_files.folder_of(target)
    for name, known in report_files.earlier(folder / report_files.LIST).items():
        file = folder / name
        if not file.is_file() or hash_file(file) != known:
            yield f"the picture {file}"


def difference(there: str, now: str, target: Path) -> Iterator[str]:
    """Yield the lines of a unified diff."""
    before, after = (text.splitlines(keepends=True) for text in (there, now))
    return unified_diff(before, after, str(target), f"{target}, rendered now")
