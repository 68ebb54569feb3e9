"""Words that users bring along from elsewhere, and what they are called here."""

from __future__ import annotations

from collections.abc import Collection

from xp.dsl.deepspeed.files import KEY
from xp.dsl.dotted import SETTINGS, TABLES
from xp.dsl.errors import did_you_mean
from xp.dsl.translations import ALWAYS, HERE, REMOVED, RENAMED, TRANSFORMERS

MOST = 20
"""Known words that a hint lists; the reference documents all of them."""

PLACES = {
    KEY: "a DeepSpeed file is named in [defaults] or [methods.NAME], beside settings",
    **{
        word: f"{word} stands in [matrix]: write it there, or as matrix.{word}"
        for word in ("exclude", "include", "zip", "constraints", "seed")
    },
    **dict.fromkeys(
        ("save_steps", "save_strategy"), "checkpoints are taken by the clock: checkpoint_every, in [limits]"
    ),
    **{
        f"{split}_file": f"a data set is a table of its own: {split}, in [datasets.NAME]"
        for split in ("train", "validation", "test")
    },
    **{
        word: f"a model is a table of its own: {key}, in [models.NAME]"
        for word, key in (("config_name", "config"), ("model_revision", "revision"), ("tokenizer_name", "tokenizer"))
    },
}
"""Keys that people write elsewhere, and where they stand."""


def hint(word: str, known: Collection[str]) -> str:
    """Return what helps somebody who wrote *word* where only *known* words may stand."""
    if word in RENAMED or word in REMOVED:
        return removed_argument(word)
    if word in HERE:
        return f"here it is {HERE[word]}"
    if word in PLACES and word not in known:
        return PLACES[word]
    if word in ALWAYS:
        return f"leave it out: {ALWAYS[word]}"
    guess = did_you_mean(word, known)
    return guess if guess.startswith("did") else tables_that_take(word) or closest(word, known)


def removed_argument(word: str) -> str:
    """Return that transformers has removed an argument, and what to do without it."""
    way_out = f"write {RENAMED[word]}" if word in RENAMED else f"leave it out, {REMOVED[word]}"
    return f"transformers {TRANSFORMERS} has no {word} any more: {way_out}"


def closest(word: str, known: Collection[str]) -> str:
    """Return a hint naming the known word closest to *word*; nothing where none is close and there are too many.

    >>> closest("predict_rogue2", ["predict_rouge2", "duration"])
    "did you mean 'predict_rouge2'?"
    """
    guess = did_you_mean(word, known)
    return guess if len(known) <= MOST or guess.startswith("did") else ""


def tables_that_take(word: str) -> str:
    """Return where *word* may stand, if it is the name of a setting."""
    if word in SETTINGS and "." in word:
        return f"in quotes it is one name: write {word} without them"
    if word in SETTINGS or word in TABLES:
        return f"{word} is a setting: it may stand in [defaults], a method's settings or [matrix]"
    inside = next((name for name in SETTINGS if name.endswith(f".{word}")), "")
    return f"did you mean {inside!r}?" if inside else ""
