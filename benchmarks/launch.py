"""How long a matrix of tiny trials takes: ranks forked from a preloaded parent, or each from nothing.

python benchmarks/launch.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRIALS = 10

SPEC = """\
[experiment]
name = "launch"
[defaults]
model = "bart-tiny"
dataset = "dialogues"
max_steps = 3
batch_size = 4
max_source_length = 64
max_target_length = 16
max_eval_samples = 8
max_predict_samples = 8
world_size = 2
[models.bart-tiny]
architecture = "bart"
vocab_size = 400
config = { d_model = 32, encoder_layers = 1, decoder_layers = 1, encoder_ffn_dim = 64, decoder_ffn_dim = 64 }
[datasets.dialogues]
builtin = "dialogues"
size = 80
[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
[matrix]
method = ["baseline", "zero2"]
seed = [1, 2, 3, 4, 5]
"""


def run(folder: Path, launch: str) -> tuple[float, float]:
    """Return the seconds of the whole `xp run`, and the mean seconds of an attempt in it."""
    results = folder / launch
    words = ["run", "launch.toml", "--launch", launch, "--results", str(results)]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "xp.engine.cli.main", *words], cwd=folder, check=True, stderr=subprocess.DEVNULL
    )
    whole = time.perf_counter() - began
    ends = [
        event["seconds"]
        for journal in results.glob("trials/*/attempt-1/journal/engine.jsonl")
        for event in map(json.loads, journal.read_text(encoding="utf-8").splitlines())
        if event["event"] == "end" and event["state"] == "completed"
    ]
    assert len(ends) == TRIALS, f"{len(ends)} of {TRIALS} trials completed"
    return whole, sum(ends) / len(ends)


def main() -> None:
    """Print one row per way."""
    print("| ranks start | whole run, s | of plain | an attempt, s | of plain |\n| :--- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "launch.toml").write_text(SPEC, encoding="utf-8")
        plain, forked = run(folder, "plain"), run(folder, "preload")
    for way, (whole, one) in {"from nothing": plain, "forked from a preloaded parent": forked}.items():
        print(f"| {way} | {whole:.1f} | {whole / plain[0]:.2f} | {one:.2f} | {one / plain[1]:.2f} |")


if __name__ == "__main__":
    main()
