"""How fast a matrix becomes cells, checked trials with ids, and whole trials, beside bare nested loops.

python benchmarks/expansion.py
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from xp.dsl.axes import Matrix
from xp.dsl.document import Document
from xp.dsl.matrix import Expansion, count_cells
from xp.dsl.plan import plan
from xp.dsl.source import understand
from xp.dsl.trials import Trials

AXES: Mapping[str, list[Any]] = {
    "batch_size": list(range(1, 11)),
    "epochs": list(range(1, 11)),
    "learning_rate": [step * 1e-5 for step in range(1, 11)],
    "weight_decay": [step / 100 for step in range(10)],
    "max_source_length": list(range(10, 110, 10)),
    "seed": list(range(10)),
}
RULES: Mapping[str, Any] = {
    "exclude": [{"batch_size": 1, "epochs": 2}, {"seed": 3, "batch_size": 4}],
    "include": [{"batch_size": 2, "precision": "bf16"}],
}
ROUNDS = 3


def bare() -> Iterable[dict[str, Any]]:
    """Yield every combination as a dictionary, with nothing checked."""
    names = tuple(AXES)
    return (dict(zip(names, values, strict=True)) for values in itertools.product(*AXES.values()))


def planned(*axes: str) -> Callable[[], Trials]:
    """Return what plans ten thousand cells of these axes: each is checked by every rule and has an id."""
    raw = {
        "experiment": {"name": "benchmark"},
        "defaults": {"model": "m", "dataset": "d"},
        "matrix": {name: AXES[name] for name in axes},
        "limits": {"max_trials": 10**6},
    }
    experiment = understand(raw, Document())

    def make() -> Trials:
        made = plan(experiment, {"d": "0" * 64}).trials
        assert isinstance(made, Trials)
        return made

    return make


def rate(make: Callable[[], Iterable[Any]]) -> float:
    """Return the items a second of the best of a few rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        made = sum(1 for _ in make())
        best = max(best, made / (time.process_time() - began))
    return best


def main() -> None:
    """Print one row per kind of work."""
    plain, ruled = Matrix.model_validate(dict(AXES)), Matrix.model_validate({**AXES, **RULES})
    began = time.process_time()
    cells = count_cells(plain)
    counted = time.process_time() - began
    base = rate(bare)
    print("| work | per second | of bare loops |\n| :--- | ---: | ---: |")
    print(f"| bare nested loops | {base:,.0f} | 1 |")
    seeds = planned("batch_size", "epochs", "learning_rate", "seed")
    variants = planned("batch_size", "epochs", "learning_rate", "max_source_length")
    for name, make in (
        ("cells", lambda: Expansion(plain)),
        ("cells, with exclude and include rules", lambda: Expansion(ruled)),
        ("trials of ten seeds each, checked by every rule, with ids", lambda: seeds().drafts),
        ("trials of one seed each, the same", lambda: variants().drafts),
        ("whole trials of ten seeds each: settings, context and label as well", seeds),
        ("whole trials of one seed each", variants),
    ):
        found = rate(make)
        print(f"| {name} | {found:,.0f} | {found / base:.2f} |")
    print(f"\n{cells:,} cells are counted, without being made, in {counted * 1e6:.0f} µs.")


if __name__ == "__main__":
    main()
