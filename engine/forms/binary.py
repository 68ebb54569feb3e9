"""Answers as Parquet and Arrow files, with the types that the warehouse has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from xp.dsl.errors import Problem, QueryError


def as_parquet(table: Any, file: BinaryIO) -> None:
    """Write a Parquet file."""
    from pyarrow import ArrowNotImplementedError, parquet  # noqa: PLC0415 - only this form needs it

    try:
        parquet.write_table(table, file)
    except ArrowNotImplementedError as error:
        hint = "cast the column to text, or take --format arrow"
        raise QueryError(Problem(f"Parquet cannot hold a column: {error}", hint=hint)) from None


def as_arrow(table: Any, file: BinaryIO) -> None:
    """Write an Arrow file (IPC, also known as Feather version 2)."""
    import pyarrow  # noqa: PLC0415, ICN001 - only this form needs it

    with pyarrow.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


FORMS: Mapping[str, Callable[[Any, BinaryIO], None]] = {"parquet": as_parquet, "arrow": as_arrow}
