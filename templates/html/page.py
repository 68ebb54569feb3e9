"""A report as one file for a browser: nothing in it is fetched, and nothing in it acts but its own script."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import cached_property
from html import escape as quoted
from importlib.resources import files
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from markupsafe import Markup

from xp.dsl.errors import Problem, TemplateError
from xp.dsl.quantity import compact
from xp.templates.answers import Row, Rows
from xp.templates.escape import Markdown, clean
from xp.templates.evidence import QUERY, Evidence
from xp.templates.html.document import Document, block, to_html
from xp.templates.markdown import grid, legend
from xp.templates.tables import Named, Tables
from xp.templates.words import words

SUFFIX = ".html.j2"


def part(name: str) -> str:
    """Return a file of the page."""
    return files("xp.templates.html").joinpath(name).read_text(encoding="utf-8")


def hashed(text: str) -> str:
    """Return how a policy names the one script, or the one style, that it lets act."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def names() -> dict[str, Any]:
    """Return what a page can print: its style, its script, and the policy that lets only these act."""
    style, script = part("page.css"), part("page.js")
    policy = (
        f"default-src 'none'; style-src {hashed(style)}; script-src {hashed(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - files of ours


class Page:
    """What a page is made with: whoever asks for it, and what it was told of the trials behind its numbers."""

    def __init__(self, tables: Tables, document: Callable[[str], str]) -> None:
        self._tables = tables
        self._document = document

    @cached_property
    def evidence(self) -> Evidence:
        """The trials of the experiment."""
        return Evidence(self._tables.ask(QUERY))

    @property
    def names(self) -> dict[str, Any]:
        """What a template can print and call: what any can, made for a browser, and ``document``."""
        called = {name: self.wrapped(self._tables.functions[name]) for name in ("table", "chart")}
        named = {name: Named(self.wrapped(table)) for name, table in self._tables.named.items()}
        return {**names(), "ask": self._tables.ask, **called, **named, "document": self.document}

    @property
    def filters(self) -> dict[str, Callable[..., Any]]:
        """What a template can send an answer through."""
        return {"compact": compact, "grid": self.wrapped(grid), "legend": self.wrapped(legend)}

    def document(self, name: str) -> Document:
        """Return a Markdown template, filled, as HTML."""
        return self.read(self._document(name))

    def read(self, markdown: str) -> Document:
        """Return Markdown as HTML."""
        self._tables.trace.pages.append(markdown)
        return to_html(markdown, self._tables.trace, self.behind)

    def behind(self, rows: Rows, values: Sequence[Any]) -> Sequence[Row]:
        """Return the trials that a row of an answer rests on."""
        return self.evidence.behind(rows, values)

    def wrapped(self, make: Callable[..., str]) -> Callable[..., Markup]:
        """Return a function whose Markdown becomes HTML."""
        return lambda *given, **named: block(self.read(make(*given, **named)))


def is_page(path: Path) -> bool:
    """Tell whether a template makes a page for a browser."""
    return path.name.endswith(SUFFIX)


def printed_value(value: Any) -> Markup:
    """Return what a page prints: HTML that was made here as it is, any value so that it shows and never acts."""
    if isinstance(value, FunctionType | MethodType):
        raise TemplateError(Problem("a function", hint="call it: NAME(…)"))
    if isinstance(value, Markup):
        return value
    if hasattr(value, "__html__") and not isinstance(value, Markdown):
        return Markup(value.__html__())  # noqa: S704 - a document, or a table with a name of its own
    return Markup(quoted(clean(words(value))))  # noqa: S704
