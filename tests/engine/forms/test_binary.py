"""What programs read with types: Parquet and Arrow."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

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
