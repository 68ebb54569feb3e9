"""The native port gives the bits of rouge_score, or it is not listened to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import rouge_score_rs.rouge_scorer
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from xp.engine.measure import overlap

WORDS = st.sampled_from(
    ["running", "Runs", "ponies", "10th", "İstanbul", "KELVIN \u212a", "naïve", "ﬁne", "—", "मीरा", "\ud800"]
)
SENTENCE = st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=12).map(" ".join)
TEXT = st.lists(SENTENCE, max_size=4).map("\n".join)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_the_port_and_rouge_score_agree_to_the_last_bit(pairs: list[tuple[str, str]]) -> None:
    references, predictions = ([pair[side] for pair in pairs] for side in (0, 1))
    native = overlap.port()
    assert native is not None
    stock = rouge_scorer.RougeScorer(list(overlap.TYPES), use_stemmer=True)

    theirs = overlap.points([stock.score(*pair) for pair in pairs])

    assert overlap.points(native.score_batch(references, predictions)) == theirs
    assert overlap.exact(references, predictions) == theirs


DATA = Path(__file__).parent / "data" / "rouge"
LIBRARIES = [
    pytest.param(rouge_scorer, id="rouge-score"),
    pytest.param(rouge_score_rs.rouge_scorer, id="port"),
]
PERL = [
    pytest.param(0, False, "rouge1", (0.40741, 0.68750, 0.51163), id="line-1-rouge1"),
    pytest.param(0, True, "rougeL", (0.40741, 0.68750, 0.51163), id="line-1-rougeL-stemmed"),
    pytest.param(0, False, "rouge2", (0.30769, 0.53333, 0.39024), id="line-1-rouge2"),
    pytest.param(1, False, "rouge1", (0.40476, 0.65385, 0.50000), id="line-2-rouge1"),
    pytest.param(1, True, "rouge1", (0.42857, 0.69231, 0.52941), id="line-2-rouge1-stemmed"),
    pytest.param(1, True, "rouge2", (0.29268, 0.48000, 0.36364), id="line-2-rouge2-stemmed"),
    pytest.param(None, True, "rougeLsum", (0.36538, 0.66667, 0.47205), id="whole-file-rougeLsum-stemmed"),
]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("line", "stemmed", "kind", "published"), PERL)
def test_recall_precision_and_f_are_those_of_the_perl_tool(
    library: Any, line: int | None, stemmed: bool, kind: str, published: tuple[float, float, float]
) -> None:
    stem = ".txt" if line is not None else "_multi.0.txt"
    target, prediction = ((DATA / f"{side}{stem}").read_text() for side in ("target", "prediction"))
    if line is not None:
        target, prediction = target.splitlines()[line], prediction.splitlines()[line]

    found = library.RougeScorer([kind], use_stemmer=stemmed).score(target, prediction)[kind]

    assert (found.recall, found.precision, found.fmeasure) == pytest.approx(published, abs=5e-6)


@given(st.text(max_size=20))
def test_a_text_is_scorable_when_it_has_a_token(text: str) -> None:
    assert overlap.scorable(text) == bool(overlap.Words().tokenize(text))


PORT = overlap.port


class Liar:
    """A port that is wrong about one pair."""

    def score_batch(self, references: Sequence[str], predictions: Sequence[str]) -> list[Any]:
        """Score all pairs but the last."""
        honest = PORT().score_batch(references, predictions)
        return [*honest[:-1], honest[0]]


def test_a_port_that_differs_is_overruled_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["the cat", "a dog ran"]
    right = overlap.overlap(texts, ["the cat", "no match here"])
    monkeypatch.setattr(overlap, "port", Liar)

    found = overlap.overlap(texts, ["the cat", "no match here"])

    assert found.points == right.points
    assert str(found.facts["rouge_engine"]).endswith("differs")


def test_without_the_port_rouge_score_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, others = ["the cats sat\nthe dog ran", "b"], ["a dog ran\nthe cat sat", ""]
    fast = overlap.overlap(texts, others)
    monkeypatch.setattr(overlap, "port", lambda: None)

    slow = overlap.overlap(texts, others)

    assert slow.points == fast.points
    assert slow.facts == {"rouge_engine": overlap.name_and_version(overlap.REFERENCE)}
    assert fast.facts == {"rouge_engine": overlap.name_and_version(overlap.NATIVE), "rouge_checked_pairs": 2}
