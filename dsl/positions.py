"""How many tokens a model can tell apart by their place, as far as its configuration says."""

from __future__ import annotations

from typing import NamedTuple

from xp.dsl.spec import Model


class Positions(NamedTuple):
    """Longest sequences of a model, in tokens; None where there is no such bound, or it is not known."""

    source: int | None
    target: int | None


BOTH = "max_position_embeddings"
SOURCE = "max_encoder_position_embeddings"
TARGET = "max_decoder_position_embeddings"

BUILT_IN = {
    "bart": {BOTH: 1024},
    "bigbird_pegasus": {BOTH: 4096},
    "blenderbot": {BOTH: 128},
    "led": {SOURCE: 16384, TARGET: 1024},
    "marian": {BOTH: 1024},
    "mbart": {BOTH: 1024},
    "pegasus": {BOTH: 1024},
    "prophetnet": {BOTH: 512},
}
"""What transformers takes for a model that is made here and says nothing else."""


def positions(model: Model) -> Positions:
    """Return the bounds of a model.

    >>> positions(Model(architecture="bart", config={"max_position_embeddings": 256}))
    Positions(source=256, target=256)
    """
    known = {**BUILT_IN.get(model.architecture or "", {}), **model.config}
    return Positions(bound(known.get(SOURCE, known.get(BOTH))), bound(known.get(TARGET, known.get(BOTH))))


def bound(value: object) -> int | None:
    """Return a number of tokens, None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
