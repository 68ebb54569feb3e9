"""Block-local attention: an encoder's tokens look at their own block and both of its neighbours, nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import bidirectional_mask_function, sdpa_mask

from xp.engine.train.errors import SettingError

BLOCK_LOCAL = "block_local"

BIASES = ("position_bias", "position_embeddings")
"""What some architectures add to the scores of each pair of tokens; the kernel has no place for it."""


def block_local(query: Tensor, key: Tensor, value: Tensor, valid: Tensor, width: int, **scores: Any) -> Tensor:
    """Return the attention of blocks of *width* tokens over themselves and both neighbours, in linear time and space.

    All three tensors are (batch, heads, tokens, size); *valid* is (batch, tokens), false at padding. What a padded
    token gets means nothing, but it is a number.
    """
    batch, heads, length, size = query.shape
    blocks = -(-length // width)
    rest = blocks * width - length
    query = functional.pad(query, (0, 0, 0, rest))
    key, value = (functional.pad(each, (0, 0, width, rest + width)) for each in (key, value))
    seen = functional.pad(valid, (width, rest + width)).unfold(1, 3 * width, width)
    # a row that may look at nothing is a division by zero, in its gradient, too
    seen = seen | ~seen.any(-1, keepdim=True)
    found = functional.scaled_dot_product_attention(
        query.view(batch, heads, blocks, width, size).transpose(1, 2).flatten(0, 1),
        neighbourhoods(key, width),
        neighbourhoods(value, width),
        attn_mask=seen.flatten(0, 1)[:, None, None, :],
        **scores,
    )
    return found.view(batch, blocks, heads, width, size).transpose(1, 2).flatten(2, 3)[:, :, :length]


def neighbourhoods(padded: Tensor, width: int) -> Tensor:
    """Return (batch × blocks, heads, 3 × width, size): what each block looks at."""
    return padded.unfold(2, 3 * width, width).permute(0, 2, 1, 4, 3).flatten(0, 1)


def forward(module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **more: Any) -> Any:
    """Be the attention of *module* in the form that transformers calls: block-local in the encoder, full elsewhere."""
    if getattr(module, "is_decoder", False):
        return sdpa_attention_forward(module, query, key, value, attention_mask, **more)
    if any(more.get(name) is not None for name in BIASES):
        raise SettingError(
            f"attn_implementation: {BLOCK_LOCAL!r} has no place for the position bias of this architecture"
        )
    batch, _, length, _ = query.shape
    valid = query.new_ones((batch, length), dtype=torch.bool) if attention_mask is None else attention_mask[:, 0, 0]
    width = module.served_width = module.config.attention_window
    chances = {"dropout_p": more.get("dropout", 0.0), "scale": more.get("scaling")}
    found = block_local(query, key, value, valid, width, **chances)
    return found.transpose(1, 2).contiguous(), None


def mask(*, q_length: int, mask_function: Callable[..., Any], **more: Any) -> Tensor | None:
    """Return a mask as SDPA takes it, with one row for all tokens where only padding is hidden."""
    # otherwise the mask alone grows with the square of the length
    rows = 1 if mask_function is bidirectional_mask_function else q_length
    found: Tensor | None = sdpa_mask(q_length=rows, mask_function=mask_function, **more)
    return found


AttentionInterface.register(BLOCK_LOCAL, forward)
AttentionMaskInterface.register(BLOCK_LOCAL, mask)


def require_block_local(model: Any) -> None:
    """Raise unless the kernel serves every layer of the encoder: not every architecture asks for one."""
    encoder, training = model.get_encoder(), model.training
    encoder.eval()  # a layer that is dropped at random is not called
    with torch.no_grad():
        encoder(input_ids=torch.zeros((1, 2), dtype=torch.long))
    encoder.train(training)
    layers = model.config.num_hidden_layers
    if len(widths(model)) != layers:
        raise SettingError(
            f"attn_implementation: {BLOCK_LOCAL!r} serves {len(widths(model))} of {layers} encoder layers "
            f"of {model.config.model_type}, which computes its attention otherwise"
        )


def widths(model: Any) -> list[int]:
    """Return the block of each layer of the encoder that the kernel has served."""
    return [module.served_width for module in model.get_encoder().modules() if hasattr(module, "served_width")]
