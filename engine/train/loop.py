"""The story of one attempt, from texts to scores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import EarlyStoppingCallback, PrinterCallback, set_seed

from xp.dsl.settings import Settings
from xp.dsl.trial import Trial
from xp.engine.data.places import Split
from xp.engine.layout import AttemptLayout
from xp.engine.measure.clock import StepClock
from xp.engine.measure.memory import PeakMemory, reset_peak, resident, suit_allocator
from xp.engine.train import corpus, facts, freezing, model, resume, sparse, swapping, tokenizer
from xp.engine.train.arguments import training_arguments
from xp.engine.train.cache import Cache
from xp.engine.train.callbacks import Divergence, Journalling, LastEvaluation, Measuring, Watcher
from xp.engine.train.continuing import Continuing
from xp.engine.train.distributed import RankContext
from xp.engine.train.effective import innermost
from xp.engine.train.encode import Collator, Splits, encode, positions
from xp.engine.train.errors import SettingError, StoppedError
from xp.engine.train.generation import generation_config, require_positions, settings_in_force, unused_fact
from xp.engine.train.loss import TokenMean
from xp.engine.train.predictions import Scorer, save_scores
from xp.engine.train.rank_agreement import Meetings, most_beats_ahead
from xp.engine.train.readback import Readback
from xp.engine.train.record import Record
from xp.engine.train.sampling import sampler
from xp.engine.train.saving import CheckpointPolicy, Saving
from xp.engine.train.swap_proof import Proof
from xp.engine.train.trainer import SummaryTrainer

PREPARATIONS = 3


@dataclass(frozen=True)
class Prepared:
    """All that training starts from."""

    splits: Splits
    tokenizer: Any
    model: Any
    baseline: int
    """Bytes resident before the model was built."""

    def scorer(self, split: Split, *, active: bool) -> Scorer:
        """Return what scores the summaries of a split."""
        return Scorer(self.splits[split].examples, self.tokenizer, active=active)


def run_trial(trial: Trial, attempt: AttemptLayout, seat: RankContext, record: Record) -> None:
    """Train, evaluate and predict as *trial* says; a segment of a longer training predicts nothing."""
    ready = prepare(trial, Cache(attempt.cache), record)
    if not seat.cuda:
        size = suit_allocator(sum(weight.nbytes for weight in ready.model.parameters()))
        record.facts("measurement", "memory", {"precision": size}, {"precision": "B"})
    trainer, measuring, saving = assemble(trial, attempt, seat, record, ready)
    saving.source = resume.resume_folder(attempt, record)
    train(trainer, measuring, saving, record)
    scorers: dict[Split, Scorer] = {"validation": evaluate(trainer, ready, record)}
    if trial.until is None:
        scorers["test"] = predict(trainer, ready, attempt, record)
    measuring.memory.look()
    record.own_metrics(measuring.memory.metrics(), trainer.state.global_step)
    if record.leads:
        save_scores(scorers, attempt.scores)
        record.artifact("scores", attempt.scores, attempt.root)


def prepare(trial: Trial, cache: Cache, record: Record) -> Prepared:
    """Read the corpus, make tokenizer and model, and tell what they are."""
    record.progress("prepare", 0, PREPARATIONS)
    folder, settings = Path(trial.folder), trial.settings
    set_seed(trial.seed)
    examples = corpus.load_corpus(trial.dataset, folder, settings)
    config = model.configuration(trial.model, folder)
    sparse.configure_sparse(config, settings)
    texts = [text for example in examples["train"].whole for text in (example.source, example.target)]
    words = tokenizer.for_model(trial.model, config, texts, folder, cache)
    record.progress("prepare", 1, PREPARATIONS)
    splits = encode(examples, words, settings, cache)
    told, units = facts.corpus_facts(trial.dataset, trial.fingerprint, examples, splits)
    record.facts("dataset", trial.dataset_name, told, units)
    require_fitting_lengths(config, splits, settings)
    record.progress("prepare", 2, PREPARATIONS)
    baseline = resident()
    reset_peak()
    built = model.build_model(trial.model, config, words, settings, trial.seed, folder)
    freezing.freeze(built, settings.freeze)
    own = built.generation_config
    built.generation_config = generation_config(own, settings)
    require_positions(built.generation_config, positions(config, "decoder"))
    told = (
        facts.model_facts(built, trial.model, words)
        | settings_in_force(built.generation_config)
        | unused_fact(own, settings)
    )
    record.facts("model", trial.model_name, told, facts.MODEL_UNITS)
    record.progress("prepare", PREPARATIONS, PREPARATIONS)
    return Prepared(splits, words, built, baseline)


def require_fitting_lengths(config: Any, splits: Splits, settings: Settings) -> None:
    """Raise if a text is longer than the positions that the model knows, or all are too short for its attention."""
    for side, stack in (("source", "encoder"), ("target", "decoder")):
        bound = positions(config, stack)
        longest = max(getattr(encoded, f"{side}s").longest for encoded in splits.values())
        if bound is not None and longest > bound:
            raise SettingError(
                f"max_{side}_length: a {side} of {longest} tokens does not fit the model's {bound} positions"
            )
    needed, longest = sparse.least_width(config, settings), max(encoded.sources.longest for encoded in splits.values())
    if longest < needed:
        raise SettingError(f"attention_type: it is sparse from {needed} tokens on, the longest source has {longest}")


def assemble(
    trial: Trial, attempt: AttemptLayout, seat: RankContext, record: Record, ready: Prepared
) -> tuple[SummaryTrainer, Measuring, Saving]:
    """Return the trainer, what measures its steps, and what saves them."""
    settings = trial.settings
    stopping = settings.early_stopping
    watches_rouge = stopping is not None and stopping.metric != "eval_loss"
    settle = torch.cuda.synchronize if seat.cuda else lambda: None
    memory = PeakMemory(ready.baseline, cuda=seat.cuda)
    measuring = Measuring(StepClock(seat.world_size, settle=settle), memory, record)
    continuing = Continuing(trial, record)
    reading, proof = Readback(trial, ready.splits, record), Proof(settings.zero, record)
    watching: list[Watcher] = [Journalling(record), continuing, reading, proof, Divergence(), measuring]
    if proof.homes:
        swapping.require_room(settings, ready.model, attempt.offload.resolve())
        swapping.mend_deepspeed()
    ahead = most_beats_ahead(seat.world_size, cuda=seat.cuda, logging_steps=settings.logging_steps)
    saving = Saving(CheckpointPolicy.of(trial, attempt), Meetings(attempt.meetings, record.leads, ahead), record)
    early = [EarlyStoppingCallback(stopping.patience, stopping.threshold)] if stopping else []
    trainer = SummaryTrainer(
        clock=measuring.clock,
        sampler=sampler(settings, ready.splits["train"], trial.seed),
        model=ready.model,
        args=training_arguments(trial, attempt, cuda=seat.cuda),
        data_collator=Collator(
            ready.model, ready.tokenizer.pad_token_id, sparse.least_width(ready.model.config, settings)
        ),
        train_dataset=ready.splits["train"].features,
        eval_dataset=ready.splits["validation"].features,
        processing_class=ready.tokenizer,
        compute_loss_func=TokenMean(settings.label_smoothing_factor),
        compute_metrics=ready.scorer("validation", active=True) if watches_rouge else None,
        callbacks=[*watching, *early, LastEvaluation(trial.until), saving],
    )
    trainer.remove_callback(PrinterCallback)
    for callback in (*watching, saving):
        callback.trainer = trainer

    def save() -> None:
        memory.look()  # what a checkpoint needs is not what the steps before it needed
        saving.save()

    trainer.save, trainer.enter = save, record.enter
    return trainer, measuring, saving


def train(trainer: SummaryTrainer, measuring: Measuring, saving: Saving, record: Record) -> None:
    """Train from the first step or from a checkpoint, and record time and memory."""
    source = None if saving.source is None else str(saving.source)
    runtime = trainer.train(resume_from_checkpoint=source).metrics["train_runtime"]
    state, clock, memory = trainer.state, measuring.clock, measuring.memory
    times = {"train_device_seconds": runtime * trainer.args.world_size, "train_others_share": measuring.taken_by_others}
    record.metrics(clock.metrics(measuring.tokens) | times, state.global_step)
    record.own_metrics({**memory.metrics(), **measuring.tensors}, state.global_step)
    record.facts("measurement", "speed", clock.facts(), {"warmup_steps": "steps", "timed_steps": "steps"})
    record.facts("measurement", "memory", {"method": memory.method})
    steps = {"planned_steps": state.max_steps, "done_steps": state.global_step, **skipped_steps(trainer)}
    told = {**steps, "stop_reason": stop_reason(trainer, saving)}
    record.facts("measurement", "training", told, dict.fromkeys(steps, "steps"))
    if saving.stopped:
        raise StoppedError(f"stopped on request behind step {state.global_step}, which is saved")


def skipped_steps(trainer: SummaryTrainer) -> dict[str, int]:
    """Return how many of the steps changed nothing, as a gradient did not fit fp16; nothing where that cannot be."""
    if trainer.deepspeed is not None:
        return {"skipped_steps": trainer.deepspeed.skipped_steps}
    if trainer.args.fp16:  # the schedule waits while the trainer counts on
        return {"skipped_steps": trainer.state.global_step - innermost(trainer.lr_scheduler).last_epoch}
    return {}


def stop_reason(trainer: SummaryTrainer, saving: Saving) -> str:
    """Return why the training ended where it did."""
    if trainer.state.global_step >= trainer.state.max_steps:
        return "max_steps" if trainer.args.max_steps > 0 else "epochs"
    if saving.stopped:
        return "stopped"
    return "until" if trainer.state.global_step == saving.orders.until else "early_stopping"


def evaluate(trainer: SummaryTrainer, ready: Prepared, record: Record) -> Scorer:
    """Take loss and ROUGE of the validation split."""
    trainer.compute_metrics = scorer = ready.scorer("validation", active=record.leads)
    trainer.evaluate()
    told = {"validation_warning" if name == "warning" else name: value for name, value in scorer.facts().items()}
    record.facts("measurement", "rouge", told)
    return scorer


def predict(trainer: SummaryTrainer, ready: Prepared, attempt: AttemptLayout, record: Record) -> Scorer:
    """Write the summaries of the test split, score and keep them."""
    test = ready.splits["test"]
    trainer.compute_metrics = scorer = ready.scorer("test", active=record.leads)
    found = trainer.predict(test.features, metric_key_prefix="predict")
    record.metrics(found.metrics, trainer.state.global_step)
    record.facts("measurement", "rouge", scorer.facts())
    if scorer.predictions is not None:
        scorer.predictions.save(attempt.predictions)
        record.artifact("predictions", attempt.predictions, attempt.root)
    return scorer
