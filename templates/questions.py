"""What a template asks for, read from its text: nothing is asked and nothing is filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes

from xp.dsl.errors import Problem, TemplateError, did_you_mean
from xp.templates import faults
from xp.templates.answers import Answer
from xp.templates.html.page import Page, is_page
from xp.templates.placeholders import Placeholder, complaints, split_placeholders
from xp.templates.render import SHIPPED
from xp.templates.sandbox import Source, environment, read_template
from xp.templates.tables import Tables

NAMED = {"env_table": "environment", "model_tables": "models", "dataset_table": "datasets"}
"""The queries behind the tables that have a name of their own."""

ASKING = ("ask", "table", "chart")


@dataclass(frozen=True)
class Question:
    """One query that a template asks."""

    query: str
    params: tuple[str, ...]
    where: str


def questions(path: Path) -> list[Question]:
    """Return what a template asks for; raise TemplateError with everything else that is wrong with it."""
    return jinja(path) if path.suffix == ".j2" else markdown(path)


def markdown(path: Path) -> list[Question]:
    """Return what a Markdown file with placeholders asks for."""
    places = [piece for piece in split_placeholders(read_template(path), str(path)) if isinstance(piece, Placeholder)]
    if wrong := [problem for place in places for problem in complaints(place, (*NAMED, "table"))]:
        raise TemplateError(*wrong)
    return [Question(NAMED.get(place.name, place.query), (), place.where) for place in places]


def jinja(path: Path) -> list[Question]:
    """Return what a Jinja template asks for; one that others include gets names from them, which are not looked at."""
    source = Source((path.parent, SHIPPED))
    tables = Tables(unasked, None)
    page = Page(tables, str)
    env = environment(source, page.filters if is_page(path) else {})
    known = page.names if is_page(path) else tables.functions
    given = {**env.globals, "experiment": None, "warehouse": None, **known}
    with faults.explained(env, given):
        tree = env.parse(read_template(path), filename=str(path))
        env.compile(tree, filename=str(path))
    wrong = [*missing(env, tree, path), *unknown_queries(env, tree, path)]
    if path.parent.name != "partials":
        wrong += faults.undeclared(env, str(path), read_template(path), given)
    if wrong:
        raise TemplateError(*wrong)
    return [*called(tree, path)]


def unasked(name: str, params: Mapping[str, Any], /) -> Answer:
    """Stand in for the warehouse, which is not asked."""
    raise AssertionError(name, params)


def missing(env: jinja2.Environment, tree: nodes.Template, path: Path) -> Iterator[Problem]:
    """Yield the templates that are included and do not exist."""
    for part in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        name = part.template  # type: ignore[attr-defined]  # each of them has one
        if isinstance(name, nodes.Const) and not (getattr(part, "ignore_missing", False) or there(env, name.value)):
            hint = did_you_mean(name.value, env.list_templates())
            yield Problem(f"there is no template {name.value!r}", f"{path}:{part.lineno}", hint)


def unknown_queries(env: jinja2.Environment, tree: nodes.Template, path: Path) -> Iterator[Problem]:
    """Yield the filters and tests that there are not: those of a condition Jinja misses only when it comes there."""
    for kind, known, found in (("filter", env.filters, nodes.Filter), ("test", env.tests, nodes.Test)):
        for used in tree.find_all(found):
            if used.name not in known:
                place = f"{path}:{used.lineno}"
                yield Problem(f"no {kind} named {used.name!r}", place, did_you_mean(used.name, known))


def there(env: jinja2.Environment, name: str) -> bool:
    """Tell whether there is a template of that name, where rendering looks for it."""
    try:
        env.get_or_select_template(name)
    except jinja2.TemplateNotFound:
        return False
    return True


def called(tree: nodes.Template, path: Path) -> Iterator[Question]:
    """Yield the queries whose names a template writes out."""
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name in ASKING and call.args and isinstance(call.args[0], nodes.Const):
            yield Question(str(call.args[0].value), tuple(each.key for each in call.kwargs), f"{path}:{call.lineno}")
    for used in tree.find_all(nodes.Name):
        if used.ctx == "load" and used.name in NAMED:
            yield Question(NAMED[used.name], (), f"{path}:{used.lineno}")
