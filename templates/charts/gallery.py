"""The charts of one report: each is asked for by name, told in words at once, and drawn when all is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import quote

from xp.dsl.errors import Problem, TemplateError, did_you_mean
from xp.templates.answers import Rows
from xp.templates.charts.findings import FINDINGS
from xp.templates.escape import Markdown, clean, code, escape

MODULES = {
    "pareto": "pareto",
    "intervals": "forest",
    "learning_curves": "curves",
    "pbt_lineage": "lineage",
    "memory": "memory",
    "utilisation": "utilisation",
}
"""By the name of the query: the module that draws its answer. They load Altair, so nothing else imports them."""

PRIVATE = ("experiment",)
"""Parameters that are the same for the whole report."""

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Chart:
    """An answer that is to be drawn."""

    name: str
    """What its files are called."""

    query: str
    params: dict[str, Any]
    rows: Rows
    finding: str
    """What it shows, in words."""

    def spec(self) -> dict[str, Any]:
        """Return it as Vega-Lite has it."""
        module = import_module(f"xp.templates.charts.{MODULES[self.query]}")
        chart = module.draw(self.rows, **self.params)
        found: dict[str, Any] = chart.to_dict(validate=False)  # to validate takes longer than to draw
        return found


@dataclass
class Gallery:
    """Where the charts of a report are collected."""

    folder: str = ""
    """Where the report looks for them, relative to itself; empty where it has no files: then words must do."""

    write: Callable[[Chart, str], Markdown] | None = None
    """How a chart becomes a part of the report; unset, an image of Markdown."""

    charts: dict[str, Chart] = field(default_factory=dict)

    def hang(self, rows: Rows, params: dict[str, Any]) -> Chart | None:
        """Take in an answer, or return None where there is nothing to see in it."""
        own = {name: value for name, value in params.items() if name not in PRIVATE}
        finding = clean(FINDINGS[rows.query](rows, **own)).replace("\n", " ") if rows else ""
        if not finding:
            return None
        title = "-".join(
            [rows.query, *(UNSAFE.sub("_", file_name_part(name, value)) for name, value in sorted(own.items()))]
        )
        return self.charts.setdefault(title, Chart(title, rows.query, own, rows, finding))

    def files(self, *, png: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield the names of all files and what is in them."""
        if not self.charts:
            return
        draw = import_module("xp.templates.charts.draw")
        for chart in self.charts.values():
            spec = chart.spec()
            yield f"{chart.name}.svg", draw.svg(spec).encode()
            if png:
                yield f"{chart.name}.png", draw.png(spec)


def file_name_part(name: str, value: Any) -> str:
    """Return a parameter as a part of the name of a file."""
    return name if value is True else str(value)


def hanging(ask: Callable[..., Rows], gallery: Gallery) -> Callable[..., Markdown]:
    """Return the function that a template calls for a chart."""

    def chart(name: str, /, **params: Any) -> Markdown:
        if name not in MODULES:
            raise TemplateError(Problem(f"there is no chart {name!r}", hint=did_you_mean(name, MODULES)))
        rows = ask(name, **params)
        hung = gallery.hang(rows, params)
        if hung is None:
            shown = ", ".join([name, *(f"{key} = {value}" for key, value in params.items() if value is not True)])
            return Markdown(f"_No chart of {code(shown)}: {why(rows)}._")
        return (gallery.write or image)(hung, gallery.folder)

    return chart


def why(rows: Rows) -> str:
    """Return why an answer cannot be drawn."""
    return "nothing in it was measured yet" if rows else "there is nothing to show yet"


def image(chart: Chart, folder: str) -> Markdown:
    """Return a chart as Markdown has it: its picture where the report has files, and what it shows in words."""
    said = escape(chart.finding)
    return Markdown(f"![{said}]({quote(folder)}/{quote(chart.name)}.svg)" if folder else f"_{said}_")
