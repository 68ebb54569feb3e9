"""The story of one attempt, from texts to scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import EarlyStoppingCallback, PrinterCallback, set_seed

from xp.dsl.trial import Trial
from xp.engine.layout import AttemptLayout
from xp.engine.measure import rouge
from xp.engine.measure.clock import StepClock
from xp.engine.measure.memory import PeakMemory, resident
from xp.engine.train import corpus, facts, freezing, model, tokenizer
from xp.engine.train.arguments import training_arguments
from xp.engine.train.cache import Cache
from xp.engine.train.callbacks import Divergence, Journalling, LastEvaluation, Measuring, TensorSizes
from xp.engine.train.distributed import Seat
from xp.engine.train.encode import Collator, Encoded, encode
from xp.engine.train.errors import KnobError
from xp.engine.train.generation import generation_config, resolved
from xp.engine.train.loss import TokenMean
from xp.engine.train.predictions import Scorer
from xp.engine.train.readback import Readback
from xp.engine.train.record import Record
from xp.engine.train.trainer import NEVER, SummaryTrainer

PREPARATIONS = 3


@dataclass(frozen=True)
class Prepared:
    """All that training starts from."""

    splits: Mapping[str, Encoded]
    tokenizer: Any
    model: Any
    baseline: int
    """Bytes resident before the model was built."""


def run(trial: Trial, attempt: AttemptLayout, seat: Seat, record: Record) -> None:
    """Train, evaluate and predict as *trial* says."""
    ready = prepare(trial, Cache(attempt.cache), record)
    trainer, parts = assemble(trial, attempt, seat, record, ready)
    train(trainer, parts, record, seat)
    final_evaluation(trainer, parts, ready, record)
    predict(trainer, parts, ready, attempt, record)


def prepare(trial: Trial, cache: Cache, record: Record) -> Prepared:
    """Read the corpus, make tokenizer and model, and tell what they are."""
    record.progress("prepare", 0, PREPARATIONS)
    folder, settings = Path(trial.folder), trial.settings
    set_seed(trial.seed)
    examples = corpus.load(trial.dataset, folder, settings)
    config = model.configuration(trial.model, folder)
    texts = [text for example in examples["train"].whole for text in (example.source, example.target)]
    words = tokenizer.for_model(trial.model, config, texts, folder, cache)
    record.progress("prepare", 1, PREPARATIONS)
    splits = encode(examples, words, settings, cache)
    told, units = facts.corpus_facts(trial.dataset, trial.fingerprint, examples, splits)
    record.facts("dataset", trial.dataset_name, told, units)
    fit(config, splits)
    record.progress("prepare", 2, PREPARATIONS)
    baseline = resident()
    built = model.build(trial.model, config, words, settings, trial.seed, folder)
    freezing.freeze(built, settings.freeze)
    built.generation_config = generation_config(built.generation_config, settings)
    told = facts.model_facts(built, trial.model, words) | resolved(built.generation_config)
    record.facts("model", trial.model_name, told, facts.MODEL_UNITS)
    record.progress("prepare", PREPARATIONS, PREPARATIONS)
    return Prepared(splits, words, built, baseline)


def fit(config: Any, splits: Mapping[str, Encoded]) -> None:
    """Raise if a text is longer than the positions that the model knows: it would end in an index error."""
    both = getattr(config, "max_position_embeddings", None)
    for side in ("source", "target"):
        stack = "encoder" if side == "source" else "decoder"
        positions = getattr(config, f"max_{stack}_position_embeddings", both)
        longest = max(getattr(encoded, f"{side}s").longest for encoded in splits.values())
        if positions is not None and longest > positions:
            raise KnobError(f"max_{side}_length: a {side} of {longest} tokens does not fit the model's {positions}")


@dataclass(frozen=True)
class Parts:
    """What hangs on the trainer and is asked when training has ended."""

    clock: StepClock
    memory: PeakMemory
    sizes: TensorSizes
    journalling: Journalling
    validation: Scorer


def assemble(
    trial: Trial, attempt: AttemptLayout, seat: Seat, record: Record, ready: Prepared
) -> tuple[SummaryTrainer, Parts]:
    """Return the trainer and what measures and watches it."""
    settings = trial.settings
    stopping = settings.early_stopping
    watches_rouge = stopping is not None and stopping.metric != "eval_loss"
    settle = torch.cuda.synchronize if seat.cuda else lambda: None
    parts = Parts(
        clock=StepClock(seat.world_size, settle=settle),
        memory=PeakMemory(ready.baseline, cuda=seat.cuda),
        sizes=TensorSizes(),
        journalling=Journalling(record),
        validation=Scorer(ready.splits["validation"].examples, ready.tokenizer, active=seat.leads or watches_rouge),
    )
    divergence, readback = Divergence(), Readback(trial, ready.splits, record)
    callbacks = [readback, parts.journalling, divergence, Measuring(parts.clock, parts.memory), parts.sizes]
    if stopping:
        callbacks.append(EarlyStoppingCallback(stopping.patience, stopping.threshold))
    trainer = SummaryTrainer(
        model=ready.model,
        args=training_arguments(settings, trial.seed, attempt.work / "trainer", cuda=seat.cuda),
        data_collator=Collator(ready.model, ready.tokenizer.pad_token_id),
        train_dataset=ready.splits["train"].features,
        eval_dataset=ready.splits["validation"].features,
        processing_class=ready.tokenizer,
        compute_loss_func=TokenMean(settings.label_smoothing_factor),
        compute_metrics=parts.validation if watches_rouge else None,
        callbacks=[*callbacks, LastEvaluation()],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.clock = parts.clock
    trainer.first_bad_step = torch.tensor(NEVER)
    divergence.trainer = readback.trainer = parts.sizes.trainer = trainer
    return trainer, parts


def train(trainer: SummaryTrainer, parts: Parts, record: Record, seat: Seat) -> None:
    """Train, and record time and memory."""
    done = trainer.train()
    runtime = done.metrics["train_runtime"]
    record.metrics(
        {**parts.clock.metrics(), "train_device_seconds": runtime * seat.world_size}, trainer.state.global_step
    )
    record.own_metrics({**parts.memory.metrics(), **parts.sizes.metrics}, trainer.state.global_step)
    record.facts("measurement", "speed", parts.clock.facts(), {"warmup_steps": "steps", "timed_steps": "steps"})
    record.facts("measurement", "memory", {"method": parts.memory.method})
    steps, planned = trainer.state.global_step, trainer.state.max_steps
    reason = "early_stopping" if steps < planned else "max_steps" if trainer.args.max_steps > 0 else "epochs"
    told = {"planned_steps": planned, "done_steps": steps, "stop_reason": reason}
    record.facts("measurement", "training", told, {"planned_steps": "steps", "done_steps": "steps"})


def final_evaluation(trainer: SummaryTrainer, parts: Parts, ready: Prepared, record: Record) -> None:
    """Take loss and ROUGE of the validation split."""
    parts.journalling.phase = "evaluate"
    trainer.compute_metrics = parts.validation
    trainer.evaluate()


def predict(trainer: SummaryTrainer, parts: Parts, ready: Prepared, attempt: AttemptLayout, record: Record) -> None:
    """Write the summaries of the test split, score and keep them."""
    parts.journalling.phase = "predict"
    test = ready.splits["test"]
    scorer = trainer.compute_metrics = Scorer(test.examples, ready.tokenizer, active=record.leads)
    found = trainer.predict(test.features, metric_key_prefix="predict")
    record.metrics(found.metrics, trainer.state.global_step)
    record.facts("measurement", "rouge", rouge.METHOD)
    if scorer.predictions is not None:
        scorer.predictions.save(attempt.predictions)
        record.artifact("predictions", attempt.predictions, attempt.root)
