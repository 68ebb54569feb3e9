"""ROUGE equals published numbers, counts every pair, and says what it cannot score."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xp.engine.measure import rouge

DATA = Path(__file__).parent / "data" / "rouge"


def only(prediction: str, reference: str) -> dict[str, float]:
    return dict(rouge.score({"1": prediction}, {"1": reference}).means)


def lines(name: str) -> list[str]:
    return (DATA / name).read_text().splitlines()


@pytest.mark.parametrize(
    ("line", "metric", "published"),
    [
        pytest.param(0, "rouge1", 51.163, id="line-1-rouge1"),
        pytest.param(0, "rougeL", 51.163, id="line-1-rougeL"),
        pytest.param(0, "rouge2", 39.024, id="line-1-rouge2"),
        pytest.param(1, "rouge1", 52.941, id="line-2-rouge1-stemmed"),
        pytest.param(1, "rouge2", 36.364, id="line-2-rouge2"),
    ],
)
def test_scores_equal_those_of_the_original_perl_tool(line: int, metric: str, published: float) -> None:
    scores = only(lines("prediction.txt")[line], lines("target.txt")[line])

    assert scores[metric] == pytest.approx(published, abs=0.001)


def test_summary_level_rouge_equals_the_perl_tool_on_a_text_of_several_lines() -> None:
    scores = only((DATA / "prediction_multi.0.txt").read_text(), (DATA / "target_multi.0.txt").read_text())

    assert scores["rougeLsum"] == pytest.approx(47.205, abs=0.001)


def test_sentences_of_a_plain_paragraph_are_told_apart() -> None:
    scores = only("The dog ran. The cat sat.", "The cat sat. The dog ran.")

    assert scores["rouge1"] == 100
    assert scores["rouge2"] == pytest.approx(80)
    assert scores["rougeL"] == pytest.approx(50)
    assert scores["rougeLsum"] == 100


def test_the_line_breaks_of_pegasus_are_no_words() -> None:
    scores = only("The dog ran<n>The cat sat", "The cat sat.\nThe dog ran.")

    assert (scores["rouge1"], scores["rougeLsum"]) == (100, 100)
    assert only("sun<n>moon", "red<n>blue")["rouge1"] == 0
    assert only("<n> <n>", "red")["empty_predictions"] == 1


@pytest.mark.parametrize("prediction", [".", "..."])
def test_a_prediction_of_stops_alone_scores_0_and_is_counted(prediction: str) -> None:
    scores = rouge.score({"1": "A b c", "2": prediction}, {"1": "A b c", "2": "A b c"})

    assert {scores.means[metric] for metric in ("rouge1", "rouge2", "rougeL", "rougeLsum")} == {50}


def test_a_word_that_is_said_twice_counts_as_often_as_the_reference_says_it() -> None:
    scores = only("A B C D E F C", "A C B")

    # 3 of 7 words and 3 of 3; in order 2 of 7 and 2 of 3
    assert (scores["rouge1"], scores["rougeL"]) == pytest.approx((60, 40))


def test_an_empty_prediction_lowers_the_mean_and_is_counted() -> None:
    scores = rouge.score({"1": "A b c", "2": ""}, {"1": "A b c", "2": "A b c"})

    assert scores.means["rouge1"] == 50
    assert scores.means["empty_predictions"] == 1
    assert scores.examples["rouge1"] == [100, 0]


def test_a_script_that_rouge_cannot_read_is_not_a_silent_zero() -> None:
    scores = rouge.score({"1": "मीरा कल आएगी"}, {"1": "मीरा कल आएगी"})

    assert scores.means["unscorable_references"] == 1
    assert scores.facts["warning"] == ("1 of 1 references have no scorable tokens: they score 0 whatever is predicted")
    assert scores.facts["rouge_tokens"] == "lower case, a-z and 0-9 only"


@pytest.mark.parametrize(
    ("reference", "warning"),
    [
        # 6 of 7, and 4 of 15
        pytest.param(
            "мир мир 5", "86% of the letters of the references are none of a-z and 0-9: only the rest", id="one"
        ),
        pytest.param(
            "đến nay trời mưa to", "27% of the letters of the references are none of a-z and 0-9", id="accents"
        ),
    ],
)
def test_a_script_that_rouge_reads_little_of_is_told(reference: str, warning: str) -> None:
    scores = rouge.score({"1": "5"}, {"1": reference})

    assert scores.means["unscorable_references"] == 0
    assert warning in str(scores.facts["warning"])


@pytest.mark.parametrize(
    "text", ["a b", "It is a café, naïvely put, for twelve of us", "Fünf Menschen fahren heute nach Hamburg"]
)
def test_scores_without_doubt_carry_no_warning(text: str) -> None:
    assert "warning" not in rouge.score({"1": text}, {"1": text}).facts


def test_a_missing_prediction_is_an_error_that_names_both_counts() -> None:
    references = {str(number): "a b c" for number in range(5)}
    predictions = dict(list(references.items())[:4])

    with pytest.raises(ValueError, match="4 predictions for 5 references"):
        rouge.score(predictions, references)


def test_a_prediction_of_an_unknown_example_is_an_error() -> None:
    with pytest.raises(ValueError, match="predictions without a reference: 3"):
        rouge.score({"1": "a", "3": "b"}, {"1": "a", "2": "b"})


def test_predictions_are_joined_by_id_and_not_by_position() -> None:
    references = {str(number): f"word{number} alone" for number in range(5)}
    rotated = dict([*list(references.items())[1:], next(iter(references.items()))])

    assert rouge.score(rotated, references).means["rouge1"] == 100


SCORE = """
import json, pathlib, sys
from xp.engine.measure import rouge
folder = pathlib.Path(sys.argv[1])
pairs = list(zip((folder / "prediction.txt").open(), (folder / "target.txt").open(), strict=True))
pairs += [(f"row {n} of {n % 7}", f"row {n % 5} of seven") for n in range(50)]
predictions, references = ({str(n): pair[side] for n, pair in enumerate(pairs)} for side in (0, 1))
scores = rouge.score(predictions, references)
print(json.dumps([scores.means, scores.examples]))
"""


@pytest.mark.slow
def test_two_processes_give_the_same_scores_to_the_last_bit() -> None:
    first, second = (
        subprocess.run([sys.executable, "-c", SCORE, DATA], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )

    assert first
    assert first == second
