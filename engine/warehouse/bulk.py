"""Metrics of many lines at once, by columns: the same as line by line, for the lines that are plain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from xp.engine.warehouse.arrow import column, flags, numbers, pieces
from xp.engine.warehouse.points import NO_STEP

TIME = r"(?:0|[1-9]\d{0,9})(?:\.\d+)?"
STEP = r"(?:0|[1-9]\d*|null)"
NUMBER = r"(?:0|-?(?:[1-9]\d*(?:\.\d+)?|0\.\d+)(?:[eE][-+]?\d+)?)"
TEXT = r'"[^"\\\x00-\x1f]*"'

NEWLINE, QUOTE, MINUS, ZERO, NINE, TABLE, NULL = b'\n"-09{n'

Line = tuple[int, bytes]
"""A line and its place in the block, from 0."""


@dataclass(frozen=True)
class Columns:
    """What plain lines say, in their order."""

    step: NDArray[np.int64]
    time: NDArray[np.int64]
    """Milliseconds since 1970."""

    first: NDArray[np.int64]
    """For each line the place of its first value, and behind the last one how many there are."""

    name: NDArray[np.int32]
    """For each value the place of its name."""

    value: NDArray[np.float64]
    names: list[tuple[str, str | None]]
    """Names with their units, in the order in which values first have them."""

    def count(self) -> NDArray[np.int32]:
        """Return how many values each line has."""
        return np.diff(self.first).astype(np.int32)

    def numbered(self, numbers: Sequence[int]) -> NDArray[np.int32]:
        """Return for each value what *numbers* says of its name."""
        return np.array(numbers, np.int32)[self.name]

    def part(self, begin: int, end: int) -> Columns:
        """Return what the lines from *begin* up to *end* say."""
        first = self.first[begin : end + 1]
        lines, values = slice(begin, end), slice(first[0], first[-1])
        name = self.name[values]
        names = self.names[: name.max(initial=-1) + 1]
        return Columns(self.step[lines], self.time[lines], first - first[0], name, self.value[values], names)


@dataclass(frozen=True)
class Block:
    """A part of a journal: what its plain lines say, and the other lines."""

    plain: Columns
    others: list[Line]

    def parts(self) -> Iterator[Columns | Line]:
        """Yield everything, what may be about metrics in its order; the rest may come ahead of that."""
        begin = 0
        for before, (place, line) in enumerate(self.others):
            if b"metrics" in line or b"\\" in line:
                yield self.plain.part(begin, place - before)
                begin = place - before
            yield place, line
        yield self.plain.part(begin, len(self.plain.step))


@dataclass(frozen=True)
class Keys:
    """Where plain lines have their keys, counted among all that stands in quotes; and where in the text values are."""

    times: NDArray[np.int64]
    steps: NDArray[np.int64]
    metrics: NDArray[np.int64]
    units: NDArray[np.int64]
    """Of the lines that have such."""

    first: NDArray[np.int64]
    """For each line the place of its first metric, and behind the last one how many there are."""

    opened: NDArray[np.int64]
    closed: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    """Behind the value, where that is a number."""


def shape(gap: str) -> str:
    """Return what matches a line of metrics that says nothing else."""

    def table(value: str) -> str:
        return rf"\{{(?:{TEXT}:{gap}{value}(?:,{gap}{TEXT}:{gap}{value})*)?\}}"

    head = rf'"t":{gap}{TIME},{gap}"event":{gap}"metrics",{gap}(?:"m":{gap}{NUMBER},{gap})?"step":{gap}{STEP},{gap}'
    return rf'\A\{{{head}"values":{gap}{table(NUMBER)}(?:,{gap}"units":{gap}{table(TEXT)})?\}}\n\z'


def read_columns(block: bytes) -> Block | None:
    """Return what whole lines say; None where they are better read one by one."""
    offsets = np.append(0, np.flatnonzero(np.frombuffer(block, np.uint8) == NEWLINE) + 1)
    lines = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(block))
    gap = int(block.startswith(b'{"t": '))
    try:
        lines.validate(full=True)
        matching = compute.match_substring_regex(lines, shape(gap * " "))
        others = np.flatnonzero(~flags(matching)).tolist()
        if len(others) == len(lines):
            return None
        plain = columns(lines.filter(matching) if others else lines, gap)
    except pa.ArrowInvalid:  # no UTF-8, or a number of more than 64 bits
        return None
    if not np.isfinite(plain.value).all():  # line by line, an integer beyond every double becomes a text
        return None
    return Block(plain, [(place, block[offsets[place] : offsets[place + 1]]) for place in others])


def columns(lines: pa.LargeStringArray, gap: int) -> Columns:
    """Return what plain lines say, whose values begin *gap* behind the colons of their keys."""
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int64)[1 : len(lines) + 1]
    text = np.frombuffer(data, np.uint8)[: ends[-1]]
    keys = located(text, gap)

    def values(places: NDArray[np.int64], kind: pa.DataType) -> NDArray[Any]:
        return numbers(pieces(data, keys.begin[places], keys.end[places]).cast(kind))[::2]

    told = text[keys.begin[keys.steps]] != NULL
    step = np.full(len(lines), NO_STEP)
    step[told] = values(keys.steps[told], pa.int64())
    time = np.rint(values(keys.times, pa.float64()) * 1000.0).astype(np.int64)
    value = values(keys.metrics, pa.float64())

    name = pieces(data, keys.opened[keys.metrics] + 1, keys.closed[keys.metrics]).dictionary_encode()
    owner = np.searchsorted(keys.steps, keys.units) - 1
    unit = pieces(data, keys.begin[keys.units], ends[owner] - len("}\n")).dictionary_encode()
    place, names = names_and_units(name, unit, owner, keys.first)
    return Columns(step, time, keys.first, place, value, names)


def located(text: NDArray[np.uint8], gap: int) -> Keys:
    """Find the keys of plain lines: nothing in quotes holds a quote, and what is behind one says what it is."""
    quotes = np.flatnonzero(text == QUOTE)
    opened, closed = quotes[::2], quotes[1::2]
    begin = closed + len('":') + gap
    following = text[begin]
    table = following == TABLE
    values = np.flatnonzero(table & (closed - opened == len('"values')))
    table[values] = False
    units = np.flatnonzero(table)
    number = (following == MINUS) | ((following >= ZERO) & (following <= NINE))
    steps = values - 1
    times = steps - 3 - number[steps - 1]  # with an `m` before the step or without one
    number[times] = number[steps - 1] = number[steps] = False
    metrics = np.flatnonzero(number)
    first = np.append(np.cumsum(number)[values], len(metrics))

    # between a number and the next key stands `,`, before units `},`, at the end of a line `}}\n{`
    between = np.full(len(opened) + 1, len(",") + gap)
    between[units] += len("}")
    between[times] = between[-1] = len("}}\n{")
    end = np.append(opened[1:], len(text) + len("{")) - between[1:]
    return Keys(times, steps, metrics, units, first, opened, closed, begin, end)


def names_and_units(
    name: pa.DictionaryArray, unit: pa.DictionaryArray, owner: NDArray[np.int64], first: NDArray[np.int64]
) -> tuple[NDArray[np.int32], list[tuple[str, str | None]]]:
    """Return for each value the place of its name, and names with their units; *owner* are the lines with units."""
    tables = [{}, *map(json.loads, unit.dictionary.to_pylist())]
    table = np.zeros(len(first) - 1, np.int64)
    table[owner] = numbers(unit.indices)[::2] + 1
    pair = np.repeat(table, np.diff(first)) * len(name.dictionary) + numbers(name.indices)[::2]
    found = column(pair).dictionary_encode()
    words = name.dictionary.to_pylist()
    pairs = [divmod(both, len(words)) for both in found.dictionary.to_pylist()]
    return numbers(found.indices), [(words[place], tables[table].get(words[place]) or None) for table, place in pairs]
