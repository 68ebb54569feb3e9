"""xp beside experiment trackers: logging, eight processes at once, kill -9, bytes a number, questions.

python -m venv peers && peers/bin/pip install '.[peers]'
python -m benchmarks.peers peers/bin/python
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TRACKERS = ("xp", "sacred", "trackio", "aim", "wandb", "mlflow")
COUNTED = ("xp", "sacred", "trackio", "mlflow")
"""Trackers that a later process can read back by itself; Aim has to index a run first, W&B needs its server."""

ASKED = ("xp", "trackio", "mlflow")
"""Trackers with a question language of their own that works without a server."""

HERE = Path(__file__).parent
QUESTIONS = {"best": "best run", "group": "mean and spread by method", "pivot": "pivot", "curve": "curves by method"}
AGAIN = "20"
"""How often a question is asked again."""

CALLS, SECONDS = 20_000, 8.0
WIDTHS = (1, 10)
"""Numbers of a call: a single one, and as many as a step of a training has."""

KILLED_AFTER = 3.0


class Peers:
    """The environments that trackers run in, and a folder for what they write."""

    def __init__(self, python: str, folder: Path) -> None:
        self.python = python
        self.folder = folder

    def start(self, script: str, tracker: str, *words: str, folder: Path) -> subprocess.Popen[str]:
        """Start one process that uses a tracker."""
        python = sys.executable if tracker == "xp" else self.python
        command = [python, str(HERE / script), tracker, *words]
        # what is installed has its bytecode; what is not writes it in its first process
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return subprocess.Popen(
            command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def place(self, name: str) -> Path:
        """Return a new folder."""
        place = self.folder / name
        place.mkdir()
        return place


def said(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Return what a process has told, line by line."""
    out, _ = process.communicate(timeout=300)
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def logging(peers: Peers, tracker: str, numbers: int) -> tuple[float, float, float]:
    """Return microseconds of a number, those of its processor, and bytes, the end of the run included."""
    place = peers.place(f"{tracker}-{numbers}")
    words = ("log", str(place), str(CALLS), str(SECONDS), str(numbers))
    before, after = said(peers.start("trackers.py", tracker, *words, folder=place))
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    took, used = after["ended"] - before["began"], after["processor"] - before["processor"]
    return 1e6 * took / before["points"], 1e6 * used / before["points"], size / before["points"]


def together(peers: Peers, tracker: str) -> float:
    """Return how many numbers a second eight processes log together."""
    place = peers.place(f"{tracker}-eight")
    said(peers.start("trackers.py", tracker, "log", str(place), "1", "1", "1", folder=place))  # makes the store
    words = ("log", str(place), str(CALLS), str(SECONDS), "1")
    processes = [peers.start("trackers.py", tracker, *words, folder=place) for _ in range(8)]
    told = [said(process) for process in processes]
    whole = [pair for pair in told if pair and "ended" in pair[-1]]
    if len(whole) < len(told):
        return float("nan")
    took = max(after["ended"] for _, after in whole) - min(before["began"] for before, _ in whole)
    return float(sum(before["points"] for before, _ in whole) / took)


def killed(peers: Peers, tracker: str) -> tuple[int, int] | None:
    """Return how many numbers were taken before a kill -9, and how many of them a later process does not find."""
    if tracker not in COUNTED:
        return None
    place = peers.place(f"{tracker}-kill")
    process = peers.start("trackers.py", tracker, "pace", str(place), folder=place)
    assert process.stdout
    while not (line := process.stdout.readline()).strip().isdigit():
        assert line, f"{tracker} ended"
    time.sleep(KILLED_AFTER)
    os.kill(process.pid, signal.SIGKILL)
    taken = max(int(line) for line in process.stdout.read().splitlines() if line.strip().isdigit())
    process.wait()
    time.sleep(2)  # what the tracker's helpers still hold may come
    out, _ = peers.start("trackers.py", tracker, "count", str(place), folder=place).communicate(timeout=300)
    return taken, max(0, taken - int(out.split()[-1]))


def asking(peers: Peers, tracker: str) -> dict[str, tuple[float, float]]:
    """Return the seconds of each question: asked again in one process, and once by a new process."""
    place = peers.place(f"{tracker}-ask")
    filled = peers.start("tracker_questions.py", tracker, "fill", str(place), folder=place)
    filled.communicate(timeout=1200)
    if filled.returncode:
        sys.exit(f"{tracker} took in nothing")
    found = {}
    for question in QUESTIONS:
        (answer,) = said(peers.start("tracker_questions.py", tracker, question, str(place), AGAIN, folder=place))
        began = time.perf_counter()
        said(peers.start("tracker_questions.py", tracker, question, str(place), folder=place))
        cold = time.perf_counter() - began
        found[question] = (answer["warm"], cold)
    return found


def compared(answers: dict[str, dict[str, tuple[float, float]]]) -> None:
    """Print what each took, and how many times as long as xp the better of the others took."""
    print("\n| tracker | " + " | ".join(f"{name}, again, ms | cold, s" for name in QUESTIONS.values()) + " |")
    print("| :--- |" + " ---: | ---: |" * len(QUESTIONS))
    for tracker, found in answers.items():
        print(f"| {tracker} | " + " | ".join(f"{1000 * w:,.1f} | {c:.2f}" for w, c in found.values()) + " |")
    own, *others = answers.values()
    times = [min(one[name][place] for one in others) / own[name][place] for name in QUESTIONS for place in (0, 1)]
    print("| the better of the others, of xp | " + " | ".join(f"{ratio:,.1f} ×" for ratio in times) + " |")


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(str(Path(sys.argv[1]).absolute()), Path(folder))
        print(
            "| tracker | " + " | ".join(f"{width} a call, processor µs | of xp | wall µs" for width in WIDTHS), end=""
        )
        print(" | eight processes, numbers/s | lost by kill -9 | bytes a number |")
        print("| :--- |" + " ---: |" * (3 * len(WIDTHS) + 3))
        own: list[float] = []
        for tracker in TRACKERS:
            costs = [logging(peers, tracker, width) for width in WIDTHS]
            own = own or [used for _, used, _ in costs]
            ratios = [
                f"{used:,.2f} | {used / least:,.1f} | {wall:,.2f}"
                for (wall, used, _), least in zip(costs, own, strict=True)
            ]
            lost = killed(peers, tracker)
            told = f"{lost[1]:,} of {lost[0]:,}" if lost else "–"
            rate = together(peers, tracker)
            print(f"| {tracker} | {' | '.join(ratios)} | {rate:,.0f} | {told} | {costs[0][2]:,.0f} |", flush=True)
        compared({tracker: asking(peers, tracker) for tracker in ASKED})


if __name__ == "__main__":
    main()
