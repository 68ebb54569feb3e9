"""One rank of one attempt, in a process of its own: reads the trial, writes its journal."""

from __future__ import annotations

import faulthandler
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xp.dsl.trial import Trial
from xp.engine.journal import Journal
from xp.engine.launch.pulse import Pulse
from xp.engine.layout import AttemptLayout
from xp.engine.machine import offload_folders
from xp.engine.machine.uptime import boot
from xp.engine.measure.energy import EnergyMeter
from xp.engine.train import loop
from xp.engine.train.distributed import join
from xp.engine.train.errors import TrialError, kind_of
from xp.engine.train.record import Record


def run_rank(attempt_folder: Path, rank: int, world_size: int) -> int:
    """Work on the attempt as one of its ranks and return the exit code; how it went is in the journal."""
    attempt = AttemptLayout(attempt_folder.absolute())
    trial = Trial.model_validate_json(attempt.trial_file.read_text(encoding="utf-8"))
    with Journal(attempt.journal(rank)) as journal:
        faulthandler.register(signal.SIGUSR1)  # whoever finds it standing still asks where
        journal.append("rank", rank=rank, world_size=world_size, pid=os.getpid(), boot=boot())
        try:
            work(trial, attempt, Record(journal, rank, Pulse(attempt.pulse(rank)).beat), world_size)
        except BaseException as error:  # noqa: BLE001 - whatever ended the trial is its result
            fail(journal, error)
            return 1
        journal.append("done")
    return 0


def work(trial: Trial, attempt: AttemptLayout, record: Record, world_size: int) -> None:
    """Take part in the trial, its energy measured from here to the end, whatever that is."""
    zero = trial.settings.zero
    place = zero.nvme_path if zero is not None and record.leads else None
    with (
        offload_folders.claim_folder(attempt.offload, place, f"{trial.id}-{attempt.number}"),
        measuring_energy(trial, attempt, record),
    ):
        seat = join(attempt.rendezvous, record.rank, world_size, trial.settings)
        loop.run_trial(trial, attempt, seat, record)


@contextmanager
def measuring_energy(trial: Trial, attempt: AttemptLayout, record: Record) -> Iterator[None]:
    """Measure the machine's energy: in rank 0 only, or it would be counted once per rank."""
    if not record.leads:
        yield
        return
    meter = EnergyMeter(trial.carbon, attempt.work)
    meter.start()
    record.meters.append(meter.so_far)
    record.watchers.append(meter.enter)
    try:
        yield
    finally:
        metrics, facts = meter.stop()
        record.metrics(metrics)
        record.facts("measurement", "energy", facts, {"intensity": "g/kWh", "idle_power": "W"})


def fail(journal: Journal, error: BaseException) -> None:
    """Record why the trial ended, and print the traceback for the log."""
    traceback.print_exception(error)
    message = str(error) if isinstance(error, TrialError) else f"{type(error).__name__}: {error}"
    journal.append("failure", kind=kind_of(error), message=message, step=getattr(error, "step", None))


def main() -> None:
    """Be the rank that the environment names, and leave without a teardown: gloo's threads may abort in one."""
    importlib.import_module("xp.engine.train.preload")  # what was loaded must not depend on how a rank was launched
    code = run_rank(Path(sys.argv[1]), int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
