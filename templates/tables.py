"""The tables that a template or a placeholder can name, each filled from a saved query."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from xp.dsl.quantity import compact, rounded
from xp.templates.answers import Ask, Row, Rows
from xp.templates.charts.gallery import Gallery, hanging
from xp.templates.escape import Markdown, cell, code, escape
from xp.templates.markdown import draw_aligned, grid, legend
from xp.templates.sheet import NOTE, Notes
from xp.templates.trace import Trace

PARTS = {
    "Platform": {"platform", "os", "python", "libc", "container", "machine", "env"},
    "Hardware": {"cpu", "memory", "swap", "shared", "disk", "device", "gpu"},
    "Code": {"git", "command"},
}
"""Parts of an environment, and the first words of the facts that belong to each."""

REST = "Libraries"
UNKNOWN = "unknown"
DATASETS = ("Dataset", "Train", "Val", "Test", "Source (words/tokens)", "Target (words/tokens)")
SPLITS = ("train", "validation", "test")


class Named:
    """A table with a name of its own: ``{{ env_table }}`` and ``{{ env_table() }}`` are the same."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __call__(self) -> str:
        """Return the table."""
        return self._make()

    def __html__(self) -> str:
        """Return the table, for a template that leaves the parentheses out."""
        return self._make()


class Tables:
    """Asks for a report and lays out the answers; every question is about the report's experiment."""

    def __init__(self, ask: Ask, experiment: str | None, gallery: Gallery | None = None) -> None:
        self._ask = ask
        self._about = {} if experiment is None else {"experiment": experiment}
        self._answers: dict[str, Rows] = {}
        self.trace = Trace()
        """Where account is kept of what the report is made of."""

        self.named = {
            "env_table": Named(lambda: table_or_note(self.ask("environment"), environment)),
            "model_tables": Named(lambda: table_or_note(self.ask("models"), models)),
            "dataset_table": Named(lambda: table_or_note(self.ask("datasets"), datasets)),
        }
        """The tables that have a name of their own."""

        chart = hanging(self.ask, gallery or Gallery())
        self.functions: dict[str, Callable[..., Any]] = {
            "ask": self.ask,
            "table": self.table,
            "chart": chart,
            **self.named,
        }
        """What a template can call."""

    def ask(self, name: str, /, **params: Any) -> Rows:
        """Return the rows of the saved query *name*: a question that was asked before has the same answer."""
        params = self._about | params
        key = repr((name, sorted(params.items())))
        if key not in self._answers:
            self._answers[key] = Rows(name, self._ask(name, params), params, self.trace)
        return self._answers[key]

    def table(self, name: str, /, **params: Any) -> Markdown:
        """Return the answer of the saved query *name* as a table, under its question and above its legend."""
        return table_or_note(self.ask(name, **params), captioned)


def table_or_note(rows: Rows, lay_out: Callable[[Rows], Iterable[str]]) -> Markdown:
    """Return *rows* laid out, or the line that stands in place of a table without rows."""
    if rows:
        return Markdown("\n\n".join(filter(None, lay_out(rows))))
    return Markdown(
        f"_Nothing yet: {code(rows.query)} has no rows. Run an experiment, such as "
        f"`xp run experiments/core.toml`, and render again._"
    )


def captioned(rows: Rows) -> Iterator[str]:
    """Yield a table under its question and above its legend."""
    yield f"**{escape(rows.title)}**"
    yield grid(rows)
    yield legend(rows)


def environment(rows: Rows) -> Iterator[str]:
    """Yield a table for each part of an environment, and what is not known of it."""
    there = rows.only(lambda row: row["value"] != UNKNOWN)
    for part in (*PARTS, REST):
        if found := there.only(belonging(part)):
            yield f"**{part}**"
            yield grid(found)
    if missing := [row["name"] for row in rows if row["value"] == UNKNOWN]:
        yield escape(f"Not set, or not known: {', '.join(missing)}.")


def belonging(part: str) -> Callable[[Row], bool]:
    """Return whether a fact belongs to *part* of the environment."""
    return lambda row: part_of(row["name"]) == part


def part_of(name: str) -> str:
    """Return the part of the environment that a fact belongs to."""
    first = re.split("[_:]", name)[0]
    return next((part for part, words in PARTS.items() if first in words), REST)


def models(rows: Rows) -> Iterator[str]:
    """Yield a table for each family of models, with the columns that say something about it."""
    for family in rows.distinct("family"):
        members = rows.where(family=family)
        said = [column.name for column in rows.columns if members.without(**{column.name: None})]
        yield f"**{escape(family or 'of unknown family')}**"
        yield grid(members, *(name for name in said if name not in ("family", NOTE)))
    yield legend(rows)


def datasets(rows: Rows) -> Iterator[str]:
    """Yield the table of data sets as papers print it."""
    notes = Notes()
    body = [dataset(row, rows, notes) for row in rows]
    drawn = draw_aligned(DATASETS, ("left", "right", "right", "right", "center", "center"), body)
    yield rows.drew(drawn, ("dataset", *SPLITS, "source_words", "target_words"))
    yield "\\\n".join(map(escape, notes))
    counted = " and ".join(code(str(model)) for model in rows.distinct("model"))
    yield f"Samples used of each split, and mean lengths. Tokens are those of {counted}, counted before texts are cut."


def dataset(row: Row, rows: Rows, notes: Notes) -> list[str]:
    """Return the cells of one data set, with its model where there are several."""
    several = len(rows.distinct("model")) > 1
    name = f"{row['dataset']} ({row['model']})" if several else row["dataset"]
    lengths = (f"{rounded(row[f'{text}_words'])}/{rounded(row[f'{text}_tokens'])}" for text in ("source", "target"))
    return [cell(name) + notes.mark(row[NOTE]), *(compact(row[split]) for split in SPLITS), *lengths]
