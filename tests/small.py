"""Journals of a small experiment, as `xp run` leaves them, with numbers that can be checked by hand.

Methods baseline, zero2, freeze-encoder and broken, three seeds each, two ranks. What is not smooth in it:

- zero2, seed 1: a first attempt ran into its time limit, the second one completed;
- zero2, seed 2: told to be a search of two members over two generations, one of which diverged;
- freeze-encoder, seed 2: still running; seed 3: completed with a validation loss that is NaN;
- broken, seed 1: out of memory; seed 2: diverged at step 20; seed 3: not started;
- one trial ran with another version of transformers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xp.engine.journal import FORMAT, Journal
from xp.engine.layout import AttemptLayout, Layout

START = 1_750_000_000.0
"""2025-06-15 15:06:40 UTC."""

METHODS = {
    "baseline": "plain PyTorch",
    "zero2": "optimizer states and gradients are partitioned",
    "freeze-encoder": "the layers of the encoder are not trained",
    "broken": "never completes",
}

SETTINGS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "zero2": {"zero.stage": 2},
    "freeze-encoder": {"freeze": ["encoder"]},
    "broken": {"batch_size": 4096},
}

MEGA = 1_000_000

MEMORY = {"baseline": 400, "zero2": 320, "freeze-encoder": 200}
"""MB per rank, for every seed."""

STATES = {"baseline": 5.6, "zero2": 2.8, "freeze-encoder": 3.2}
"""MB of optimizer states of rank 0; rank 1 holds 0.1 MB more."""

SPEED = {"baseline": (100, 110, 90), "zero2": (50, 55, 45), "freeze-encoder": (150, 165, 135)}
RUNTIME = {"baseline": (10, 9, 11), "zero2": (20, 18, 22), "freeze-encoder": (5, 6, 5.5)}
ROUGE1 = {"baseline": (50, 52, 54), "zero2": (51, 52, 53), "freeze-encoder": (40, 0, 44)}
LOSS: dict[str, tuple[float | str, ...]] = {
    "baseline": (2.0, 2.5, 2.0),
    "zero2": (2.0, 2.5, 2.0),
    "freeze-encoder": (3.0, 0, "NaN"),
}
ENERGY = {"baseline": (0.001, 0.001, 0.002), "zero2": (0.002, 0.001, 0.001), "freeze-encoder": (0.001, 0, 0.001)}

CLAIMS = [("zero2", "memory", "reduces", False), ("zero2", "speed", "increases", True)]

ENVIRONMENT = {"platform": "Linux-6.1-x86_64", "python": "3.11.7", "memory": 25_000_000_000, "torch": "2.13.0"}


@dataclass(frozen=True)
class Trial:
    """One trial of the small experiment."""

    method: str
    seed: int

    @property
    def id(self) -> str:
        """A stable id of twelve hexadecimal digits."""
        return f"{list(METHODS).index(self.method):011x}{self.seed:x}"

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"{self.method} · dialogues · seed {self.seed}"

    @property
    def variant(self) -> dict[str, Any]:
        """Axes and their values."""
        return {"method": self.method, "model": "bart-tiny", "dataset": "dialogues"}

    @property
    def context(self) -> dict[str, Any]:
        """The variant without the method."""
        return {"model": "bart-tiny", "dataset": "dialogues"}

    @property
    def settings(self) -> dict[str, Any]:
        """What it is trained with."""
        common = {"learning_rate": 5e-05, "batch_size": 16, "freeze": [], "zero.stage": None, "world_size": 2}
        return common | SETTINGS[self.method]


TRIALS = [Trial(method, seed) for method in METHODS for seed in (1, 2, 3)]


def claims() -> list[dict[str, Any]]:
    """Return what the methods claim, as plans had it before there were margins."""
    return [
        {
            "method": method,
            "measure": measure,
            "expectation": expectation,
            "situational": situational,
            "baseline": "baseline",
        }
        for method, measure, expectation, situational in CLAIMS
    ]


def plan(
    layout: Layout, name: str = "small", time: float = START, trials: Sequence[Trial] = TRIALS, **fields: Any
) -> None:
    """Journal the plan of the experiment, *fields* in addition."""
    with Journal(layout.experiment_journal(name)) as journal:
        journal.append(
            "plan",
            t=time,
            version=FORMAT,
            name=name,
            description="What a few methods cost and buy",
            file="experiments/small.toml",
            sha256="0" * 64,
            text='[experiment]\nname = "small"\n',
            baseline="baseline",
            methods=[{"name": name, "description": text} for name, text in METHODS.items()],
            trials=[
                {
                    "trial": trial.id,
                    "method": trial.method,
                    "baseline": "baseline",
                    "variant": trial.variant,
                    "context": trial.context,
                    "seed": trial.seed,
                    "label": trial.label,
                    "order": place,
                }
                for place, trial in enumerate(trials)
            ],
            excluded=[{"variant": {"method": "broken", "dataset": "tiny"}, "rule": "matrix.exclude[0]"}],
            **{"claims": claims(), **fields},
        )


PRICES = [
    {"tariff": "dedicated", "machine_hour": 22.03, "gpu_hour": None},
    {"tariff": "low_priority", "machine_hour": 4.41, "gpu_hour": None},
]
"""Two tariffs of one machine."""


@dataclass
class Attempt:
    """Writes the journals of one attempt."""

    folder: AttemptLayout
    trial: Trial
    time: float
    searches: dict[str, Any] = field(default_factory=dict)
    """What a search looks for, and what it decides, over the trial's settings."""

    def start(self, **changes: Any) -> None:
        """Write what the engine writes before the ranks start."""
        self.engine(
            "attempt",
            version=FORMAT,
            trial=self.trial.id,
            attempt=self.folder.number,
            experiment="small",
            method=self.trial.method,
            label=self.trial.label,
            variant=self.trial.variant,
            context=self.trial.context,
            seed=self.trial.seed,
            settings=self.trial.settings | self.searches,
            model="bart-tiny",
            dataset="dialogues",
            world_size=2,
            launch="preload",
            **{"contended": False, **changes},
        )
        version = "5.23.0" if (self.trial.method, self.trial.seed) == ("zero2", 3) else "5.24.0"
        values = ENVIRONMENT | {"transformers": version}
        self.engine("facts", section="environment", subject="", values=values, units={"memory": "B"})
        for rank in (0, 1):
            self.rank(rank, "rank", rank=rank, world_size=2, pid=100 + rank)

    def end(self, state: str, reason: str = "", seconds: float = 30.0, **evidence: Any) -> None:
        """Write how it ended."""
        self.engine("end", after=seconds, state=state, reason=reason, seconds=seconds, evidence=evidence)

    def train(self) -> None:
        """Write everything that a rank measures, and that both of them are done."""
        method, place = self.trial.method, self.trial.seed - 1
        self.facts()
        read = {name: value for name, value in self.trial.settings.items() if name not in self.searches}
        self.rank(0, "effective", values={name: value for name, value in read.items() if value is not None})
        for step in (10, 20, 30):
            self.rank(0, "progress", after=step / 10, phase="train", step=step, steps=30)
            values = {"loss": 6.0 - step / 10, "learning_rate": 5e-05}
            self.rank(0, "metrics", after=step / 10, step=step, values=values, units={"loss": "nats"})
        speed = SPEED[method][place]
        self.metrics(train_runtime=RUNTIME[method][place], train_steady_samples_per_second=speed, train_loss=4.0)
        self.metrics(train_device_seconds=2 * RUNTIME[method][place])
        self.metrics(eval_loss=LOSS[method][place], eval_rouge1=ROUGE1[method][place] + 1)
        rouge1 = ROUGE1[method][place]
        self.metrics(
            predict_rouge1=rouge1, predict_rouge2=rouge1 - 20, predict_rougeL=rouge1 - 10, predict_rougeLsum=rouge1 - 5
        )
        self.metrics(energy_consumed=ENERGY[method][place], emissions=ENERGY[method][place] / 2)
        for rank in (0, 1):
            memory = {"train_peak_memory": MEMORY[method] * MEGA, "parameter_memory": 2.8 * MEGA}
            memory["optimizer_state_memory"] = (STATES[method] + rank * 0.1) * MEGA
            self.rank(rank, "metrics", after=4, step=None, values=memory, units=dict.fromkeys(memory, "B"))
            self.rank(rank, "done", after=5)

    def facts(self) -> None:
        """Write the facts of the model and the data set."""
        trainable = 400_000 if self.trial.method == "freeze-encoder" else 700_000
        model = {"family": "bart", "parameters": 700_000, "trainable_parameters": trainable, "hidden_size": 128}
        model |= {"encoder_layers": 2, "decoder_layers": 2, "attention_heads": 4, "vocabulary_size": 1000}
        self.rank(0, "facts", section="model", subject="bart-tiny", values=model | {"max_positions": 256})
        dataset = {"train_samples": 2000, "validation_samples": 200, "test_samples": 200, "source_words": 94.5}
        dataset |= {"source_tokens": 147.25, "target_words": 20.0, "target_tokens": 26.5}
        self.rank(0, "facts", section="dataset", subject="dialogues", values=dataset)
        energy = {"quality": "tdp-estimate", "interval": 1.0}
        self.rank(0, "facts", section="measurement", subject="energy", values=energy, units={"interval": "s"})

    def metrics(self, **values: float | str) -> None:
        """Write numbers about the whole attempt."""
        self.rank(0, "metrics", after=4, step=None, values=values)

    def engine(self, event: str, /, after: float = 0, **fields: Any) -> None:
        """Append an event to the engine's journal."""
        with Journal(self.folder.engine_journal) as journal:
            journal.append(event, **{"t": self.time + after, **fields})

    def rank(self, number: int, event: str, /, after: float = 1, **fields: Any) -> None:
        """Append an event to the journal of a rank."""
        with Journal(self.folder.journal(number)) as journal:
            journal.append(event, **{"t": self.time + after, **fields})


def attempt(layout: Layout, trial: Trial, time: float = START) -> Attempt:
    """Make the folder of the trial's next attempt."""
    return Attempt(layout.new_attempt(trial.id), trial, time)


def completed(layout: Layout, trial: Trial, time: float = START) -> None:
    """Write an attempt that completes."""
    new = attempt(layout, trial, time)
    new.start()
    new.train()
    new.end("completed", exit_codes=[0, 0])


def journals(layout: Layout) -> None:
    """Write all journals of the experiment."""
    plan(layout)
    for place, trial in enumerate(TRIALS):
        HOW.get((trial.method, trial.seed), completed)(layout, trial, START + 60 * place)


def retried(layout: Layout, trial: Trial, time: float) -> None:
    """Write an attempt that takes too long, and one that completes."""
    slow = attempt(layout, trial, time)
    slow.start()
    slow.end("timeout", "it took longer than the limit of a trial", 20.0, exit_codes=[-15, -15])
    completed(layout, trial, time + 20)


def searched(layout: Layout, trial: Trial, time: float) -> None:
    """Write an attempt of two members that trained two generations; the first one's weights were the better ones."""
    new = attempt(layout, trial, time)
    new.searches = SEARCH
    new.start()
    for generation, member, action, rate, operations, score in MEMBERS:
        donor = 0 if action == "exploit" else None
        origin = f"trials/training-1-{member if donor is None else donor}/attempt-1/checkpoints/step-4"
        new.engine(
            "member",
            generation=generation,
            member=member,
            trial=f"training-{generation}-{member}",
            action=action,
            donor=donor,
            donor_trial=None if donor is None else "training-1-0",
            checkpoint=None if action == "start" else origin,
            from_step=4 * (generation - 1),
            to_step=4 * generation,
            values={"learning_rate": rate},
            operations=operations,
            score=score,
            state="completed" if score else "diverged",
        )
    new.train()
    new.end("completed", trainings=4, completed=3, best="training-2-1")


SEARCH = {"search.algorithm": "pbt", "search.population": 2, "search.generations": 2, "learning_rate": "schedule"}

MEMBERS: list[tuple[int, int, str, float, dict[str, str], float | None]] = [
    (1, 0, "start", 3e-5, {}, 30.0),
    (1, 1, "start", 5e-5, {}, None),
    (2, 0, "continue", 3e-5, {}, 31.0),
    (2, 1, "exploit", 3.6e-5, {"learning_rate": "*1.2"}, 33.0),
]
"""Generation, member, action, learning rate, how it came about, score."""


def running(layout: Layout, trial: Trial, time: float) -> None:
    """Write an attempt that goes on."""
    attempt(layout, trial, time).start()


def out_of_memory(layout: Layout, trial: Trial, time: float) -> None:
    """Write an attempt that ran out of memory."""
    new = attempt(layout, trial, time)
    new.start()
    new.rank(1, "failure", kind="oom", message="cannot allocate 64 GB", step=None)
    new.end("oom", "rank 1: cannot allocate 64 GB", 5.0, exit_codes=[-9, 1], log_tail="RuntimeError: cannot allocate")


def diverged(layout: Layout, trial: Trial, time: float) -> None:
    """Write an attempt whose loss became NaN."""
    new = attempt(layout, trial, time)
    new.start()
    new.rank(0, "metrics", after=1, step=10, values={"loss": 2.1})
    new.rank(0, "metrics", after=2, step=20, values={"loss": float("nan")})
    new.rank(0, "failure", after=2, kind="diverged", message="loss is NaN", step=20)
    new.end("diverged", "loss is NaN at step 20", 6.0, exit_codes=[1, -15], first_bad_step=20)


def never(_layout: Layout, _trial: Trial, _time: float) -> None:
    """Write nothing: the trial has not been started."""


HOW: Mapping[tuple[str, int], Any] = {
    ("zero2", 1): retried,
    ("zero2", 2): searched,
    ("freeze-encoder", 2): running,
    ("broken", 1): out_of_memory,
    ("broken", 2): diverged,
    ("broken", 3): never,
}
"""How a trial goes, where it does not simply complete."""
