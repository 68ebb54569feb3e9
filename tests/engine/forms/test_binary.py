"""What programs read with types: Parquet and Arrow."""

from __future__ import annotations

import io
from datetime import timedelta

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from xp.dsl.errors import QueryError
from xp.engine.forms.binary import FORMS
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import arrow, ask
from xp.queries import catalog


@pytest.mark.parametrize(
    ("form", "read"), [("parquet", parquet.read_table), ("arrow", lambda file: ipc.open_file(file).read_all())]
)
def test_types_units_and_values_survive(filled: Layout, form: str, read: object) -> None:
    query = catalog.find("benchmarks")
    values = query.values({})
    file = io.BytesIO()

    FORMS[form](arrow(filled, query, values), file)

    file.seek(0)
    table = read(file)  # type: ignore[operator]
    assert table.schema.field("memory").type == pa.float64()
    assert table.schema.field("memory").metadata[b"unit"] == b"B"
    assert table.schema.metadata[b"title"] == b"What did each variant score, and what did it use?"
    assert [tuple(row.values()) for row in table.to_pylist()] == ask(filled, query, values).rows


def test_a_sum_is_an_integer_and_a_span_of_time_a_duration(filled: Layout) -> None:
    query = catalog.inline(
        "select sum(seed) as total, max(ended) - min(started) as took, "
        "interval 1 month as month, null::interval as none from trials where trial = '000000000001'"
    )
    file = io.BytesIO()

    FORMS["parquet"](arrow(filled, query, {}), file)

    table = parquet.read_table(file)
    # DuckDB's own types are decimals, and spans of months, days and nanoseconds that Parquet does not have
    assert [str(kind) for kind in table.schema.types] == ["int64", *["duration[us]"] * 3]
    (row,) = table.to_pylist()
    assert (row["total"], row["took"], row["month"]) == (1, timedelta(seconds=30), timedelta(days=30))
    assert row["none"] is None


def test_an_integer_of_more_than_64_bits_keeps_its_digits(filled: Layout) -> None:
    query = catalog.inline("select 9223372036854775807::hugeint + 1 as beyond")

    assert [int(row["beyond"]) for row in arrow(filled, query, {}).to_pylist()] == [9223372036854775808]


def test_a_column_that_parquet_cannot_hold_is_an_error(filled: Layout) -> None:
    query = catalog.inline("select union_value(k := 1) as either")

    with pytest.raises(QueryError, match=r"Parquet cannot hold a column: .*sparse_union"):
        FORMS["parquet"](arrow(filled, query, {}), io.BytesIO())
