"""Arrow's columns and numpy's arrays over the same memory: pyarrow's own ways between them would import pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def column(array: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return an array as a column, null where it is not valid."""
    there = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(pa.from_numpy_dtype(array.dtype), len(array), [there, pa.py_buffer(array)])


def numbers(column: pa.Array) -> NDArray[Any]:
    """Return the numbers of a column that begins where its memory does; anything where one is null."""
    return np.frombuffer(column.buffers()[1], column.type.to_pandas_dtype(), len(column))


def flags(column: pa.BooleanArray) -> NDArray[np.bool_]:
    """Return the truth values of a column that begins where its memory does."""
    bits = np.frombuffer(column.buffers()[1], np.uint8)
    return np.unpackbits(bits, count=len(column), bitorder="little").astype(bool)


def pieces(data: pa.Buffer, begin: NDArray[np.int64], end: NDArray[np.int64]) -> pa.LargeStringArray:
    """Return pieces of a text as they stand there, and null for what stands between each and the next."""
    offsets = np.column_stack((begin, end)).ravel()
    size = max(len(offsets) - 1, 0)
    every_other = pa.py_buffer(b"\x55" * (size // 8 + 1))
    return pa.LargeStringArray.from_buffers(size, pa.py_buffer(offsets), data, every_other)
