"""The warehouse for notebooks: ask in SQL or by name, go on with Arrow, pandas or polars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xp.engine.layout import Layout
from xp.engine.warehouse import ask
from xp.engine.warehouse.sandbox import PATIENT
from xp.queries import catalog


@dataclass(frozen=True, repr=False)
class Result:
    """The answer to one question, as it was when it was asked."""

    query: catalog.Query
    table: Any
    """A table of pyarrow; its fields carry units and descriptions."""

    def arrow(self) -> Any:
        """Return a table of pyarrow."""
        return self.table

    def pandas(self) -> Any:
        """Return a data frame of pandas."""
        return self.table.to_pandas()

    def polars(self) -> Any:
        """Return a data frame of polars, which has to be installed."""
        try:
            import polars as pl  # noqa: PLC0415 - no part of xp needs it
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("polars is not installed: pip install polars", name="polars") from error
        return pl.from_arrow(self.table)

    def rows(self) -> list[dict[str, Any]]:
        """Return plain dictionaries, one per row."""
        return list(self.table.to_pylist())

    def __repr__(self) -> str:
        """Return what a shell shows."""
        return self._repr_markdown_()

    def _repr_markdown_(self) -> str:
        """Return what a notebook shows."""
        from xp.templates.markdown import answer_table  # noqa: PLC0415 - only a notebook needs it

        names = self.table.column_names
        rows = [tuple(row[name] for name in names) for row in self.rows()]
        kinds = [(name, "") for name in names]
        return answer_table(ask.Answer(self.query.title, self.query.columns or ask.described(self.query, kinds), rows))


@dataclass(frozen=True)
class Warehouse:
    """A results folder. Each question first loads what its journals have that is new, and reaches nothing else."""

    layout: Layout

    def sql(self, text: str, **params: Any) -> Result:
        """Return the answer to a SELECT, in which ``$name`` stands for a parameter."""
        return self._asked(catalog.inline(text), params)

    def query(self, name: str, **params: Any) -> Result:
        """Return the answer to a saved query or a file of SQL."""
        return self._asked(catalog.find(name), params)

    def queries(self) -> dict[str, str]:
        """Return the questions of the saved queries by their names."""
        return {name: catalog.find(name).title for name in catalog.names()}

    def _asked(self, query: catalog.Query, params: dict[str, Any]) -> Result:
        with ask.current(self.layout, PATIENT, lambda _: None) as to:
            return Result(query, to.arrow(query, query.values(params)))
