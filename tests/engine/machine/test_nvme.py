"""What offloading to a folder needs is looked for, named, and told with a way to get it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from xp.engine.machine import nvme


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    nvme.lack.cache_clear()
    yield
    nvme.lack.cache_clear()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Be a machine with a compiler and the headers, on which nothing is compiled yet."""
    monkeypatch.setattr(nvme, "is_built", lambda _: False)
    monkeypatch.setattr(nvme, "which", lambda command: f"/usr/bin/{command}")
    monkeypatch.setattr(nvme, "links", lambda: True)
    return monkeypatch


def said(folder: Path | None = None) -> str:
    found = nvme.lack(None if folder is None else str(folder))
    return "" if found is None else f"{found.what}; {found.mend}"


@pytest.mark.parametrize(("command", "package"), [("g++", "g++"), ("ninja", "ninja-build")])
def test_a_compiler_that_is_missing(bare: pytest.MonkeyPatch, command: str, package: str) -> None:
    bare.setattr(nvme, "which", lambda asked: None if asked == command else f"/usr/bin/{asked}")

    assert said().startswith(f"there is no {command} to compile DeepSpeed's async_io with; ")
    assert f"apt-get install {package}," in said()


def test_headers_that_are_missing(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(nvme, "links", lambda: False)

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
    monkeypatch.setattr(nvme, "direct", lambda _: None)

    assert said(tmp_path) == said(tmp_path / "not" / "there" / "yet") == ""
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_cannot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(nvme, "is_built", lambda _: True)
    monkeypatch.setattr(nvme, "direct", lambda _: errno.EINVAL)
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


def test_room_in_another_place_is_given_back(tmp_path: Path) -> None:
    link, place = tmp_path / "work" / "offload", tmp_path / "disk"
    link.parent.mkdir()

    nvme.make_room(link, str(place), "xp-1")
    (link / "states.swp").touch()

    assert (place / "xp-1" / "states.swp").exists()

    nvme.clear(link)

    assert place.exists()
    assert [*place.iterdir()] == []


def test_room_among_the_results_needs_no_link(tmp_path: Path) -> None:
    nvme.make_room(tmp_path / "offload", None, "xp-1")
    nvme.clear(tmp_path / "offload")

    assert [*tmp_path.iterdir()] == []
