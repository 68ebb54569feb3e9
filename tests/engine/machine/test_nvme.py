"""What offloading to a folder needs is looked for, named, and told with a way to get it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from xp.engine.machine import nvme


class Usage(NamedTuple):
    """What a disk says of itself."""

    folder: Path
    free: int


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    nvme.what_is_missing.cache_clear()
    yield
    nvme.what_is_missing.cache_clear()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Be a machine with a compiler and the headers, on which nothing is compiled yet."""
    monkeypatch.setattr(nvme, "is_built", lambda _: False)
    monkeypatch.setattr(nvme, "which", lambda command: f"/usr/bin/{command}")
    monkeypatch.setattr(nvme, "can_link", lambda: True)
    return monkeypatch


def said(folder: Path | None = None) -> str:
    found = nvme.what_is_missing(None if folder is None else str(folder))
    return "" if found is None else f"{found.what}; {found.mend}"


@pytest.mark.parametrize(("command", "package"), [("g++", "g++"), ("ninja", "ninja-build")])
def test_a_compiler_that_is_missing(bare: pytest.MonkeyPatch, command: str, package: str) -> None:
    bare.setattr(nvme, "which", lambda asked: None if asked == command else f"/usr/bin/{asked}")

    assert said().startswith(f"there is no {command} to compile DeepSpeed's async_io with; ")
    assert f"apt-get install {package}," in said()


def test_headers_that_are_missing(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(nvme, "can_link", lambda: False)

    assert said().startswith("the headers of libaio are missing")
    assert "apt-get install libaio-dev" in said()


@pytest.mark.usefixtures("bare")
def test_an_operator_that_is_not_compiled_comes_with_the_command_that_compiles_it() -> None:
    assert said().startswith("DeepSpeed's operator async_io is not compiled yet; compile it once")
    assert "AsyncIOBuilder" in said()


def test_another_system(bare: pytest.MonkeyPatch) -> None:
    bare.setattr("platform.system", lambda: "Darwin")

    assert said() == "it needs Linux, and this is Darwin; offload to 'cpu' instead"


def test_a_folder_that_can_be_written_past_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(nvme, "is_built", lambda _: True)
    monkeypatch.setattr(nvme, "try_direct_write", lambda _: None)
    monkeypatch.setattr(nvme, "file_system", lambda _: "ext4")

    assert said(tmp_path) == said(tmp_path / "not" / "there" / "yet") == ""
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_cannot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(nvme, "is_built", lambda _: True)
    monkeypatch.setattr(nvme, "try_direct_write", lambda _: errno.EINVAL)
    monkeypatch.setattr(nvme, "file_system", lambda _: "nfs")
    (tmp_path / "file").touch()

    assert said(tmp_path).startswith(f"{tmp_path} cannot be written past the cache: its file system has no O_DIRECT; ")
    assert said(tmp_path / "file" / "swap").startswith(f"{tmp_path / 'file'} is no folder; ")


def test_what_torch_has_compiled_for_this_python_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path))
    built = tmp_path / "py30_cpu" / "async_io" / "async_io.so"
    built.parent.mkdir(parents=True)
    built.touch()

    assert not nvme.is_ours(built)
    assert not nvme.is_built("async_io")

    ours = tmp_path / "async_io"
    ours.mkdir()
    (ours / "async_io.so").touch()

    assert nvme.is_built("async_io")


MOUNTED = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 {root} / / rw,relatime - ext4 /dev/vda rw
28 27 {here} / /mnt/fast rw,nosuid shared:3 master:1 - tmpfs tmpfs rw,size=4k
"""
"""Optional fields stand before the dash, none or several of them."""


def test_a_folder_in_memory_is_no_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(nvme, "is_built", lambda _: True)
    monkeypatch.setattr(nvme, "try_direct_write", lambda _: None)
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTED.format(root="254:99", here=f"{os.major(device)}:{os.minor(device)}"))
    monkeypatch.setattr(nvme, "MOUNTS", mounts)

    assert said(tmp_path / "swap") == (
        f"{tmp_path} lies in memory (tmpfs): nothing would be saved; set zero.nvme_path to a folder of a disk"
    )


def test_a_system_that_does_not_tell_its_mounts_is_asked_no_further(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(nvme, "MOUNTS", tmp_path / "nowhere")

    assert nvme.file_system(tmp_path) == ""


def test_a_shortage_tells_what_is_needed_and_what_is_free(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(folder, 1_500_000))

    assert nvme.shortage(tmp_path / "swap", 1_500_000) == ""
    assert nvme.shortage(tmp_path / "swap", 3e9) == f"3.00 GB in {tmp_path}/swap, and 1.50 MB are free there"


def test_free_bytes_are_those_of_the_nearest_folder_that_exists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Path] = []

    def usage(folder: Path) -> Usage:
        asked.append(folder)
        return Usage(folder, 1)

    monkeypatch.setattr("shutil.disk_usage", usage)

    assert nvme.shortage(tmp_path / "not" / "there", 2) != ""
    assert asked == [tmp_path]
