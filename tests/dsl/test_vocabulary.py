"""Words of other tools lead to words of ours."""

from __future__ import annotations

import re

import pytest

from xp.dsl.dotted import SETTINGS, TABLES
from xp.dsl.spec import Defaults
from xp.dsl.vocabulary import ALWAYS, HERE, RENAMED, hint

OURS = {*SETTINGS, *TABLES, *Defaults.model_fields, "seed", "source", "target"}


@pytest.mark.parametrize("word", [*HERE, *RENAMED])
def test_translations_lead_to_words_that_exist(word: str) -> None:
    translation = {**HERE, **RENAMED}[word]

    assert {part for part in re.split(r" or |[ ,=]", translation) if part in OURS}


@pytest.mark.parametrize("word", [*HERE, *RENAMED, *ALWAYS])
def test_no_word_of_ours_is_taken_for_another(word: str) -> None:
    assert word not in OURS


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("leraning_rate", ["learning_rate", "seed"], "did you mean 'learning_rate'?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [str(number) for number in range(99)], ""),
        ("include", ["b", "a"], "include stands in [matrix]: write it there, or as matrix.include"),
        ("patience", ["b", "a"], "did you mean 'early_stopping.patience'?"),
    ],
)
def test_hint(word: str, known: list[str], said: str) -> None:
    assert hint(word, known) == said
