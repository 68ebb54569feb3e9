"""The configuration of a model as its file says, read without transformers and without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xp.dsl.spec import Model
from xp.engine.folders import find_folder


def configuration(model: Model, folder: Path) -> Mapping[str, Any] | None:
    """Return the fields of a model's configuration, None where they are not known on this machine.

    A model that is made here has as many tokens as its tokenizer, which is trained up to ``vocab_size`` of them; of
    any other tokenizer the size is not known before it is read.
    """
    if model.checkpoint is None:
        own = {"model_type": model.architecture, **model.config, "vocab_size": model.vocab_size}
        return own if model.tokenizer is None else None
    found = read_checkpoint(model.checkpoint, model.revision, folder)
    return None if found is None else {**found, **model.config}


def read_checkpoint(checkpoint: str, revision: str | None, folder: Path) -> Mapping[str, Any] | None:
    """Return what a checkpoint's configuration says, None where it is not on this machine.

    Of a damaged one nothing is known, and a worker will say so.
    """
    place = find_folder(checkpoint, folder) or downloaded(checkpoint, revision)
    if place is None or not (file := place / "config.json").is_file():
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def downloaded(checkpoint: str, revision: str | None) -> Path | None:
    """Return the folder of a checkpoint in the hub's cache on this machine, None where it was never fetched."""
    from xp.engine.hub_cache import find_download  # noqa: PLC0415 - whoever needs no hub does not pay for it

    return find_download("model", checkpoint, revision)
