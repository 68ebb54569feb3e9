"""Checkpoints and data sets of summarisation by the names that papers use: where they are, and how they are read.

No commit is pinned here: nobody has looked them up. The commit that the hub gives is part of each trial's id; a
``revision`` beside a preset keeps it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xp.dsl.errors import did_you_mean
from xp.dsl.refusals import Refusals

PRESET = "preset"

DATASETS: Mapping[str, Mapping[str, Any]] = {
    "cnn_dailymail": {
        "path": "abisee/cnn_dailymail",
        "mirrors": ["ccdv/cnn_dailymail"],
        "config": "3.0.0",
        "source": "article",
        "target": "highlights",
        "id": "id",
    },
    "samsum": {
        "path": "knkarthick/samsum",
        "mirrors": ["Samsung/samsum"],
        "source": "dialogue",
        "target": "summary",
        "id": "id",
    },
    "xsum": {
        "path": "EdinburghNLP/xsum",
        "mirrors": ["knkarthick/xsum"],
        "source": "document",
        "target": "summary",
        "id": "id",
    },
}
"""What each data set is written out."""

MODELS: Mapping[str, Mapping[str, Any]] = {
    name: {"checkpoint": checkpoint}
    for name, checkpoint in {
        "bart-base": "facebook/bart-base",
        "bart-large": "facebook/bart-large",
        "bart-large-cnn": "facebook/bart-large-cnn",
        "bart-large-xsum": "facebook/bart-large-xsum",
        "bigbird-pegasus-large-arxiv": "google/bigbird-pegasus-large-arxiv",
        "distilbart-cnn-12-6": "sshleifer/distilbart-cnn-12-6",
        "distilbart-xsum-12-6": "sshleifer/distilbart-xsum-12-6",
        "flan-t5-base": "google/flan-t5-base",
        "led-base-16384": "allenai/led-base-16384",
        "led-large-16384": "allenai/led-large-16384",
        "long-t5-local-base": "google/long-t5-local-base",
        "long-t5-tglobal-base": "google/long-t5-tglobal-base",
        "pegasus-cnn_dailymail": "google/pegasus-cnn_dailymail",
        "pegasus-large": "google/pegasus-large",
        "pegasus-xsum": "google/pegasus-xsum",
        "prophetnet-large-uncased": "microsoft/prophetnet-large-uncased",
        "prophetnet-large-uncased-cnndm": "microsoft/prophetnet-large-uncased-cnndm",
        "t5-base": "google-t5/t5-base",
        "t5-large": "google-t5/t5-large",
        "t5-small": "google-t5/t5-small",
    }.items()
}
"""The checkpoint of each model."""

PLACE = ("path", "mirrors", "config", "revision")
"""What is no longer true of a data set that is somewhere else."""


def written_out(raw: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return a table with what its preset says of it; what is written beside the preset wins."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get(PRESET), str):
        return raw
    if raw[PRESET] not in known:
        refusals = Refusals("preset")
        refusals.add((PRESET,), f"unknown preset, got '{raw[PRESET]}'", did_you_mean(raw[PRESET], known))
        refusals.raise_any()
    elsewhere = "path" in raw or "train" in raw
    preset = {key: value for key, value in known[raw[PRESET]].items() if not (elsewhere and key in PLACE)}
    return {**preset, **raw}
