"""Answers made by hand, and a parser of GitHub-flavoured Markdown that reads what a reader would see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from xp.dsl.errors import Problem, QueryError, did_you_mean


@dataclass(frozen=True)
class Column:
    """A column as a query's header has it."""

    name: str
    type: str = "text"
    unit: str = "-"
    description: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer as the warehouse gives it."""

    columns: Sequence[Column]
    rows: Sequence[tuple[Any, ...]]
    title: str = "What is it?"


@dataclass
class Warehouse:
    """Answers by the name of their query, and the questions that were asked."""

    answers: Mapping[str, Answer]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, name: str, params: Mapping[str, Any], /) -> Answer:
        """Answer, or refuse as the warehouse does."""
        self.asked.append((name, dict(params)))
        if name not in self.answers:
            raise QueryError(Problem(f"there is no query {name!r}", hint=did_you_mean(name, self.answers)))
        return self.answers[name]


@dataclass(frozen=True)
class Table:
    """A table as a Markdown parser sees it."""

    heading: list[str]
    rows: list[list[str]]


Parse = Callable[[str], list[Table]]


def seen(inline: Token) -> str:
    """Return the text that a reader sees of an inline token; a line break is a newline."""
    shown = ""
    for child in inline.children or []:
        if child.type in ("html_inline", "hardbreak", "softbreak"):
            shown += "\n" if child.type != "html_inline" or child.content == "<br>" else f"[HTML {child.content}]"
        else:
            shown += child.content
    return shown


def read_tables(markdown: str) -> list[Table]:
    """Return the tables of a Markdown text."""
    tables: list[Table] = []
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            tables.append(Table([], []))
        elif token.type == "th_open":
            tables[-1].heading.append(seen(tokens[place + 1]))
        elif token.type == "tr_open" and tokens[place + 1].type == "td_open":
            tables[-1].rows.append([])
        elif token.type == "td_open":
            tables[-1].rows[-1].append(seen(tokens[place + 1]))
    return tables


def read_text(markdown: str) -> str:
    """Return the text that a reader sees, one line for each block."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return "\n".join(seen(token) for token in tokens if token.type == "inline")


@pytest.fixture
def answer() -> Callable[..., Answer]:
    """Makes an answer: a column is its name, or a name and a unit, with a description or not."""

    def make(columns: Sequence[str | tuple[str, ...]], *rows: tuple[Any, ...], title: str = "What is it?") -> Answer:
        words = [(column,) if isinstance(column, str) else column for column in columns]
        return Answer([Column(name, "any", *rest) for name, *rest in words], rows, title)

    return make


@pytest.fixture
def warehouse() -> Callable[..., Warehouse]:
    """Makes a warehouse out of answers."""
    return lambda **answers: Warehouse(answers)


@pytest.fixture
def tables() -> Parse:
    """Reads the tables of a Markdown text."""
    return read_tables


@pytest.fixture
def visible() -> Callable[[str], str]:
    """Reads the text of a Markdown text."""
    return read_text


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a template into a folder of its own."""

    def to(text: str, name: str = "report.md.j2") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return to
