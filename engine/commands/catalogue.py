"""The catalogue of methods as a document; what each is claimed to do stands in the experiments that ship with xp."""

from __future__ import annotations

from pathlib import Path

from xp.dsl import source
from xp.dsl.catalogue import CATALOGUE, Entry
from xp.dsl.experiment import Experiment
from xp.dsl.reference import grid
from xp.engine.layout import shipped

INTRODUCTION = """# Methods

What trials can be trained with. A method is a named bundle of settings, and any of these can be put together with any
other that its rules allow ([all keys](reference.md)). What is declared is read back from the running trainer before the
first step: a setting that did not take ends its trial. What a method is claimed to do, compared with its baseline, is
what the experiment named there declares and `xp verify` tests; a star: it depends on the situation.
"""

HEAD = ("method", "what it does", "settings", "works with", "needs", "claims", "from")


def catalogue() -> str:
    """Return the whole document."""
    needed = {entry.example[0] for entry in CATALOGUE if entry.example}
    experiments = {name: shipped_experiment(name) for name in sorted(needed)}
    return f"{INTRODUCTION}\n{grid(HEAD, [row(entry, experiments) for entry in CATALOGUE])}"


def shipped_experiment(name: str) -> Experiment:
    """Return an experiment that ships with xp."""
    file = shipped("xp.experiments", Path(name), ".toml")
    if file is None:
        raise FileNotFoundError(name)
    return source.load(file)


def row(entry: Entry, experiments: dict[str, Experiment]) -> tuple[str, ...]:
    """Return the cells of one method."""
    settings = ", ".join(f"`{name}`" for name in entry.settings)
    return entry.name, entry.does, settings, entry.works, entry.needs, claims(entry, experiments), entry.source


def claims(entry: Entry, experiments: dict[str, Experiment]) -> str:
    """Return what an experiment claims of the method, and which; nothing where none does."""
    if entry.example is None:
        return ""
    file, name = entry.example
    told = ", ".join(f"{claim.expect} {measure}" for measure, claim in experiments[file].method(name).claims.items())
    return f"{told or 'none'} (`{name}` of `{file}`)"
