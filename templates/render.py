"""From a template and the answers to its questions to a finished report."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, TemplateError, did_you_mean
from xp.templates import faults
from xp.templates.answers import Ask
from xp.templates.placeholders import fill
from xp.templates.sandbox import Source, environment, read
from xp.templates.tables import Tables

SHIPPED = Path(str(files("xp.templates")))
SUFFIXES = ("", ".md.j2", ".j2")


def render(source: Path | str, ask: Ask, *, experiment: str | None = None, **context: Any) -> str:
    """Return the template *source* filled with what *ask* answers about *experiment*.

    *source* is a file, or the name of a template that is shipped. A file whose name ends in ``.j2`` is a Jinja
    template, which may use the names of *context* too; any other is Markdown with placeholders.
    """
    path = find(source)
    tables = Tables(ask, experiment)
    text = jinja(path, tables, context) if path.suffix == ".j2" else markdown(path, tables)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"


def find(source: Path | str) -> Path:
    """Return the file that *source* names, one of the user's before a shipped one."""
    if (path := Path(source)).is_file():
        return path
    name = Path(source).as_posix().removeprefix("templates/")
    for suffix in SUFFIXES:
        if (shipped := SHIPPED / f"{name}{suffix}").is_file() and shipped.suffix == ".j2":
            return shipped
    raise TemplateError(Problem(f"there is no template {str(source)!r}", hint=did_you_mean(name, names())))


def names() -> list[str]:
    """Return the names of the templates that are shipped."""
    return sorted(path.name.removesuffix(".md.j2") for path in SHIPPED.glob("*.md.j2"))


def markdown(path: Path, tables: Tables) -> str:
    """Return a Markdown file with its placeholders filled."""
    return fill(read(path), str(path), tables.table, tables.named)


def jinja(path: Path, tables: Tables, context: dict[str, Any]) -> str:
    """Return a Jinja template filled; raise TemplateError with the place of whatever is wrong with it."""
    env = environment(Source((path.parent, SHIPPED)))
    given = {**env.globals, "experiment": None, "warehouse": None, **context, **tables.functions}
    with faults.explained(env, given):
        template = env.get_template(path.name)
        if wrong := faults.undeclared(env, str(path), read(path), given):
            raise TemplateError(*wrong)
        return template.render(given)
