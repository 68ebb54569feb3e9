"""Experiment files of one test, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.dsl.head import HEAD, Loading, Planning, Refusal, Write
from xp.dsl.errors import SpecError
from xp.dsl.plan import Plan, plan
from xp.dsl.resources import Machine
from xp.dsl.source import load

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a text as ``spec.toml``, or a file of another name, into the working folder."""
    monkeypatch.chdir(tmp_path)

    def write_file(text: str | bytes, name: str = "spec.toml") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write_file


@pytest.fixture
def experiment(write: Write) -> Loading:
    """Read the nine lines and *text* as an experiment."""
    return lambda text="", *overrides: load(write(HEAD + text), overrides)


@pytest.fixture
def planned(experiment: Loading) -> Planning:
    """Plan the nine lines and *text*; every name stands for content of its own."""

    def make(text: str = "", *overrides: str, machine: Machine | None = None) -> Plan:
        return plan(experiment(text, *overrides), Fingerprints(), machine)

    return make


class Fingerprints(dict[str, str]):
    """Has a hash for any name."""

    def __missing__(self, name: str) -> str:
        return f"content of {name}"


@pytest.fixture
def refusal(planned: Planning) -> Refusal:
    """Return what is said of the nine lines and *text*, which cannot be planned."""

    def say(text: str = "", *overrides: str, machine: Machine | None = None) -> str:
        with pytest.raises(SpecError) as refused:
            planned(text, *overrides, machine=machine)
        return str(refused.value)

    return say
