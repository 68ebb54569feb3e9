"""Reading by columns gives what reading line by line gives, whatever stands between plain lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.warehouse import merge, tail
from xp.engine.warehouse.load import load

Rows = Callable[..., list[tuple[Any, ...]]]

SAID = (
    "from metrics order by all",
    "select name, unit from metric_name order by all",
    "select name, step, value, top_step from latest join metric_name using (name_id) order by all",
    "from bad_line order by all",
    "select bytes, lines from journal order by all",
)


def line(fields: str) -> str:
    return f'{{"t": 7, "event": "metrics", {fields}}}'


ODD = [
    pytest.param(line('"step": 9, "values": {"m0": "NaN"}'), id="not-a-number"),
    pytest.param(line('"step": 9, "values": {"m0": "n/a", "m1": 3}'), id="text"),
    pytest.param(line('"step": 9, "values": {"m0": null, "m1": true}'), id="null-and-boolean"),
    pytest.param(line('"step": 9, "values": {"m0": 1' + 400 * "0" + "}"), id="beyond-doubles"),
    pytest.param(line('"step": null, "values": {"m1": 3, "a/b @c": 4}'), id="other-names-without-step"),
    pytest.param(line('"step": 9.5, "values": {"m0": 1}'), id="half-a-step"),
    pytest.param(line('"step": 9, "values": {"m0": 5}, "units": {"m0": "s"}'), id="unit"),
    pytest.param(line('"step": 9, "values": {"m0": 5}, "units": {"m0": "g", "m1": "kg"}'), id="unit-of-another"),
    pytest.param(line('"step": 9, "values": {"m0": 1, "m0": 2}'), id="name-twice"),
    pytest.param(2 * line('"step": 9, "values": {"m0": 1}'), id="two-values"),
    pytest.param('{"t": 7, "event": "metrics", "step": 9, "val', id="torn"),
    pytest.param('{"t":7,"event":"metrics","step":1,"values":{"m0":8}}', id="spaced-otherwise"),
    pytest.param('{"t": -1, "event": "metrics", "step": 9, "values": {"m0": 1}}', id="no-time"),
    pytest.param('{"t": 7, "event": "progress", "phase": "train", "step": 1, "steps": 9}', id="progress"),
    pytest.param('{"t": 7, "event": "dance"}', id="unknown-event"),
    pytest.param("  ", id="blank"),
]


@pytest.mark.parametrize("odd", ODD)
def test_by_columns_and_line_by_line_say_the_same(
    tmp_path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    by_line, by_column = Layout(tmp_path / "lines"), Layout(tmp_path / "columns")
    for layout in (by_line, by_column):
        write(layout, odd)

    load(by_line)
    monkeypatch.setattr(tail, "BULKY", 2000)
    monkeypatch.setattr(tail, "BLOCK", 2000)
    monkeypatch.setattr(tail, "FEW", 4)
    monkeypatch.setattr(merge, "FEW", 0)
    load(by_column)

    said = [[rows(layout, query) for query in SAID] for layout in (by_line, by_column)]
    assert repr(said[0]) == repr(said[1])
    assert len(said[0][0]) >= 160


def write(layout: Layout, odd: str) -> None:
    """Write plain lines with an odd one among them, and one step twice."""
    path = layout.new_attempt("0123456789ab").journal(0)
    lines = [
        f'{{"t": {i}.25, "event": "metrics", "step": {i}, "values": {{"m0": {i}, "m1": {i}.5}}}}' for i in range(80)
    ]
    lines[40:40] = [odd, lines[20].replace("20.5", "-1e-3")]
    with Journal(path) as journal:
        journal.append("rank", t=1, rank=0, world_size=1, pid=1)
    with path.open("a") as file:
        file.write("\n".join(lines) + '\n{"t": 9, "event": "metr')


def test_a_long_journal_is_read_by_columns(empty: Layout, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    write(empty, "")
    monkeypatch.setattr(tail, "BULKY", 2000)
    monkeypatch.setattr(tail, "BLOCK", 2000)
    monkeypatch.setattr(tail, "FEW", 1)
    monkeypatch.setattr(tail.Reading, "take", refuse_metrics)

    assert load(empty).points == 162
    assert rows(empty, "select value from metrics where name = 'm1' and step = 20") == [(-0.001,)]


def refuse_metrics(_: object, line: int, event: dict[str, Any]) -> None:
    """Stand in for reading a line by itself."""
    assert event["event"] != "metrics", line
