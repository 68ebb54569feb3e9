"""Beside a report lies where its cells come from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.errors import QueryError
from xp.engine.reports import sidecar
from xp.engine.reports.rendering import Request, make


def test_every_row_names_its_answer_its_words_and_its_trials(written: Request) -> None:
    told = sidecar.read(written.target)
    costs, scores = told["tables"]

    assert (costs["line"], costs["section"]) == (7, "Costs")
    assert costs["columns"] == ["method", "n", "memory", "speed"]
    assert told["answers"][scores["answer"]]["query"] == "benchmarks"
    assert scores["rows"][1] == [{"method": "zero2", "model": "bart-tiny", "dataset": "dialogues"}, "3-5"]
    # an effect rests on the baseline too
    assert costs["rows"][1] == [{"method": "zero2"}, "0-5"]
    assert told["trials"][3][1:] == ["zero2 · dialogues · seed 1", "completed", "2"]
    assert told["params"] == {"experiment": "small"}


def test_the_same_report_has_the_same_bytes(written: Request) -> None:
    first, second = make(written), make(written)

    assert (first.text, first.provenance) == (second.text, second.provenance)
    assert written.target.read_text(encoding="utf-8") == first.text
    assert len(first.provenance) < 20_000


@given(st.sets(st.integers(0, 50)).map(sorted))
def test_numbers_in_spans_come_back(numbers: Sequence[int]) -> None:
    assert sidecar.places(sidecar.spans(numbers)) == numbers


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("{", "no provenance that xp has written"),
        (json.dumps({"format": 99}), "no provenance that xp has written"),
    ],
)
def test_what_is_no_sidecar_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        sidecar.sidecar_of(tmp_path / "a.md").write_text(content, encoding="utf-8")

    with pytest.raises(QueryError, match=message):
        sidecar.read(tmp_path / "a.md")
