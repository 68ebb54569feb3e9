"""Keys of a DeepSpeed file that are not simply a setting, nor simply DeepSpeed's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xp.dsl.deepspeed.meaning import ADAM, FORMATS, MICRO, OFFLOADS, TOTAL, TYPED, WARMUP
from xp.dsl.deepspeed.notes import FileNotes
from xp.dsl.settings import DEEPSPEED_SCHEDULES
from xp.dsl.spelling import either, excerpt

Handler = Callable[[FileNotes, str, str, Any], None]
"""Takes a key, as the file spells it and under its first name, and its value, which is of the right type."""

ADAMW = ("adamw", "adam")
"""DeepSpeed computes the same for both names, unless ``adam_w_mode`` is switched off."""


def total(notes: FileNotes, here: str, _path: str, value: Any) -> None:
    """Keep the size of a step for the arithmetic of each trial."""
    notes.total = notes.value(MICRO, value, here)


def number_format(notes: FileNotes, here: str, path: str, value: Any) -> None:
    """Read a format that is switched on or off; two of them are a contradiction."""
    before = notes.said.get("precision")
    if not value:
        notes.off[FORMATS[path]] = here
    elif before:
        notes.wrong(here, f"contradicts {before.key}: a trial computes in one format", "switch one of them off")
    else:
        notes.say("precision", FORMATS[path], here)


def offload(notes: FileNotes, here: str, path: str, value: Any) -> None:
    """Read the old way to offload."""
    notes.say(OFFLOADS[path], "cpu" if value else "none", here)


def optimizer(notes: FileNotes, here: str, path: str, value: Any) -> None:
    """Read which optimizer it is."""
    if value.lower() not in ADAMW:
        notes.wrong(here, f"should be 'AdamW' or 'Adam', got {excerpt(value)}", "no other optimizer has settings here")
    notes.rest[path] = "AdamW"


def betas(notes: FileNotes, here: str, path: str, value: Any) -> None:
    """Read two settings."""
    names = [TYPED[f"{path}[{place}]"] for place in (0, 1)]
    if len(value) != len(names):
        notes.wrong(here, f"should be two numbers, got {excerpt(value)}")
        return
    for name, beta in zip(names, value, strict=True):
        notes.say(name, beta, here)


def adam_w_mode(notes: FileNotes, here: str, _path: str, value: Any) -> None:
    """Refuse Adam as it was before its weight decay was decoupled."""
    kind = str(notes.file.tree["optimizer"].get("type"))
    if not value and kind.lower() != "adamw":
        notes.wrong(here, "Adam without decoupled weight decay has no settings here, got false", "take it out")


def bias_correction(notes: FileNotes, here: str, path: str, value: Any) -> None:
    """Keep the absence of a bias correction, which torch's own optimizer has not."""
    if not value:
        notes.rest[path] = value
        if notes.file.tree["optimizer"]["params"].get("torch_adam"):
            notes.wrong(here, "torch_adam always corrects the bias, got false", "take one of the two out")


def schedule(notes: FileNotes, here: str, _path: str, value: Any) -> None:
    """Read which schedule it is."""
    if value in DEEPSPEED_SCHEDULES:
        notes.say("lr_scheduler_type", value, here)
        return
    known = either([excerpt(name) for name in DEEPSPEED_SCHEDULES])
    hint = "take the scheduler out and set lr_scheduler_type"
    notes.wrong(here, f"should be {known}, got {excerpt(value)}", hint)


def warmup_type(notes: FileNotes, here: str, path: str, value: Any) -> None:
    """Keep a linear warm-up; DeepSpeed's own is logarithmic, and it takes any other word for that."""
    if value not in ("log", "linear"):
        notes.wrong(here, f"should be 'log' or 'linear', got {excerpt(value)}")
    elif value == "linear":
        notes.rest[path] = value


def warmup_min_lr(notes: FileNotes, _here: str, path: str, value: Any) -> None:
    """Keep a warm-up that does not start at 0."""
    if value:
        notes.rest[path] = value


def last_batch_iteration(notes: FileNotes, here: str, _path: str, value: Any) -> None:
    """Refuse a schedule that begins in its middle: -1 is DeepSpeed's default, and before the first step."""
    if value != -1:
        notes.wrong(here, f"a schedule begins with the training, got {value}", "take it out")


def total_num_steps(notes: FileNotes, here: str, _path: str, value: Any) -> None:
    """Refuse a length of the schedule that need not be the length of the training."""
    notes.wrong(here, f"epochs or max_steps decide how many steps there are, got {value}", 'write "auto"')


HANDLERS: Mapping[str, Handler] = {
    TOTAL: total,
    **dict.fromkeys(FORMATS, number_format),
    **dict.fromkeys(OFFLOADS, offload),
    "optimizer.type": optimizer,
    f"{ADAM}.betas": betas,
    f"{ADAM}.adam_w_mode": adam_w_mode,
    f"{ADAM}.bias_correction": bias_correction,
    "scheduler.type": schedule,
    f"{WARMUP}.warmup_type": warmup_type,
    f"{WARMUP}.warmup_min_lr": warmup_min_lr,
    f"{WARMUP}.total_num_steps": total_num_steps,
    f"{WARMUP}.last_batch_iteration": last_batch_iteration,
}
"""First name of a key → what reads it."""
