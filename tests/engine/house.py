"""A results folder in which the smallest trials really train."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.train import tiny
from xp.dsl.settings import Settings
from xp.dsl.spec import Carbon, Dataset, Model
from xp.dsl.trial import Trial
from xp.engine import resume
from xp.engine.journal import events
from xp.engine.launch.group import Launcher
from xp.engine.layout import AttemptLayout, Layout

SETTINGS: Mapping[str, Any] = {
    "batch_size": 4,
    "max_steps": 4,
    "learning_rate": 1e-3,
    "max_source_length": 160,
    "max_target_length": 24,
    "logging_steps": 1,
}

TIMES = (
    *("runtime", "per_second", "seconds", "memory", "rss", "energy", "emissions", "duration", "consumed", "share"),
    *("_prepare", "_train", "_evaluate", "_predict"),
)
"""Ends of the names of metrics that no two runs have in common."""


@dataclass
class Ended:
    """What an attempt has left behind."""

    attempt: AttemptLayout
    codes: Sequence[int | None]

    @property
    def settings(self) -> Settings:
        """Return what it was trained with."""
        return Trial.model_validate_json(self.attempt.trial_file.read_text()).settings

    def events(self, kind: str, rank: int = 0) -> list[dict[str, Any]]:
        """Return the events of one kind."""
        return [event for event in events(self.attempt.journal(rank)) if event["event"] == kind]

    def metrics(self, rank: int = 0) -> dict[str, Any]:
        """Return the last value of every metric."""
        return {name: value for event in self.events("metrics", rank) for name, value in event["values"].items()}

    def lasting(self) -> dict[tuple[str, int | None], Any]:
        """Return every metric by name and step that two runs have in common."""
        return {
            (name, event["step"]): value
            for event in self.events("metrics")
            for name, value in event["values"].items()
            if not name.endswith(TIMES)
        }

    def curve(self, name: str) -> dict[int, float]:
        """Return a logged number by step."""
        return {event["step"]: event["values"][name] for event in self.events("metrics") if name in event["values"]}

    def losses(self) -> list[float]:
        """Return the logged losses of all steps."""
        return [event["values"]["loss"] for event in self.events("metrics") if "loss" in event["values"]]

    def facts(self, section: str, subject: str) -> dict[str, Any]:
        """Return the facts about a subject."""
        found = [e for e in self.events("facts") if (e["section"], e["subject"]) == (section, subject)]
        return {name: value for event in found for name, value in event["values"].items()}

    def effective(self) -> dict[str, Any]:
        """Return the settings that were read back."""
        (event,) = self.events("effective")
        return dict(event["values"])

    def predictions(self) -> list[dict[str, str]]:
        """Return the rows of the predictions."""
        return [json.loads(line) for line in self.attempt.predictions.read_text().splitlines()]

    def failure(self, rank: int = 0) -> dict[str, Any]:
        """Return why the rank failed."""
        (event,) = self.events("failure", rank)
        return event

    def log(self) -> str:
        """Return what all ranks printed."""
        return "".join(path.read_text() for path in self.attempt.root.glob("log/*"))


def trial(folder: Path, dataset: Dataset | None = None, swept: tuple[str, ...] = (), **settings: Any) -> Trial:
    """Return the smallest trial, with some settings of its own."""
    bart = Model(architecture="bart", config={**tiny.BART, **settings.pop("config", {})}, vocab_size=300)
    model = settings.pop("model", bart)
    return Trial(
        id="0" * 12,
        experiment="tiny",
        method="tiny",
        baseline="tiny",
        label="tiny · dialogues · seed 1",
        variant={"method": "tiny"},
        context={},
        seed=1,
        settings=Settings.model_validate({**SETTINGS, **settings}),
        model_name="tiny",
        model=model,
        dataset_name="corpus",
        dataset=dataset or Dataset(builtin="dialogues", size=40),
        fingerprint="f" * 64,
        folder=str(folder),
        carbon=Carbon(intensity=100.0),
        timeout_seconds=None,
        swept=swept,
    )


class House:
    """A results folder and the way to run trials in it."""

    def __init__(self, folder: Path, launcher: Launcher) -> None:
        self.folder = folder
        self.layout = Layout(folder / "results")
        self.launcher = launcher

    def run(
        self,
        dataset: Dataset | None = None,
        swept: tuple[str, ...] = (),
        launcher: Launcher | None = None,
        after: tuple[Ended, int] | None = None,
        stop_in: str = "",
        **settings: Any,
    ) -> Ended:
        """Run a trial to its end, from a checkpoint of an earlier attempt where there is one, or stop it in a phase."""
        own: dict[str, Any] = {
            name: settings.pop(name) for name in ("start", "until", "keep", "checkpoint_seconds") if name in settings
        }
        wanted = trial(self.folder, dataset, swept, **settings).model_copy(update=own)
        attempt = self.layout.new_attempt(wanted.id)
        if after is not None:
            resume.order_resume(attempt, resume.Point(wanted.id, after[0].attempt.number, after[1]))
        attempt.trial_file.write_text(wanted.model_dump_json())
        group = (launcher or self.launcher).start(attempt, wanted.settings.world_size, wanted.settings.threads)
        deadline = time.monotonic() + 120
        while None in group.codes() and time.monotonic() < deadline:
            if stop_in and any(event.get("phase") == stop_in for event in events(attempt.journal(0))):
                attempt.stop_file.touch()
            time.sleep(0.02)
        return Ended(attempt, group.codes())

    def write(self, **splits: Sequence[tuple[str, str]]) -> Dataset:
        """Write a corpus of pairs and return it as a data set."""
        for split, pairs in splits.items():
            rows = [{"id": f"{split}-{n}", "text": text, "short": short} for n, (text, short) in enumerate(pairs)]
            (self.folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return Dataset(path="{split}.jsonl", source="text", target="short", id="id")
