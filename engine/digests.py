"""What is in a file or a text: its SHA-256, and the size of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CHUNK = 2**20
"""Bytes that are read at a time: a file of any size takes no more memory than that."""


def describe_file(path: Path, beat: Callable[[], object] = lambda: None) -> Mapping[str, Any]:
    """Return the size of a file and its hash, as journals and manifests have them; *beat* is called as it goes on."""
    return {"bytes": path.stat().st_size, "sha256": hash_file(path, beat)}


def hash_file(path: Path, beat: Callable[[], object] = lambda: None) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits; *beat* is called behind each piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            beat()
    return digest.hexdigest()


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text: that of its file, which is UTF-8; half a character counts as it is."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
