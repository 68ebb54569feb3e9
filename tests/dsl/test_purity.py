"""The language loads nothing but pydantic and the standard library, and loads fast."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import xp.dsl

MODULES = sorted(module.name for module in pkgutil.walk_packages(xp.dsl.__path__, "xp.dsl."))
ALLOWED = {"xp", "pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    assert sys.modules.get(module) or __import__(module)
    docstring = sys.modules[module].__doc__ or ""

    assert docstring.splitlines()[0].endswith((".", "``."))


def test_nothing_heavy_is_loaded() -> None:
    script = (
        f"import sys; before = set(sys.modules); import {', '.join(MODULES)}; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert {name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("_")} <= ALLOWED
