"""Metrics of many lines at once, by columns: the same as line by line, or nothing where they are not plain enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import json

from xp.engine.warehouse.points import NO_STEP
from xp.engine.warehouse.values import LAST_SECOND

NUMBERS = (pa.int64(), pa.float64())


@dataclass(frozen=True)
class Series:
    """The values of one metric, in the order of lines."""

    name: str
    unit: str | None
    step: NDArray[np.int64]
    value: NDArray[np.float64]
    time: NDArray[np.int64]
    """Milliseconds since 1970."""


def series(block: bytes, count: int) -> list[Series] | None:
    """Return what *count* lines of metrics say; None where any holds more than finite numbers and their units."""
    options = json.ReadOptions(block_size=len(block))
    try:
        table = json.read_json(pa.BufferReader(block), options).combine_chunks()
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    columns = {name: whole(table[name]) for name in table.column_names}
    if table.num_rows != count or not plain(columns):
        return None
    step = columns["step"].fill_null(NO_STEP).to_numpy(zero_copy_only=False).astype(np.int64)
    time = np.rint(columns["t"].to_numpy(zero_copy_only=False) * 1000.0).astype(np.int64)
    found = [one(columns, name.name, step, time) for name in columns["values"].type]
    return None if None in found else [each for each in found if each is not None]


def whole(column: Any) -> Any:
    """Return a column as one array."""
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def plain(columns: dict[str, Any]) -> bool:
    """Tell whether every line has a time, a step that may be missing, and a table of values."""
    if "version" in columns or not {"t", "event", "step", "values"} <= columns.keys():
        return False
    t, event, step, values = (columns[name] for name in ("t", "event", "step", "values"))
    if t.type not in NUMBERS or t.null_count or event.null_count or values.null_count:
        return False
    kinds = step.type in {pa.int64(), pa.null()} and pa.types.is_struct(values.type)
    if not kinds or event.unique().to_pylist() != ["metrics"]:
        return False
    time = t.to_numpy(zero_copy_only=False)
    return bool((time >= 0).all() and (time < LAST_SECOND).all())


def one(columns: dict[str, Any], name: str, step: NDArray[np.int64], time: NDArray[np.int64]) -> Series | None:
    """Return the values of one name, None where they are not all finite numbers of one unit."""
    column = columns["values"].field(name)
    if column.type not in NUMBERS:
        return None
    there = column.is_valid()
    value = column.drop_null().to_numpy(zero_copy_only=False).astype(np.float64)
    units = units_of(columns.get("units"), name, there)
    if units is None or len(units) > 1 or not np.isfinite(value).all():
        return None
    places = there.to_numpy(zero_copy_only=False)
    return Series(name, next(iter(units), None), step[places], value, time[places])


def units_of(units: Any, name: str, there: Any) -> set[str] | None:
    """Return the units that are given where the values are; None where those are no texts."""
    if units is None:
        return set()
    if not pa.types.is_struct(units.type) or units.null_count:
        return None
    if units.type.get_field_index(name) < 0:
        return set()
    column = units.field(name)
    if not pa.types.is_string(column.type):
        return None
    return {unit for unit in column.filter(there).drop_null().unique().to_pylist() if unit}
