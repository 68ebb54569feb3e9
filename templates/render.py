"""From a template and the answers to its questions to a finished report."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment

from xp.dsl.errors import Problem, TemplateError, did_you_mean
from xp.templates import faults
from xp.templates.answers import Ask
from xp.templates.charts.gallery import Gallery
from xp.templates.html.figures import figure
from xp.templates.html.page import Page, is_page, printed_value
from xp.templates.placeholders import fill
from xp.templates.sandbox import Source, environment, read_template
from xp.templates.tables import Tables
from xp.templates.trace import Trace

SHIPPED = Path(str(files("xp.templates")))
SUFFIXES = ("", ".md.j2", ".j2")


def render(
    source: Path | str,
    ask: Ask,
    *,
    experiment: str | None = None,
    gallery: Gallery | None = None,
    trace: Trace | None = None,
    **context: Any,
) -> str:
    """Return the template *source* filled with what *ask* answers about *experiment*.

    *source* is a file, or the name of a template that is shipped. A file whose name ends in ``.j2`` is a Jinja
    template, which may use the names of *context* too; any other is Markdown with placeholders. Its charts go into
    *gallery*; without one they are told in words. A page, whose name ends in ``.html.j2``, holds its charts itself.
    *trace* takes in what the report is made of.
    """
    path = find(source)
    tables = Tables(ask, experiment, Gallery(write=figure) if is_page(path) else gallery)
    tables.trace = trace or Trace()
    text = jinja(path, tables, context) if path.suffix == ".j2" else markdown(path, tables)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"


def find(source: Path | str) -> Path:
    """Return the file that *source* names, one of the user's before a shipped one."""
    if (path := Path(source)).is_file():
        return path
    name = path.as_posix().removeprefix("templates/")
    for suffix in SUFFIXES:
        if (shipped := SHIPPED / f"{name}{suffix}").is_file() and shipped.suffix == ".j2":
            return shipped
    if path.is_dir():
        raise TemplateError(Problem("is a folder, not a template", str(source)))
    raise TemplateError(Problem(f"there is no template {str(source)!r}", hint=did_you_mean(name, names())))


def names() -> list[str]:
    """Return the names of the templates that are shipped."""
    return sorted(path.name.removesuffix(".md.j2") for path in SHIPPED.glob("*.md.j2"))


def markdown(path: Path, tables: Tables) -> str:
    """Return a Markdown file with its placeholders filled."""
    text = tables.trace.files[path.name] = read_template(path)
    return fill(text, str(path), tables.table, tables.named)


def jinja(path: Path, tables: Tables, context: dict[str, Any]) -> str:
    """Return a Jinja template filled; raise TemplateError with the place of whatever is wrong with it."""
    source = Source((path.parent, SHIPPED), tables.trace.files)
    about = {"experiment": None, "warehouse": None, **context}
    given = {**about, **tables.functions}
    if not is_page(path):
        return fill_template(environment(source), path.name, given)
    page = Page(tables, lambda name: fill_template(environment(source), name, given))
    return fill_template(environment(source, page.filters, printed_value), path.name, {**about, **page.names})


def fill_template(env: Environment, name: str, context: dict[str, Any]) -> str:
    """Return one template filled with what *context* gives it."""
    given = {**env.globals, **context}
    with faults.explained(env, given):
        template = env.get_template(name)
        path = str(template.filename)
        if wrong := faults.undeclared(env, path, read_template(Path(path)), given):
            raise TemplateError(*wrong)
        return template.render(given)
