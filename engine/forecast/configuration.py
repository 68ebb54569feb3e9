"""The configuration of a model as its file says, read without transformers and without a network."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xp.dsl.spec import Model


def configuration(model: Model, folder: Path) -> Mapping[str, Any] | None:
    """Return the fields of a model's configuration, None where they are not known on this machine.

    A model that is made here has as many tokens as its tokenizer, which is trained up to ``vocab_size`` of them; of
    any other tokenizer the size is not known before it is read.
    """
    if model.checkpoint is None:
        own = {"model_type": model.architecture, **model.config, "vocab_size": model.vocab_size}
        return own if model.tokenizer is None else None
    for file in files(model.checkpoint, model.revision or "main", folder):
        if file.is_file():
            return {**fields(file), **model.config}
    return None


def files(checkpoint: str, revision: str, folder: Path) -> Iterator[Path]:
    """Yield the places where a checkpoint's configuration may be: its folder, then the cache of the hub."""
    yield folder / Path(checkpoint).expanduser() / "config.json"
    cached = hub_cache() / f"models--{checkpoint.replace('/', '--')}"
    branch = cached / "refs" / revision
    commit = branch.read_text(encoding="utf-8").strip() if branch.is_file() else revision
    yield cached / "snapshots" / commit / "config.json"


def fields(file: Path) -> Mapping[str, Any]:
    """Return what a configuration says; of a damaged one nothing is known, and a worker will say so."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def hub_cache() -> Path:
    """Return the folder in which huggingface_hub keeps what it has fetched."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(os.environ.get("HF_HOME") or caches / "huggingface")
    return Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
