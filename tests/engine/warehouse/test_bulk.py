"""Reading by columns gives what reading line by line gives, whatever stands between plain lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xp.engine.journal import Journal
from xp.engine.layout import JournalPlace, Layout
from xp.engine.warehouse import bulk, merge, tail
from xp.engine.warehouse.load import load
from xp.engine.warehouse.points import NO_STEP

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


@pytest.mark.parametrize("units", [{}, {"m1": "s"}], ids=["without-units", "with-units"])
def test_a_long_journal_is_read_by_columns(
    empty: Layout, rank0: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch, units: dict[str, str]
) -> None:
    rank0.append("rank", t=1, rank=0, world_size=1, pid=1)
    for step in range(60):
        rank0.metrics({"m0": step, "m1": step + 0.5}, step, units)
        rank0.metrics({"m2": -0.5 * step}, None)
    monkeypatch.setattr(tail, "BULKY", 2000)
    monkeypatch.setattr(tail, "BLOCK", 2000)
    monkeypatch.setattr(tail, "FEW", 1)
    monkeypatch.setattr(tail.JournalReader, "take", refuse_metrics)

    assert load(empty).points == 180
    assert rows(empty, "select value, unit from metrics where name = 'm1' and step = 20") == [(20.5, units.get("m1"))]
    assert rows(empty, "select step, value from metrics where name = 'm2'") == [(None, -29.5)]


def refuse_metrics(_: object, line: int, event: dict[str, Any]) -> None:
    """Stand in for reading a line by itself."""
    assert event["event"] != "metrics", line


NUMBERS = (
    *("0", "-0", "7", "-7", "9007199254740993", "99999999999999999999", "1" + 400 * "0", "007", "+7"),
    *("0.0", "-0.0", "1.5", "-0.25", "1e5", "1E+05", "2.5e-7", "1e999", "1e-999", "5e-324", "1.", ".5", "1.e5", "0e5"),
    *("NaN", "Infinity", "-Infinity", "nan", "0x1F", "1_000", "null", "true", '"NaN"', '"n/a"', "[1]", "{}", "-", ""),
)
NAMES = ("m", "loss", "units", "values", "größe", "a b", "{", "}", ",", "1", r"\u00e9", "\t", "😀")
TIMES = ("7", "1750000000.123456", "0.0005", "0.0015", "-1", "32503680000", "9999999999.9999", "1e9", '"7"', "01", "-0")
STEPS = ("null", "0", "12", "-3", "5.0", "1e2", "true", "999999999999999999", "9223372036854775808", "-0", "03")

plain_numbers = st.integers(-(10**20), 10**20).map(str) | st.floats(allow_nan=False, allow_infinity=False).map(repr)


def table(values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(NAMES[:5]) | st.sampled_from(NAMES), values, max_size=4)


@st.composite
def said_lines(draw: st.DrawFn) -> str:
    """Draw a line, most often one of metrics, and now and then one that lacks a character or has one too many."""
    gap = draw(st.sampled_from(["", "", "", " "]))

    def braced(values: dict[str, str]) -> str:
        return "{" + f",{gap}".join(f'"{name}":{gap}{value}' for name, value in values.items()) + "}"

    fields = {"t": draw(st.just("7.5") | st.sampled_from(TIMES)), "event": '"metrics"'}
    if draw(st.booleans()):
        fields["m"] = draw(plain_numbers)
    fields["step"] = draw(st.sampled_from(["null", "3", "4"]) | st.sampled_from(STEPS))
    fields["values"] = braced(draw(table(plain_numbers) | table(plain_numbers | st.sampled_from(NUMBERS))))
    if draw(st.booleans()):
        fields["units"] = braced(draw(table(st.sampled_from(['"s"', '"kg"', '""', '"{"']))))
    line = braced(fields)
    if draw(st.integers(0, 9)) == 0:
        place = draw(st.integers(0, len(line)))
        line = line[:place] + draw(st.sampled_from(["", '"', "}", "0", ","])) + line[place + draw(st.integers(0, 1)) :]
    return draw(st.sampled_from([line] * 9 + ['{"t":7,"event":"progress"}', '{"t":7,"event":"done"}', "", "  "]))


@given(st.lists(said_lines(), min_size=1, max_size=12), st.sampled_from([b"\n", b"\n", b"\r\n", b"\xff\n"]))
@settings(max_examples=300, deadline=None)
def test_a_block_says_by_columns_what_it_says_line_by_line(lines: list[str], end: bytes) -> None:
    block = b"".join(line.encode() + b"\n" for line in lines[:-1]) + lines[-1].encode() + end

    assert said(block, bulk.read_columns(block)) == said(block, None)


@pytest.mark.parametrize("gap", ["", " "])
@pytest.mark.parametrize("field", ["t", "m", "step", "values", "units"])
def test_each_odd_value_says_by_columns_what_it_says_line_by_line(field: str, gap: str) -> None:
    plain = {"t": "7.5", "event": '"metrics"', "m": "1", "step": "3", "values": "1", "units": '"s"'}
    for value in (*NUMBERS, *TIMES, *STEPS):
        lines = [written(fields, gap) for fields in (plain, plain | {field: value}, plain | {"t": "8"})]
        block = "".join(f"{line}\n" for line in lines).encode()

        assert said(block, bulk.read_columns(block)) == said(block, None), value


def written(fields: dict[str, str], gap: str) -> str:
    """Write fields as a line, values and units as tables of one."""
    tables = {key: f'{{"a":{gap}{value}}}' for key, value in fields.items() if key in ("values", "units")}
    return "{" + f",{gap}".join(f'"{key}":{gap}{value}' for key, value in (fields | tables).items()) + "}"


@pytest.mark.parametrize("name", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xc3\xa9"])
def test_bytes_that_are_no_text_make_no_plain_line(name: bytes) -> None:
    block = b"".join(b'{"t":1,"event":"metrics","step":1,"values":{"%s":1}}\n' % word for word in (b"a", name, b"b"))

    assert said(block, bulk.read_columns(block)) == said(block, None)


def said(block: bytes, found: bulk.Block | None) -> list[Any]:
    """Return all that a reader makes of a block."""
    place = JournalPlace(experiment=None, trial="0123456789ab", attempt=1, rank=3)
    reading = tail.JournalReader(tail.Tail(), Path("rank3.jsonl"), "rank3.jsonl", place)
    if found is None:
        reading.each(tail.numbered(block, 1))
    else:
        reading.all(found, 1)
    batch = reading.tail.batch
    names = list(batch.names)
    points = [(names[name], *map(repr, rest)) for _, name, *rest in batch.points.rows()]
    texts = [(names[name], *rest) for _, name, *rest in batch.points.invalid()]
    return [names, points, texts, batch.rows, reading.tail.bad]


def test_plain_lines_are_told_from_others() -> None:
    lines = [
        b'{"t":7,"event":"metrics","m":1.5,"step":1,"values":{"a":1,"b":2.5},"units":{"b":"s"}}\n',
        b'{"t":7,"event":"metrics","m":1.5,"step":2,"values":{"a":"NaN"},"units":{}}\n',
        b'{"t":7,"event":"done","m":1.5}\n',
        b'{"t":8,"event":"metrics","m":2.5,"step":null,"values":{"b":4},"units":{}}\n',
        b'{"t":9,"event":"metrics","m":3.5,"step":3,"values":{}}\n',
        b'{"t":9,"event":"metrics","m":3.5,"step":3,"values":{"b":5,"a":6},"units":{"b":"s"}}\n',
    ]

    found = bulk.read_columns(b"".join(lines))

    assert found is not None
    assert found.others == [(1, lines[1]), (2, lines[2])]
    assert found.plain.names == [("a", None), ("b", "s"), ("b", None)]
    assert found.plain.name.tolist() == [0, 1, 2, 1, 0]
    assert found.plain.value.tolist() == [1, 2.5, 4, 5, 6]
    assert found.plain.first.tolist() == [0, 2, 3, 3, 5]
    assert found.plain.step.tolist() == [1, NO_STEP, 3, 3]
    assert found.plain.time.tolist() == [7000, 8000, 9000, 9000]
