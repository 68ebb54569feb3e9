"""Words of other tools lead to words of ours."""

from __future__ import annotations

import ast
import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

from xp.dsl.dotted import SETTINGS, TABLES
from xp.dsl.errors import did_you_mean
from xp.dsl.spec import Defaults
from xp.dsl.translations import ALWAYS, HERE, REMOVED, RENAMED, TRANSFORMERS
from xp.dsl.vocabulary import PLACES, hint

OURS = {*SETTINGS, *TABLES, *Defaults.model_fields, "seed", "source", "target"}


@pytest.mark.parametrize("word", [*HERE, *RENAMED])
def test_translations_lead_to_words_that_exist(word: str) -> None:
    translation = {**HERE, **RENAMED}[word]

    assert {part for part in re.split(r" or |[ ,=]", translation) if part in OURS}


@pytest.mark.parametrize("word", [*HERE, *RENAMED, *REMOVED, *ALWAYS])
def test_no_word_of_ours_is_taken_for_another(word: str) -> None:
    assert word not in OURS


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("leraning_rate", ["learning_rate", "seed"], "did you mean 'learning_rate'?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [str(number) for number in range(99)], ""),
        ("include", ["b", "a"], "include stands in [matrix]: write it there, or as matrix.include"),
        ("save_steps", ["max_steps"], "checkpoints are taken by the clock: checkpoint_every, in [limits]"),
        ("load_best_model_at_end", ["a"], "leave it out: what is scored is the model behind the last step"),
        ("model_revision", ["precision"], "a model is a table of its own: revision, in [models.NAME]"),
        ("patience", ["b", "a"], "did you mean 'early_stopping.patience'?"),
    ],
)
def test_hint(word: str, known: list[str], said: str) -> None:
    assert hint(word, known) == said


def arguments() -> set[str]:
    """Return the trainer's arguments in the transformers that is installed, read from its source: importing is slow."""
    found = set()
    for name in ("training_args.py", "training_args_seq2seq.py"):
        source = Path(str(distribution("transformers").locate_file(f"transformers/{name}")))
        for node in ast.parse(source.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("TrainingArguments"):
                found |= {ast.unparse(line.target) for line in node.body if isinstance(line, ast.AnnAssign)}
    return found


def test_what_is_removed_is_not_in_the_installed_version() -> None:
    there = arguments()

    assert distribution("transformers").version == TRANSFORMERS
    assert {"eval_strategy", "output_dir", "generation_num_beams"} < there
    assert there.isdisjoint({*RENAMED, *REMOVED})


def test_every_argument_of_the_trainer_leads_somewhere() -> None:
    ours = {*Defaults.model_fields, "seed", "generation_config"}

    assert arguments() - ours - {*HERE, *ALWAYS, *PLACES} == set()


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        pytest.param("decoder", ["embeddings", "encoder"], "known: embeddings, encoder", id="opposite"),
        pytest.param("decreses", ["increases", "reduces"], "known: increases, reduces", id="slip-of-the-opposite"),
        pytest.param("encodr", ["embeddings", "encoder"], "did you mean 'encoder'?", id="slip"),
        pytest.param("min_length", ["max_length"], "known: max_length", id="least-and-most"),
    ],
)
def test_no_hint_turns_the_meaning_around(word: str, known: list[str], expected: str) -> None:
    assert did_you_mean(word, known) == expected
