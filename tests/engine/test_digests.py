"""A file is read piece by piece, and told by its size and its hash."""

from __future__ import annotations

from pathlib import Path

from xp.engine.digests import CHUNK, describe_file, hash_file


def test_a_file_has_a_size_and_a_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert describe_file(tmp_path / "a") == {"bytes": 3, "sha256": sha256}
    assert hash_file(tmp_path / "a") == sha256


def test_whoever_waits_is_told_that_a_large_file_is_being_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2 * CHUNK + 1))
    beats: list[int] = []
    describe_file(tmp_path / "a", lambda: beats.append(1))
    assert len(beats) == 3
