"""The only module that knows a path on disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ATTEMPT = re.compile(r"attempt-(\d+)")
CHECKPOINT = re.compile(r"step-(\d+)")
EXPERIMENT_JOURNAL = re.compile(r"experiments/([^/]+)\.jsonl")
ATTEMPT_JOURNAL = re.compile(r"trials/([^/]+)/attempt-([1-9]\d{0,5})/journal/(?:engine|machine|rank(\d{1,4}))\.jsonl")


@dataclass(frozen=True)
class AttemptLayout:
    """The folder of one attempt: what the worker reads and everything it writes."""

    root: Path

    @property
    def number(self) -> int:
        """Return the place of this attempt among the trial's, from 1."""
        match = ATTEMPT.fullmatch(self.root.name)
        if match is None:
            raise ValueError(f"not the folder of an attempt: {self.root}")
        return int(match[1])

    @property
    def trial_id(self) -> str:
        """Return the id of the trial that it works on."""
        return self.root.parent.name

    def neighbour(self, trial_id: str, number: int) -> AttemptLayout:
        """Return another attempt in the same results folder."""
        return AttemptLayout(self.root.parents[1] / trial_id / f"attempt-{number}")

    @property
    def trial_file(self) -> Path:
        """The trial, as JSON: a worker's whole input."""
        return self.root / "trial.json"

    @property
    def engine_journal(self) -> Path:
        """What the engine says of the attempt: its start and its end."""
        return self.root / "journal" / "engine.jsonl"

    @property
    def machine_journal(self) -> Path:
        """How busy the machine was."""
        return self.root / "journal" / "machine.jsonl"

    @property
    def machine_log(self) -> Path:
        """What the process printed that watched the machine: nothing, where all went well."""
        return self.root / "log" / "machine.log"

    def journal(self, rank: int) -> Path:
        """Return the journal of one rank."""
        return self.root / "journal" / f"rank{rank}.jsonl"

    def journals(self) -> list[Path]:
        """Return the journals that there are."""
        return sorted(self.engine_journal.parent.glob("*.jsonl"))

    def rank_journals(self) -> list[Path]:
        """Return the journals of ranks that there are."""
        return sorted(self.engine_journal.parent.glob("rank*.jsonl"))

    def log(self, rank: int) -> Path:
        """Return the file that holds what one rank printed."""
        return self.root / "log" / f"rank{rank}.log"

    def rank_logs(self) -> list[Path]:
        """Return the logs of ranks that there are."""
        return sorted(self.machine_log.parent.glob("rank*.log"))

    @property
    def rendezvous(self) -> Path:
        """The file through which the ranks find each other; used once."""
        return self.root / "work" / "rendezvous"

    @property
    def work(self) -> Path:
        """The trainer's own folder; removed when the attempt has ended."""
        return self.root / "work"

    @property
    def scratch(self) -> Path:
        """Where libraries put their temporary files: no attempt meets those of another."""
        return self.work / "tmp"

    @property
    def offload(self) -> Path:
        """What states are offloaded to: a folder, or a link to one on another disk; removed as the others in there."""
        return self.work / "offload"

    @property
    def resume_file(self) -> Path:
        """The checkpoint that the attempt goes on from, as JSON; there is none where it begins anew."""
        return self.root / "resume.json"

    @property
    def stop_file(self) -> Path:
        """Whoever makes this file stops the attempt: its ranks save a checkpoint first."""
        return self.root / "stop"

    def pulse(self, rank: int) -> Path:
        """Return the file that changes whenever the work of a rank has gone on."""
        return self.work / f"pulse-{rank}"

    @property
    def meetings(self) -> Path:
        """Where the ranks say to each other at which step they save or stop."""
        return self.work / "meetings"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints; finished ones are named ``step-N``."""
        return self.root / "checkpoints"

    def checkpoint(self, step: int) -> Path:
        """Return the folder of the checkpoint taken behind a step."""
        return self.checkpoints / f"step-{step}"

    def unfinished(self, step: int) -> Path:
        """Return the folder of a checkpoint while it is written."""
        return self.checkpoints / f"part-{step}"

    def saved_steps(self) -> list[int]:
        """Return the steps of which there are finished checkpoints, in order."""
        found = (CHECKPOINT.fullmatch(entry.name) for entry in scan(self.checkpoints))
        return sorted(int(match[1]) for match in found if match)

    @property
    def predictions(self) -> Path:
        """One JSON line per test example: id, prediction, reference."""
        return self.root / "predictions.jsonl"

    @property
    def scores(self) -> Path:
        """The scores of each validation and test example, as Parquet."""
        return self.root / "scores.parquet"

    @property
    def cache(self) -> Path:
        """What the attempts of one results folder share."""
        return Layout(self.root.parents[2]).cache

    def create(self) -> None:
        """Make the folders; an attempt that exists is an error."""
        self.root.mkdir(parents=True)
        for folder in ("journal", "log", "work", "work/tmp"):
            (self.root / folder).mkdir()


@dataclass(frozen=True)
class JournalPlace:
    """What a journal is about, told by where it lies."""

    experiment: str | None
    """Name of the experiment; unset, it is the journal of an attempt."""

    trial: str = ""
    attempt: int = 0
    rank: int = 0


@dataclass(frozen=True)
class Layout:
    """The results folder: journals are the truth, everything else can be made again."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.root / "warehouse.duckdb"

    @property
    def cache(self) -> Path:
        """Trained tokenizers and the like, named by content."""
        return self.root / "cache"

    @property
    def reports(self) -> Path:
        """Where `xp render` writes."""
        return self.root / "reports"

    @property
    def stop_file(self) -> Path:
        """Whoever touches this file stops every run of the folder that has begun; those that come later go on."""
        return self.root / "stop"

    def experiment_journal(self, name: str) -> Path:
        """Return the journal of an experiment: each `xp run` appends its plan."""
        return self.root / "experiments" / f"{name}.jsonl"

    def experiment_journals(self) -> list[Path]:
        """Return the journals of experiments that there are."""
        return sorted(self.root.glob("experiments/*.jsonl"))

    @property
    def preload_log(self) -> Path:
        """What the preloaded parents of ranks printed."""
        return self.root / "preload.log"

    @property
    def trials(self) -> Path:
        """The folder of all trials."""
        return self.root / "trials"

    def trial(self, trial_id: str) -> Path:
        """Return the folder of a trial."""
        return self.trials / trial_id

    def trial_lock(self, trial_id: str) -> Path:
        """Return the file that is locked while somebody works on the trial."""
        return self.trial(trial_id) / "lock"

    def attempt(self, trial_id: str, number: int) -> AttemptLayout:
        """Return an attempt, whether it is there or not."""
        return AttemptLayout(self.trial(trial_id) / f"attempt-{number}")

    def attempts(self, trial_id: str) -> list[AttemptLayout]:
        """Return the trial's attempts, oldest first."""
        found = [AttemptLayout(path) for path in self.trial(trial_id).glob("attempt-*") if ATTEMPT.fullmatch(path.name)]
        return sorted(found, key=lambda attempt: attempt.number)

    def new_attempt(self, trial_id: str) -> AttemptLayout:
        """Make the folder of the next attempt."""
        number = max((attempt.number for attempt in self.attempts(trial_id)), default=0) + 1
        attempt = self.attempt(trial_id, number)
        attempt.create()
        return attempt

    def journals(self) -> Iterator[Path]:
        """Yield every journal, those of experiments first."""
        yield from self.experiment_journals()
        yield from sorted(self.root.glob("trials/*/attempt-*/journal/*.jsonl"))

    def journal_sizes(self) -> dict[str, int]:
        """Return the bytes of every journal by its path relative to this folder, in the order of `journals`.

        Thousands of attempts are looked through before every query, hence no paths but plain text.
        """
        sizes: dict[str, int] = {}
        for folder in ("experiments", *self._journal_folders()):
            sizes |= self.sizes_in(folder)
        return sizes

    def sizes_in(self, folder: str) -> dict[str, int]:
        """Return the bytes of every journal in a folder that is relative to this one."""
        files = [entry for entry in scan(self.root / folder) if entry.name.endswith(".jsonl")]
        return {f"{folder}/{entry.name}": entry.stat().st_size for entry in files}

    def _journal_folders(self) -> Iterator[str]:
        """Yield the folder of journals of every attempt."""
        for trial in scan(self.root / "trials"):
            for attempt in scan(trial):
                if attempt.name.startswith("attempt-"):
                    yield f"trials/{trial.name}/{attempt.name}/journal"

    def place(self, journal: str) -> JournalPlace | None:
        """Return what a journal is about, None for a file that is none; *journal* is relative to the results folder."""
        if match := EXPERIMENT_JOURNAL.fullmatch(journal):
            return JournalPlace(match[1])
        if match := ATTEMPT_JOURNAL.fullmatch(journal):
            return JournalPlace(None, match[1], int(match[2]), int(match[3] or 0))
        return None


def scan(folder: os.PathLike[str]) -> list[os.DirEntry[str]]:
    """Return what is in a folder, by name; nothing where there is no such folder."""
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


def shipped(package: str, name: Path, suffix: str) -> Path | None:
    """Return the file of a package that *name* means (``core``, ``core.toml``, ``experiments/core.toml``), if any."""
    from importlib.resources import files  # noqa: PLC0415 - a question does not pay for it

    folder = Path(str(files(package)))
    wanted = name.name if name.name.endswith(suffix) else name.name + suffix
    if len(name.parts) > 2 or (len(name.parts) == 2 and name.parts[0] != package.rpartition(".")[2]):  # noqa: PLR2004
        return None
    return folder / wanted if (folder / wanted).is_file() else None
