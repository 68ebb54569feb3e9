"""The same training by hand: Hugging Face's trainer and a DeepSpeed configuration, started by the `deepspeed` program.

deepspeed --num_accelerators 2 --no_local_rank benchmarks/bare.py FOLDER STEPS SEED

FOLDER holds what `benchmarks/engine.py` has put there: a model's configuration, its tokenizer, encoded examples.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    GenerationConfig,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    TrainerCallback,
    set_seed,
)

WARM_UP = 3
"""Steps that do not count: the same as in a trial."""


class Steps(TrainerCallback):
    """Takes the time of the steps behind the warm-up."""

    seen = 0
    began = ended = 0.0

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Count a step."""
        self.seen += 1
        self.ended = time.monotonic()
        if self.seen == WARM_UP:
            self.began = self.ended

    @property
    def per_second(self) -> float:
        """Return the speed; none where nothing came behind the warm-up."""
        return (self.seen - WARM_UP) / (self.ended - self.began) if self.seen > WARM_UP else 0.0


def token_mean(outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor) -> torch.Tensor:
    """Return the loss of a trial: each token of a step counts alike, whichever rank has it."""
    logits = outputs["logits"].flatten(0, 1).float()
    return torch.nn.functional.cross_entropy(logits, labels.flatten(), reduction="sum") / num_items_in_batch


def main() -> None:
    """Train, evaluate, predict; rank 0 prints the steps per second."""
    folder, steps, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    set_seed(seed)
    splits = {split: json.loads((folder / f"{split}.json").read_text()) for split in ("train", "validation", "test")}
    arguments = json.loads((folder / "arguments.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSeq2SeqLM.from_config(AutoConfig.from_pretrained(folder))
    model.generation_config = GenerationConfig.from_pretrained(folder)
    clock = Steps()
    trainer = Seq2SeqTrainer(
        model=model,
        args=Seq2SeqTrainingArguments(**arguments, max_steps=steps, seed=seed),
        data_collator=DataCollatorForSeq2Seq(tokenizer, model, pad_to_multiple_of=8),
        train_dataset=splits["train"],
        eval_dataset=splits["validation"],
        processing_class=tokenizer,
        callbacks=[clock],
        compute_loss_func=token_mean,
    )
    trainer.train()
    trainer.evaluate()
    trainer.predict(splits["test"])
    if trainer.is_world_process_zero():
        (folder / "speed").write_text(f"{clock.per_second}")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # gloo's threads abort a process that tears down beside them, now and then
