"""A fresh interpreter for each rank: slow to start, possible everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from types import MappingProxyType

from xp.engine.launch.lifeline import PARENT
from xp.engine.launch.variables import attempt_environment, base_environment, rank_environment
from xp.engine.layout import AttemptLayout

NOTHING: Mapping[str, str] = MappingProxyType({})


class PlainGroup:
    """Ranks that are children of this process."""

    def __init__(self, processes: list[subprocess.Popen[bytes]]) -> None:
        self.processes = processes
        self.leader = processes[0].pid

    def codes(self) -> list[int | None]:
        """Return each rank's exit code, negative for a signal, None while it runs."""
        return [process.poll() for process in self.processes]


class PlainLauncher:
    """Starts ``python -m xp.engine.launch.alone`` once per rank."""

    name = "plain"

    def __init__(self, variables: Mapping[str, str] = NOTHING, *, cpu: bool) -> None:
        self.environment = {**base_environment(cpu=cpu), **variables, PARENT: str(os.getpid())}

    def start(self, attempt: AttemptLayout, world_size: int, threads: int) -> PlainGroup:
        """Start all ranks of *attempt* in one process group."""
        processes: list[subprocess.Popen[bytes]] = []
        shared = self.environment | attempt_environment(attempt)
        try:
            for rank in range(world_size):
                with attempt.log(rank).open("wb") as log:
                    process = subprocess.Popen(
                        [sys.executable, "-u", "-m", "xp.engine.launch.alone", str(attempt.root)],
                        env=shared | rank_environment(rank, world_size, threads),
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        process_group=processes[0].pid if processes else 0,
                    )
                processes.append(process)
        except BaseException:
            for process in processes:  # they would wait for the one that is missing
                process.kill()
                process.wait()
            raise
        return PlainGroup(processes)

    def close(self) -> None:
        """Nothing is held."""
