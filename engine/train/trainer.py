"""Hugging Face's trainer, taught to score each example once and by its place in the split."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch.utils.data import Sampler
from transformers import Seq2SeqTrainer
from transformers.integrations import is_deepspeed_zero3_enabled
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_utils import EvalLoopOutput

from xp.engine.measure.clock import StepClock
from xp.engine.train.encode import IGNORED
from xp.engine.train.errors import TrialError
from xp.engine.train.loss import per_example
from xp.engine.train.record import Phase
from xp.engine.train.sampling import SortishSampler

NEVER = torch.iinfo(torch.int64).max

REPLACED = ("_get_train_sampler", "_run_epoch", "_save_checkpoint")
"""Private methods of Hugging Face's trainer that are replaced here: a version without them would never call ours."""


class SummaryTrainer(Seq2SeqTrainer):
    """Trains as its parent does, and evaluates exactly.

    What a rank sees twice to fill its last batch counts once, and the loss is the mean of all tokens: neither batch
    size nor ranks nor smoothing move it.
    """

    def __init__(self, *, clock: StepClock, sampler: SortishSampler | None = None, **kwargs: Any) -> None:
        require_replaced_methods()
        super().__init__(**kwargs)
        self.clock = clock
        self.sampler = sampler
        """The order of the training examples; None: as the arguments say."""

        self.save: Callable[[], object] = lambda: None
        """Takes a checkpoint, when a callback has asked for one."""

        self.enter: Callable[[Phase], object] = lambda _: None
        """Is told of the phase that begins."""

        self.over = False
        """Whether a checkpoint that it went on from was taken at the end of the training."""

        self.phase: Phase = "train"
        self.first_bad_step = torch.tensor(NEVER)
        """The first step whose loss was not finite on this rank; kept on the device so that nobody waits for it."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int] | None:
        if self.sampler is not None:
            return self.sampler
        chosen: Sampler[int] | None = super()._get_train_sampler(train_dataset)
        return chosen

    def _run_epoch(self, **kwargs: Any) -> None:
        if self.over:  # the parent looks behind a step only
            self.control.should_training_stop = True
            return
        set_epoch(kwargs["train_dataloader"], kwargs["epoch"])
        super()._run_epoch(**kwargs)

    def _save_checkpoint(self, *_: Any) -> None:
        self.save()

    def store(self, folder: Path) -> None:
        """Write all that Hugging Face and DeepSpeed go on from; DeepSpeed's files hold the weights as well."""
        self.store_flos()
        if not self.is_deepspeed_enabled:
            self.save_model(str(folder), _internal_call=True)
        self._save_optimizer_and_scheduler(str(folder))
        self._save_scaler(str(folder))
        self._save_rng_state(str(folder))
        if self.args.should_save:
            self.state.save_to_json(str(folder / TRAINER_STATE_NAME))

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log numbers; the mean loss is that of the whole training, and a speed that of the steps taken here."""
        if "train_loss" in logs:
            logs["train_loss"] = self._total_loss_scalar / max(self.state.global_step, 1)
            if self.state.global_step == self._initial_global_step:
                logs = {name: value for name, value in logs.items() if not name.endswith("_per_second")}
        super().log(logs, start_time)

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device) -> Any:
        """Take the time that the next batches take."""
        return super().get_batch_samples(self.clock.batches(epoch_iterator), num_batches, device)

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> torch.Tensor:
        """Run one forward and backward pass, counting its samples and noting a loss that is no number."""
        inputs.pop("example")
        self.clock.see(len(inputs["labels"]), tokens_in(inputs))
        loss: torch.Tensor = super().training_step(model, inputs, num_items_in_batch)
        step = torch.where(loss.isfinite(), NEVER, self.state.global_step + 1)
        self.first_bad_step = torch.minimum(self.first_bad_step.to(step.device), step)
        return loss

    def prediction_step(
        self, model: Any, inputs: dict[str, Any], prediction_loss_only: bool, **_: Any
    ) -> tuple[torch.Tensor, torch.Tensor | None, tuple[torch.Tensor, ...]]:
        """Return the loss of a batch, its summaries if wanted, and place, loss and tokens of each example."""
        inputs = self._prepare_inputs(inputs)
        example, labels = inputs.pop("example"), inputs.pop("labels")
        with torch.no_grad(), self.compute_loss_context_manager():
            losses, tokens = per_example(model(**inputs)["logits"], labels)
            written = None if prediction_loss_only else self.write(inputs)
        return losses.sum() / tokens.sum(), written, (example, losses, tokens)

    def write(self, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the summaries of a batch as token ids."""
        summaries: torch.Tensor = self.model.generate(
            **{name: value for name, value in inputs.items() if name != "decoder_input_ids"},
            # ranks that have finished go on beside the others: each forward pass gathers what all of them hold
            synced_gpus=is_deepspeed_zero3_enabled(),
        )
        return summaries

    def evaluation_loop(self, *args: Any, metric_key_prefix: str = "eval", **kwargs: Any) -> EvalLoopOutput:
        """Run the parent's loop and put the exact loss in place of its mean of batch means."""
        self.phase = "predict" if metric_key_prefix == "predict" else "evaluate"
        self.enter(self.phase)
        output = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **kwargs)
        examples, losses, tokens = output.label_ids
        once = np.unique(examples, return_index=True)[1]
        output.metrics[f"{metric_key_prefix}_loss"] = float(losses[once].sum() / tokens[once].sum())
        return output


def require_replaced_methods() -> None:
    """Raise if the installed trainer lacks a method that is replaced here."""
    gone = [name for name in REPLACED if not hasattr(Seq2SeqTrainer, name)]
    if gone:
        hint = "take the version that xp was tried with: pip install --constraint constraints.txt transformers"
        raise TrialError(f"the trainer of transformers {transformers.__version__} has no {', '.join(gone)}: {hint}")


def tokens_in(inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return the tokens of a batch, sources and targets apart, without what only fills it up."""
    return torch.stack([inputs["attention_mask"].sum(), inputs["labels"].ne(IGNORED).sum()])


def set_epoch(loader: Any, epoch: int) -> None:
    """Tell the sampler the epoch: a loader that goes on in its middle wraps it more deeply than is looked into."""
    sampler = loader
    while sampler is not None:
        if hasattr(sampler, "set_epoch"):
            sampler.set_epoch(epoch)
        sampler = getattr(sampler, "batch_sampler", None) or getattr(sampler, "sampler", None)
