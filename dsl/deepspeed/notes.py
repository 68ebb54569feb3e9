"""What has been understood of a DeepSpeed file so far, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from xp.dsl.deepspeed.base import Base, FileSetting
from xp.dsl.deepspeed.meaning import SHORTEST_WARMUP, SILENT, TYPED, WARMUP_STEPS
from xp.dsl.deepspeed.text import JsonFile
from xp.dsl.dotted import SETTINGS, nest
from xp.dsl.errors import Problem
from xp.dsl.explain import advice, broken_rule
from xp.dsl.spelling import excerpt


class FileNotes:
    """Taken while a file is read."""

    def __init__(self, file: JsonFile) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.seen: dict[str, str] = {}
        """The keys so far under their first names, each with the name that it has in the file."""

        self.said: dict[str, FileSetting] = {}
        self.auto: dict[str, str] = {}
        self.off: dict[str, str] = {}
        self.total: int | None = None
        self.rest: dict[str, Any] = {}

    def wrong(self, key: str, message: str, hint: str = "") -> None:
        """Note what is wrong with a key."""
        self.problems.append(Problem(message, self.file.where(key), hint))

    def value(self, setting: str, value: Any, key: str) -> Any:
        """Return a value as one of *setting*, None where it cannot be one."""
        try:
            return SETTINGS[setting].adapter.validate_python(value)
        except ValidationError as error:
            detail = error.errors()[0]
            self.wrong(key, broken_rule(detail), advice(detail["type"], value, detail.get("ctx", {})))
            return None

    def say(self, setting: str, value: Any, key: str) -> None:
        """Take a value for a setting, if it is one and the file says nothing else of the setting."""
        value = self.value(setting, value, key)
        if value is None:
            return
        before = self.said.setdefault(setting, FileSetting(value, key))
        if before.value != value:
            first, second = (excerpt(self.file.value(name)) for name in (before.key, key))
            self.wrong(key, f"contradicts {before.key} = {first}, got {second}", f"both are {setting}")

    def base(self) -> Base:
        """Return what was right."""
        silent = {TYPED[key]: value for key, value in SILENT.items() if key not in self.seen}
        if "scheduler.type" in self.seen and "warmup_steps" not in self.said:
            silent["warmup_steps"] = SHORTEST_WARMUP if "warmup_steps" in self.auto else WARMUP_STEPS
        return Base(self.file, self.said, silent, self.auto, self.off, self.total, nest(self.rest), self.seen)
