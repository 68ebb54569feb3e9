"""The wheel holds what the checkout holds."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def folders() -> dict[str, Path]:
    """Return every package of the checkout with its folder."""
    tops = SETTINGS["tool"]["setuptools"]["package-dir"]
    return {
        ".".join((name, *init.parent.relative_to(ROOT / top).parts)): init.parent
        for name, top in tops.items()
        for init in (ROOT / top).rglob("__init__.py")
    }


def test_every_package_folder_is_listed() -> None:
    assert set(SETTINGS["tool"]["setuptools"]["packages"]) == set(folders())


def test_every_data_file_is_packaged() -> None:
    patterns = SETTINGS["tool"]["setuptools"]["package-data"]
    missing = [
        file
        for name, folder in folders().items()
        for file in folder.iterdir()
        if file.suffix in {".sql", ".toml", ".j2", ".typed"}
        and not any(file.match(pattern) for pattern in (*patterns["*"], *patterns.get(name, [])))
    ]
    assert missing == []


def test_every_dependency_is_pinned_as_tested() -> None:
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    project = SETTINGS["project"]
    wanted = {
        word.partition(">=")[0].lower() for word in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    }
    assert {name.replace("_", "-") for name in wanted} <= {name.replace("_", "-") for name in pinned}
