"""Tests that offload to a folder need operators of DeepSpeed that are compiled, and a disk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xp.engine.machine import nvme


def needs_nvme(folder: Path) -> None:
    """Skip a test where this machine cannot offload to a folder."""
    if (lack := nvme.what_is_missing(str(folder))) is not None:
        pytest.skip(lack.what)
    builds = [file.read_text() for file in nvme.extensions().glob("**/async_io/build.ninja")]
    if builds and not any(sys.prefix in build for build in builds):
        pytest.skip("another environment has compiled async_io: here DeepSpeed would compile it again")
