"""Sparse attention: which encoders have which, and from how many tokens on it is sparse at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xp.dsl.settings import Settings
from xp.dsl.spec import Model
from xp.dsl.spelling import excerpt

Objection = tuple[str, str, str]
"""Setting, message, hint."""

WITHOUT_BLOCKS = ("bigbird_pegasus", "led", "longt5", "prophetnet", "t5")
"""Architectures whose encoders compute their attention in a way of their own."""

OWN: Mapping[str, str] = {
    **dict.fromkeys(("attention_type", "block_size", "num_random_blocks"), "bigbird_pegasus"),
    **dict.fromkeys(("encoder_attention_type", "local_radius", "global_block_size"), "longt5"),
}
"""Settings of one architecture's own attention."""

BIGBIRD: Mapping[str, int] = {"block_size": 64, "num_random_blocks": 3}
"""What transformers takes for a BigBird-Pegasus that says nothing else."""

OF_BLOCKS = ("block_size", "num_random_blocks")


def objections(settings: Settings, model: Model) -> Iterator[Objection]:
    """Yield what does not fit together."""
    yield from block_local(settings, model)
    yield from settings_of_other_architectures(settings, model)
    if model.architecture in {None, "bigbird_pegasus"}:
        yield from bigbird(settings, model)
    if model.architecture in {None, "longt5"}:
        yield from longt5(settings, model)


def block_local(settings: Settings, model: Model) -> Iterator[Objection]:
    """Yield what stands against the block-local kernel: it needs the size of a block, and an encoder that calls it."""
    kernel, window, architecture = settings.attn_implementation, settings.attention_window, model.architecture
    if kernel == "block_local" and architecture in WITHOUT_BLOCKS:
        message = f"'block_local' serves BART and its like, and {architecture} has an attention of its own"
        yield "attn_implementation", message, "set what its configuration has: config = { … }"
    elif kernel == "block_local" and window is None:
        yield "attention_window", "'block_local' needs attention_window: how many tokens a block has", ""
    if window is not None and kernel != "block_local" and architecture not in {None, "led"}:
        hint = 'set attn_implementation = "block_local"'
        yield "attention_window", f"attention_window has no effect here, got {window}", hint
    if window is not None and window % 2 and architecture == "led":
        yield "attention_window", f"the window of LED is an even number of tokens, got {window}", ""


def settings_of_other_architectures(settings: Settings, model: Model) -> Iterator[Objection]:
    """Yield the settings of another architecture's attention."""
    for name, architecture in OWN.items():
        value = getattr(settings, name)
        if value is not None and model.architecture not in {None, architecture}:
            yield name, f"{name} has no effect: only {architecture} has it, got {excerpt(value)}", ""


def bigbird(settings: Settings, model: Model) -> Iterator[Objection]:
    """Yield what BigBird would pass over: blocks where it has none, and all of them in a text that is too short."""
    known: dict[str, Any] = {**BIGBIRD, **model.config}
    kind = settings.attention_type or known.get("attention_type", "block_sparse")
    if kind == "original_full":
        for name in OF_BLOCKS:
            if (value := getattr(settings, name)) is not None:
                yield name, f"{name} has no effect with attention_type = 'original_full', got {value}", ""
        return
    if settings.attention_type is None and all(getattr(settings, name) is None for name in OF_BLOCKS):
        return  # nobody asked for it
    size, random = (getattr(settings, name) or known[name] for name in OF_BLOCKS)
    short, longest = most_in_full(size, random), settings.max_source_length
    if longest <= short:
        message = f"up to {short} tokens BigBird attends to all of them, got max_source_length = {longest}"
        yield "attention_type", message, "allow longer sources, or set smaller block_size and num_random_blocks"


def longt5(settings: Settings, model: Model) -> Iterator[Objection]:
    """Yield what LongT5 would pass over: local attention sums nothing up."""
    built_in = "local" if model.architecture else None  # a checkpoint has its own, which is not known here
    kind = settings.encoder_attention_type or model.config.get("encoder_attention_type", built_in)
    if (size := settings.global_block_size) is not None and kind == "local":
        hint = 'set encoder_attention_type = "transient-global"'
        yield "global_block_size", f"global_block_size has no effect with local attention, got {size}", hint


def most_in_full(block_size: int, num_random_blocks: int) -> int:
    """Return the tokens up to which BigBird falls back to full attention, for good: transformers' own arithmetic.

    >>> most_in_full(64, 3)
    704
    """
    return (5 + 2 * num_random_blocks) * block_size
