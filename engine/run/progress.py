"""Shows a run as it goes on: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from xp.dsl.quantity import plural
from xp.dsl.trial import Trial
from xp.engine.run.failures import Outcome

MARKS = {"completed": "done", "failed": "FAILED", "oom": "OUT OF MEMORY", "diverged": "DIVERGED", "timeout": "TIMEOUT"}
SHOWN = {"loss": "loss {:.2f}", "eval_loss": "eval loss {:.2f}", "predict_rouge1": "ROUGE-1 {:.1f}"}


class Unbreakable:
    """A stream to a reader who may go away, with a terminal that is closed or a pipe that ends: the run does not."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write as long as somebody reads."""
        with suppress(OSError):
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written, to whoever is there."""
        with suppress(OSError):
            self.stream.flush()


def console() -> Console:
    """Return where a run tells how it goes on; without an error stream, nowhere."""
    return Console(file=cast(IO[str], Unbreakable(sys.stderr))) if sys.stderr else Console(quiet=True)


class PlainDisplay:
    """One line when something begins or ends."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = self.number = 0
        self.metrics: dict[str, float] = {}
        self._numbering = threading.Lock()

    def planned(self, total: int, cached: int, left: int) -> None:
        """Say what is about to happen."""
        self.total = total - cached - left
        stay = f"{left} {'stays as it' if left == 1 else 'stay as they'} ended, " if left else ""
        self.say(f"{plural(total, 'trial')}: {cached} already completed, {stay}{self.total} to run")

    def started(self, trial: Trial) -> None:  # noqa: ARG002 - lines come at the end
        """Say that an attempt begins."""
        self.next()
        self.metrics = {}

    def next(self) -> int:
        """Return the number of the next attempt; lanes ask from threads of their own."""
        with self._numbering:
            self.number += 1
            return self.number

    def event(self, event: Mapping[str, Any]) -> None:
        """Remember the latest metrics."""
        if event["event"] == "metrics":
            self.metrics |= {name: value for name, value in event["values"].items() if isinstance(value, int | float)}

    def ended(self, trial: Trial, outcome: Outcome, seconds: float) -> None:
        """Say how an attempt ended."""
        place = f"[{self.number}/{self.total}]"
        result = self.summary() if outcome.state == "completed" else outcome.reason
        self.say(
            f"{place} {MARKS.get(outcome.state, outcome.state)}: {trial.label} ({seconds:.1f} s) {result}".rstrip()
        )

    def note(self, text: str) -> None:
        """Say something else."""
        self.say(text)

    def say(self, text: str) -> None:
        """Print one line as it is."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def summary(self) -> str:
        """Return the metrics worth a line."""
        return ", ".join(form.format(self.metrics[name]) for name, form in SHOWN.items() if name in self.metrics)


class LaneDisplay(PlainDisplay):
    """The lines of one of several lanes, numbered together with those of the others."""

    def __init__(self, whole: PlainDisplay) -> None:
        super().__init__(whole.console)
        self.whole = whole

    def started(self, trial: Trial) -> None:  # noqa: ARG002 - lines come at the end
        """Say that an attempt begins."""
        self.metrics = {}
        self.total = self.whole.total
        self.number = self.whole.next()


class LiveDisplay(PlainDisplay):
    """The same lines above two bars that move."""

    def __init__(self, console: Console, progress: Progress) -> None:
        super().__init__(console)
        self.progress = progress
        self.all = progress.add_task("trials", total=None, note="")
        self.one = progress.add_task("", total=None, visible=False, note="")

    def planned(self, total: int, cached: int, left: int) -> None:
        """Say what is about to happen."""
        super().planned(total, cached, left)
        self.progress.update(self.all, total=self.total)

    def started(self, trial: Trial) -> None:
        """Show a bar for the attempt."""
        super().started(trial)
        self.progress.reset(self.one, total=None, visible=True, description=trial.label)

    def event(self, event: Mapping[str, Any]) -> None:
        """Move the bar of the attempt."""
        super().event(event)
        if event["event"] == "progress":
            label = f"{event['phase']} {self.summary()}"
            self.progress.update(self.one, total=event["steps"] or None, completed=event["step"], note=label)

    def ended(self, trial: Trial, outcome: Outcome, seconds: float) -> None:
        """Say how an attempt ended and move the bar of all."""
        super().ended(trial, outcome, seconds)
        self.progress.advance(self.all)
        self.progress.update(self.one, visible=False)


@contextmanager
def display(console: Console, jobs: int = 1) -> Iterator[PlainDisplay]:
    """Yield a display that fits where the output goes: bars show one attempt at a time."""
    if not console.is_terminal or jobs > 1:
        yield PlainDisplay(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield LiveDisplay(console, progress)
