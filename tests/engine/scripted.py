"""A launcher whose ranks are small scripts: real processes and journals without any training."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from xp.engine.launch.plain import PlainGroup
from xp.engine.layout import AttemptLayout

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
from xp.engine.journal import Journal
from xp.engine.layout import AttemptLayout
rank = int(sys.argv[2])
journal = Journal(AttemptLayout(Path(sys.argv[1])).journal(rank))
"""

COMPLETE = "journal.append('metrics', step=1, values={'loss': 1.5}); journal.append('done')"
CRASH = "print('it broke'); sys.exit(3)"
HANG = "time.sleep(600)"
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN); journal.append('progress', phase='train'); time.sleep(600)"
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
DIVERGE = "journal.append('failure', kind='diverged', message='loss is NaN', step=20); sys.exit(1)"
STEP = "journal.append('progress', phase='train', step=3, steps=9); attempt = AttemptLayout(Path(sys.argv[1]))\n"
SAVED = """
from xp.engine import checkpoints
(checkpoints.begin_checkpoint(attempt, 3) / "weights").write_text("w")
checkpoints.finish_checkpoint(attempt, 3)
"""
SAVE = (
    STEP
    + """
while not attempt.stop_file.exists():
    time.sleep(0.01)
"""
    + SAVED
    + """
journal.append('failure', kind='stopped', message='stopped on request', step=3)
sys.exit(1)
"""
)
"""Trains until it is asked to stop, and saves a checkpoint then."""

SAVE_AT_THE_END = STEP + SAVED + COMPLETE
"""Trains to its end, and saves a checkpoint there."""

STUBBORN = STEP + "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
"""Trains, and does not stop when it is asked to."""

STALL = (
    STEP
    + """
import faulthandler
from xp.engine.launch.pulse import Pulse
faulthandler.register(signal.SIGUSR1)
pulse = Pulse(attempt.pulse(rank))
for step in range(1, 4 - rank):
    pulse.beat('train', step)
def for_ever():
    end = time.monotonic() + 120  # whoever ends the test early leaves it behind
    while rank and time.monotonic() < end:
        pass
for_ever()
time.sleep(600)
"""
)
"""Trains for a few steps: then rank 1 loops for ever, and rank 0 waits for it."""

SPAWN = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); " + HANG


@dataclass
class ScriptLauncher:
    """Runs *scripts* in turn, the last one for ever; ``{rank: script}`` tells ranks apart."""

    scripts: list[str | dict[int, str]]
    name: str = "script"
    started: list[Path] = field(default_factory=list)

    def start(self, attempt: AttemptLayout, world_size: int, threads: int) -> PlainGroup:
        script = self.scripts[min(len(self.started), len(self.scripts) - 1)]
        self.started.append(attempt.root)
        processes: list[subprocess.Popen[bytes]] = []
        for rank in range(world_size):
            body = script[rank] if isinstance(script, dict) else script
            with attempt.log(rank).open("wb") as log:
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-c", PRELUDE + body, str(attempt.root), str(rank)],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        process_group=processes[0].pid if processes else 0,
                    )
                )
        return PlainGroup(processes)

    def close(self) -> None:
        """Nothing is held."""
