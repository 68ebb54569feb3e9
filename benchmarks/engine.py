"""What the engine costs: steps per second, a matrix of tiny trials, and its own time beside a training.

python benchmarks/engine.py [PAIRS] [LAUNCHES]

Everything is compared with `bare.py`, the same training with the same arguments without xp. The two sides take turns,
so that whatever else the machine does meets both, and what is printed is the median of the ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from xp.engine.journal import events
from xp.engine.layout import Layout
from xp.engine.planning import make

BARE = Path(__file__).with_name("bare.py")
TRIALS = 20

SPEC = """\
[experiment]
name = "engine"
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
eval_strategy = "no"
zero = { stage = 2 }
[models.bart-tiny]
architecture = "bart"
vocab_size = 400
config = { d_model = 32, encoder_layers = 1, decoder_layers = 1, encoder_ffn_dim = 64, decoder_ffn_dim = 64 }
[datasets.dialogues]
builtin = "dialogues"
size = 80
[methods.zero2]
[matrix]
method = ["zero2"]
seed = [1]
"""

SIZES = {
    "one million": (
        100,
        (
            "d_model = 32, encoder_layers = 1, decoder_layers = 1",
            "d_model = 128, encoder_layers = 2, decoder_layers = 2",
        ),
        ("encoder_ffn_dim = 64, decoder_ffn_dim = 64", "encoder_ffn_dim = 512, decoder_ffn_dim = 512"),
        ("batch_size = 4", "batch_size = 8"),
    ),
    "thirty million": (
        30,
        (
            "d_model = 32, encoder_layers = 1, decoder_layers = 1",
            "d_model = 512, encoder_layers = 4, decoder_layers = 4",
        ),
        ("encoder_ffn_dim = 64, decoder_ffn_dim = 64", "encoder_ffn_dim = 2048, decoder_ffn_dim = 2048"),
        ("batch_size = 4", "batch_size = 2"),
    ),
}
"""Parameters to the steps that are timed, and what else differs from the tiny trial."""

OWN = """
import resource, sys
from xp.engine.cli.main import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime)
"""


def prepare(folder: Path, file: Path) -> None:
    """Write what the bare script needs: the model, tokenizer, examples and arguments of the file's first trial."""
    from xp.engine.journal import Journal  # noqa: PLC0415 - the training libraries are loaded for this alone
    from xp.engine.train.cache import Cache  # noqa: PLC0415
    from xp.engine.train.loop import prepare as prepared  # noqa: PLC0415
    from xp.engine.train.record import Record  # noqa: PLC0415

    trial = make(file).plan.trials[0]
    attempt = Layout(folder / "prepared").new_attempt(trial.id)
    with Journal(attempt.journal(0)) as journal:
        ready = prepared(trial, Cache(folder / "cache"), Record(journal, 0))
    ready.tokenizer.save_pretrained(folder)
    ready.model.config.save_pretrained(folder)
    ready.model.generation_config.save_pretrained(folder)
    for split, encoded in ready.splits.items():
        rows = [{name: list(map(int, row[name])) for name in ("input_ids", "labels")} for row in encoded.features]
        (folder / f"{split}.json").write_text(json.dumps(rows))
    arguments = ARGUMENTS | {"per_device_train_batch_size": trial.settings.batch_size, "output_dir": "trainer"}
    (folder / "arguments.json").write_text(json.dumps(arguments))


ARGUMENTS = {
    "per_device_eval_batch_size": 8,
    "optim": "adamw_torch_fused",
    "lr_scheduler_type": "linear",
    "max_grad_norm": 1.0,
    "eval_strategy": "no",
    "predict_with_generate": True,
    "use_cpu": True,
    "ddp_backend": "gloo",
    "dataloader_pin_memory": False,
    "logging_strategy": "steps",
    "logging_steps": 10,
    "save_strategy": "no",
    "report_to": [],
    "disable_tqdm": True,
    "deepspeed": {
        "train_micro_batch_size_per_gpu": "auto",
        "gradient_accumulation_steps": "auto",
        "train_batch_size": "auto",
        "gradient_clipping": "auto",
        "zero_optimization": {"stage": 2, "reduce_bucket_size": "auto"},
        "zero_allow_untested_optimizer": True,
        "zero_force_ds_cpu_optimizer": False,
    },
}
"""What the bare script trains with, the same as a trial."""


def bare(folder: Path, steps: int, seed: int) -> tuple[float, float]:
    """Launch the bare script and return the seconds that it took, and its steps per second."""
    words = ["deepspeed", "--num_accelerators", "2", "--no_local_rank", "--master_port", str(29500 + os.getpid() % 500)]
    began = time.monotonic()
    quietly([*words, str(BARE), str(folder), str(steps), str(seed)], folder)
    return time.monotonic() - began, float((folder / "speed").read_text())


def xp(folder: Path, file: str, results: str) -> float:
    """Run an experiment and return the seconds that it took."""
    began = time.monotonic()
    quietly([sys.executable, "-m", "xp.engine.cli.main", "run", file, "--results", results], folder)
    return time.monotonic() - began


def quietly(command: list[str], folder: Path) -> str:
    """Run a command, show what it printed should it fail, and return that."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "DS_ACCELERATOR": "cpu", "TOKENIZERS_PARALLELISM": "false"}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=folder, env={**environment, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def speed(folder: Path, size: str, pairs: int) -> list[float]:
    """Return the steps per second of a trial, as parts of those of the bare script."""
    steps, *changes = SIZES[size]
    text = SPEC.replace("max_steps = 3", f"max_steps = {steps}").replace("size = 80", "size = 800")
    for old, new in changes:
        text = text.replace(old, new)
    (folder / "larger.toml").write_text(text)
    prepare(folder, folder / "larger.toml")
    ratios = []
    for pair in range(pairs):
        _, alone = bare(folder, steps, 1)
        results = f"speed-{size.split(maxsplit=1)[0]}-{pair}"
        xp(folder, "larger.toml", results)
        (told,) = metrics(Layout(folder / results), "train_steady_seconds")
        ratios.append((steps - 3) / told / alone)
        print(f"{size}, steps per second, of the bare script's: {ratios[-1]:.3f}", file=sys.stderr)
    return ratios


def metrics(layout: Layout, name: str) -> list[float]:
    """Return the last value of a metric in every trial."""
    found = []
    for folder in layout.trials.iterdir():
        told = [event["values"] for event in events(layout.attempts(folder.name)[-1].journal(0)) if "values" in event]
        found.append(next(float(values[name]) for values in reversed(told) if name in values))
    return found


def matrix(folder: Path, launches: int) -> tuple[float, float]:
    """Return the seconds of a matrix of tiny trials, and of as many launches of the bare script."""
    file = folder / "tiny.toml"
    file.write_text(SPEC.replace("seed = [1]", f"seed = {list(range(1, TRIALS + 1))}"))
    prepare(folder, file)
    whole, single = [], []
    for launch in range(launches):
        if launch % (launches // 2) == 0:
            whole.append(xp(folder, "tiny.toml", f"matrix-{launch}"))
        single.append(bare(folder, 3, launch)[0])
    return statistics.median(whole), statistics.median(single) * TRIALS


def own(folder: Path) -> tuple[float, float]:
    """Return the engine's processor seconds for a further trial, and the seconds between two trainings."""
    used = {}
    for trials in (2, TRIALS):
        (folder / "own.toml").write_text(SPEC.replace("seed = [1]", f"seed = {list(range(1, trials + 1))}"))
        words = [sys.executable, "-c", OWN, "run", "own.toml", "--results", f"own-{trials}"]
        used[trials] = float(quietly(words, folder).split()[-1])
    return (used[TRIALS] - used[2]) / (TRIALS - 2), statistics.median(gaps(Layout(folder / f"own-{TRIALS}")))


def gaps(layout: Layout) -> list[float]:
    """Return the seconds from the last word of each training to the first one of the next."""
    spans = []
    for folder in layout.trials.iterdir():
        attempt = layout.attempts(folder.name)[-1]
        told = [list(events(attempt.journal(rank))) for rank in (0, 1)]
        spans.append((min(words[0]["m"] for words in told), max(words[-1]["m"] for words in told)))
    spans.sort()
    return [after[0] - before[1] for before, after in pairwise(spans)]


def main() -> None:
    """Print a row for each question."""
    pairs, launches = ([*map(int, sys.argv[1:]), 7, 20][:2]) if len(sys.argv) > 2 else (7, 20)  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cost, gap = own(folder)
        whole, single = matrix(folder, launches)
        ratios = {size: speed(folder, size, pairs) for size in SIZES}
    part = whole / single
    print("| question | measured | wanted |\n| :--- | ---: | ---: |")
    for size, found in ratios.items():
        spread = f"{min(found):.2f} to {max(found):.2f} in {pairs} pairs"
        print(f"| steps/s of {size} parameters, of the bare script's ({spread}) ", end="")
        print(f"| {statistics.median(found):.3f} | ≥ 0.98 |")
    print(f"| {TRIALS} tiny trials, {whole:.0f} s, of {TRIALS} launches, {single:.0f} s | {part:.3f} | ≤ 0.35 |")
    print(f"| processor time of the engine for a trial | {cost * 1000:.0f} ms | ≤ 50 ms |")
    print(f"| from the end of one training to the begin of the next | {gap * 1000:.0f} ms | |")


if __name__ == "__main__":
    main()
