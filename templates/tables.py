"""The tables that a template or a placeholder can name, each filled from a saved query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xp.templates.answers import Ask, Rows
from xp.templates.escape import Markdown, code, escape
from xp.templates.markdown import grid, legend
from xp.templates.printed import printed


class Named:
    """A table with a name of its own: ``{{ env_table }}`` and ``{{ env_table() }}`` are the same."""

    def __init__(self, make: Callable[[], Markdown]) -> None:
        self._make = make

    def __call__(self) -> Markdown:
        """Return the table."""
        return self._make()


class Tables:
    """Asks for a report and lays out the answers; every question is about the report's experiment."""

    def __init__(self, ask: Ask, experiment: str | None) -> None:
        self._experiment = experiment
        self._ask = ask
        self._answers: dict[str, Rows] = {}

    @property
    def named(self) -> Mapping[str, Callable[[], Markdown]]:
        """Return the tables that have a name of their own."""
        return {
            "env_table": Named(self.env_table),
            "model_tables": Named(self.model_tables),
            "dataset_table": Named(self.dataset_table),
        }

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what a template can call."""
        return {"ask": self.ask, "table": self.table, **self.named}

    def ask(self, name: str, /, **params: Any) -> Rows:
        """Return the rows of the saved query *name*: a question that was asked before has the same answer."""
        if self._experiment is not None:
            params = {"experiment": self._experiment} | params
        key = repr((name, sorted(params.items())))
        if key not in self._answers:
            self._answers[key] = Rows(name, self._ask(name, params))
        return self._answers[key]

    def table(self, name: str, /, **params: Any) -> Markdown:
        """Return the answer of the saved query *name* as a table, under its question and above its legend."""
        rows = self.ask(name, **params)
        if not rows:
            return nothing(rows)
        return Markdown("\n\n".join(filter(None, (f"**{escape(rows.title)}**", grid(rows), legend(rows)))))

    def env_table(self) -> Markdown:
        """Return where the trials ran."""
        return self.table("environment")

    def model_tables(self) -> Markdown:
        """Return the models, a table for each family."""
        return self.table("models")

    def dataset_table(self) -> Markdown:
        """Return the data sets."""
        return self.table("datasets")


@printed.register
def named(value: Named) -> Markdown:
    """Return the table that a name stands for."""
    return value()


def nothing(rows: Rows) -> Markdown:
    """Return the line that stands in place of a table without rows."""
    return Markdown(
        f"_No rows: nothing in the warehouse answers {code(rows.query)} ({escape(rows.title)}) "
        f"Run an experiment, such as `xp run experiments/core.toml`, and render again._"
    )
