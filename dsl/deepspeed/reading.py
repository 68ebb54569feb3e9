"""Reads a DeepSpeed file: what is a setting here, what goes to DeepSpeed as it is, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from xp.dsl.deepspeed.base import Base
from xp.dsl.deepspeed.blocks import UNSET, Kind
from xp.dsl.deepspeed.bounds import value_problem
from xp.dsl.deepspeed.files import Files
from xp.dsl.deepspeed.keys import ALIASES, PASSED_OVER, READ_FROM, REFUSED, REMOVED, SWITCHES, TOP
from xp.dsl.deepspeed.meaning import AUTO, FILLED, TYPED
from xp.dsl.deepspeed.notes import FileNotes
from xp.dsl.deepspeed.special import HANDLERS
from xp.dsl.deepspeed.text import JsonFile
from xp.dsl.errors import Problem, did_you_mean
from xp.dsl.explain import unquoted
from xp.dsl.spelling import dotted, either, excerpt, leaves

WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}

FEW = 20
"""Known keys that a hint lists."""

NAMES = {setting.rpartition(".")[2]: key for key, setting in reversed([*TYPED.items()])}
"""Names of settings to their keys, of several the first."""

NAMED = ("optimizer", "scheduler")
"""Blocks that DeepSpeed passes over unless they have a type."""


def read_bases(files: Files) -> tuple[dict[str, Base], list[Problem]]:
    """Return what files mean, by their names, and everything that is wrong with any of them."""
    bases: dict[str, Base] = {}
    problems = [*files.problems]
    for name, file in files.found.items():
        bases[name], wrong = read_base(file)
        problems += wrong
    return bases, problems


def read_base(file: JsonFile) -> tuple[Base, list[Problem]]:
    """Return what a file means, and everything that is wrong with it."""
    reading = FileReader(file)
    reading.block("", "", file.tree, {**TOP, **PASSED_OVER})
    for name in NAMED:
        if name in reading.notes.seen and f"{name}.type" not in reading.notes.seen:
            reading.notes.wrong(name, "lacks a type", "DeepSpeed would pass over it")
    return reading.notes.base(), reading.notes.problems


class FileReader:
    """One walk through a file. Each key has the name that the file gives it, and its first name."""

    def __init__(self, file: JsonFile) -> None:
        self.notes = FileNotes(file)

    def block(self, here: str, path: str, tree: Mapping[str, Any], keys: Mapping[str, Kind]) -> None:
        """Read the keys of a block."""
        for written, value in tree.items():
            name = ALIASES.get(beneath(path, written), written)
            self.key(beneath(here, written), beneath(path, name), value, keys)

    def key(self, here: str, path: str, value: Any, keys: Mapping[str, Kind]) -> None:
        """Read one key of a block."""
        name, notes = path.rpartition(".")[2], self.notes
        if path in REMOVED:
            notes.wrong(here, f"feature removed: DeepSpeed {READ_FROM} has no {name} any more", REMOVED[path])
        elif path in REFUSED or (path in SWITCHES and is_on(value)):
            notes.wrong(here, "cannot be used here", REFUSED.get(path) or SWITCHES[path])
        elif path in SWITCHES:
            pass
        elif name not in keys:
            notes.wrong(here, "unknown key", suggest_key(name, keys))
        elif path in notes.seen:
            notes.wrong(here, f"{notes.seen[path]} is the same key, and given too", "take one of them out")
        else:
            notes.seen[path] = here
            self.content(here, path, value, keys[name])

    def content(self, here: str, path: str, value: Any, kind: Kind) -> None:
        """Read what a known key says."""
        if isinstance(kind, Mapping) and isinstance(value, Mapping):
            self.block(here, path, value, kind)
        elif value == "auto":
            self.auto(here, path)
        elif value is None and path in UNSET:
            self.notes.rest[path] = None
        elif value is None:
            self.notes.wrong(here, "null says nothing", "take it out: then DeepSpeed's default holds")
        elif not is_a(with_whole_numbers(value), kind):
            self.notes.wrong(here, f"should be {in_words(kind)}, got {excerpt(value)}", suggest_value(value, kind))
        else:
            self.value(here, path, with_whole_numbers(value))

    def value(self, here: str, path: str, value: Any) -> None:
        """Take a value of the right type."""
        if path in HANDLERS:
            HANDLERS[path](self.notes, here, path, value)
        elif path in TYPED:
            self.notes.say(TYPED[path], value, here)
        elif path not in PASSED_OVER:
            for key, leaf in leaves(value):
                if leaf == "auto":
                    self.auto(dotted((here, *key)), dotted((path, *key)))
            if wrong := value_problem(path, value):
                self.notes.wrong(here, wrong)
            self.notes.rest[path] = value

    def auto(self, here: str, path: str) -> None:
        """Leave a value to the settings, if one of them can fill it."""
        if path in AUTO:
            self.notes.auto |= dict.fromkeys(AUTO[path], here)
            self.notes.rest |= {path: FILLED[path]} if path in FILLED else {}
        else:
            hint = "write a value, or take the key out: then DeepSpeed's default holds"
            self.notes.wrong(here, "'auto' cannot be filled in: no setting here is this key", hint)


def beneath(path: str, name: str) -> str:
    """Return the dotted name of a key in a block."""
    return f"{path}.{name}" if path else name


def is_on(value: Any) -> bool:
    """Tell whether a block, or a key that is none, is switched on."""
    return bool(value.get("enabled") if isinstance(value, Mapping) else value)


def suggest_key(name: str, keys: Mapping[str, Kind]) -> str:
    """Return a hint: the key of the setting that *name* is here, else the closest known key, or all where few are."""
    if name in NAMES:
        return f"write {NAMES[name]}"
    listed = len(keys) <= FEW or get_close_matches(name, keys, n=1)
    return did_you_mean(name, keys) if listed else f"DeepSpeed {READ_FROM} knows no such key"


def suggest_value(value: Any, kind: Kind) -> str:
    """Return what a value of the wrong type was to say, where that can be guessed.

    >>> suggest_value("5e8", int), suggest_value(True, {"enabled": bool})
    ('write 5e8 without quotes', 'write {"enabled": true}')
    """
    if isinstance(value, str):
        return unquoted(value)
    if not isinstance(value, bool) or not isinstance(kind, Mapping):
        return ""
    switch = f'{{"enabled": {str(value).lower()}}}' if "enabled" in kind else ""
    stage = f'{{"stage": {int(value)}}}, or which stage it is' if "stage" in kind else ""
    return f"write {switch or stage}" if switch or stage else ""


def in_words(kind: Kind) -> str:
    """Return what a value of a kind is."""
    if isinstance(kind, tuple):
        return either([WORDS[one] for one in kind])
    return WORDS[dict if isinstance(kind, Mapping) else kind]


def is_a(value: Any, kind: Kind) -> bool:
    """Tell whether a value is of a kind; ``true`` is no number, and a whole number may stand for any."""
    if isinstance(kind, Mapping) or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    return isinstance(value, int | float if kind is float else kind)


def with_whole_numbers(value: Any) -> Any:
    """Return a value with whole numbers as such: JSON writes them 5e8, too."""
    if isinstance(value, Mapping):
        return {name: with_whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
