"""The wheel holds what the checkout holds, and works without it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DATA = {".sql", ".toml", ".j2", ".css", ".js", ".typed"}


def folders() -> dict[str, Path]:
    """Return every package of the checkout with its folder: what holds modules, or files that are shipped."""
    tops = SETTINGS["tool"]["setuptools"]["package-dir"]
    return {
        ".".join((name, *folder.relative_to(ROOT / top).parts)): folder
        for name, top in tops.items()
        for folder in {file.parent for file in (ROOT / top).rglob("*") if file.suffix in DATA | {".py"}}
    }


def test_every_package_folder_is_listed() -> None:
    assert set(SETTINGS["tool"]["setuptools"]["packages"]) == set(folders())


def test_every_data_file_is_packaged() -> None:
    patterns = SETTINGS["tool"]["setuptools"]["package-data"]
    missing = [
        file
        for name, folder in folders().items()
        for file in folder.iterdir()
        if file.suffix in DATA and not any(file.match(pattern) for pattern in (*patterns["*"], *patterns.get(name, [])))
    ]
    assert missing == []


def test_every_dependency_is_pinned_as_tested() -> None:
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    project = SETTINGS["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {word.partition(">=")[0].lower() for word in wanted}
    assert {name.replace("_", "-") for name in names} <= {name.replace("_", "-") for name in pinned}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which the wheel of this checkout was unpacked."""
    work = tmp_path_factory.mktemp("wheel")
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in tracked.stdout.decode().splitlines():
        if (ROOT / name).is_file():
            (work / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (work / "source" / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(work / "dist"), str(work / "source")]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (work / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(work / "site")
    return work / "site"


def test_the_wheel_holds_every_file_of_the_packages(installed: Path) -> None:
    files = {
        "/".join((*name.split("."), file.name))
        for name, folder in folders().items()
        for file in folder.iterdir()
        if file.suffix in DATA | {".py"}
    }
    assert files <= {str(path.relative_to(installed)) for path in installed.rglob("*")}


@pytest.mark.parametrize("words", [("plan", "core"), ("query", "tradeoffs"), ("render", "experiments", "-o", "-")])
def test_the_wheel_works_outside_the_repository(installed: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "results").mkdir()
    code = (
        "import sys; from xp.engine.cli import main as cli; "
        f"assert cli.__file__.startswith({str(installed)!r}), cli.__file__; cli.main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
