"""The block-local kernel is exactly attention under a banded mask, and is what the encoder really calls."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import AutoConfig, AutoModelForSeq2SeqLM

from tests.engine.train import tiny
from xp.engine.train import attention
from xp.engine.train.errors import SettingError


def draw(batch: int, length: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries, keys and values of two heads."""
    made = torch.Generator().manual_seed(seed)
    drawn = torch.randn(3, batch, 2, length, 4, generator=made, dtype=torch.float64)
    query, key, value = (part.clone().requires_grad_() for part in drawn)
    return query, key, value


def padded(batch: int, length: int, texts: list[int]) -> Tensor:
    """Return what is text: so many tokens at the start of each row."""
    return torch.arange(length) < torch.tensor(texts[:batch])[:, None]


def dense(query: Tensor, key: Tensor, value: Tensor, valid: Tensor, width: int) -> Tensor:
    """Return the same with a matrix of all pairs of tokens."""
    block = torch.arange(query.shape[2]) // width
    near = (block[:, None] - block[None, :]).abs() <= 1
    seen = near[None, None] & valid[:, None, None, :]
    scores = (query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5).masked_fill(~seen, -1e300)
    found: Tensor = scores.softmax(-1) @ value
    return found


@settings(max_examples=80, deadline=None)
@given(
    batch=st.integers(1, 3),
    length=st.integers(1, 40),
    width=st.integers(1, 45),
    texts=st.lists(st.integers(1, 40), min_size=3, max_size=3),
    seed=st.integers(0, 1000),
)
def test_values_and_gradients_are_those_of_a_dense_band(
    batch: int, length: int, width: int, texts: list[int], seed: int
) -> None:
    valid = padded(batch, length, texts)
    ours, theirs = draw(batch, length, seed), draw(batch, length, seed)
    real = valid[:, None, :, None]

    sparse = attention.block_local(*ours, valid, width) * real
    full = dense(*theirs, valid, width) * real
    slopes = [torch.autograd.grad(out.square().sum(), ins) for out, ins in ((sparse, ours), (full, theirs))]

    torch.testing.assert_close(sparse, full, rtol=0, atol=1e-12)
    torch.testing.assert_close(*slopes, rtol=0, atol=1e-11)


def test_blocks_of_nothing_but_padding_make_no_nan() -> None:
    tensors = draw(1, 40, seed=1)

    found = attention.block_local(*tensors, padded(1, 40, [3]), 4)
    slopes = torch.autograd.grad(found.sum(), tensors)

    assert found.isfinite().all()
    assert all(slope.isfinite().all() for slope in slopes)


def sparse_bart(width: int, **config: Any) -> Any:
    made = AutoConfig.for_model("bart", **{"vocab_size": 64, **tiny.BART, **config})
    made.attention_window = width
    torch.manual_seed(1)
    return AutoModelForSeq2SeqLM.from_config(made, attn_implementation="block_local").eval()


def full_bart(**config: Any) -> Any:
    torch.manual_seed(1)
    return tiny.bart(**config).eval()


def batch() -> dict[str, Tensor]:
    made = torch.Generator().manual_seed(2)
    ids = torch.randint(4, 64, (2, 50), generator=made)
    mask = padded(2, 50, [50, 31]).long()
    return {"input_ids": ids, "attention_mask": mask, "labels": ids[:, :7].contiguous()}


def test_a_window_over_the_whole_text_is_full_attention() -> None:
    found, reference = sparse_bart(64)(**batch()), full_bart()(**batch())

    torch.testing.assert_close(found.logits, reference.logits, rtol=0, atol=1e-5)
    torch.testing.assert_close(found.loss, reference.loss)


def test_a_far_token_is_not_seen_by_one_layer() -> None:
    encoder = sparse_bart(8).get_encoder()
    ids = batch()["input_ids"][:1]
    other = ids.clone()
    other[0, 20] = 5 + (ids[0, 20] == 5)

    with torch.no_grad():
        moved = (encoder(ids)[0] != encoder(other)[0]).any(-1)[0].nonzero().flatten()

    assert moved.min() >= 8
    assert moved.max() < 32


def test_every_layer_of_the_encoder_is_served() -> None:
    model = sparse_bart(8, encoder_layers=3)

    attention.require_block_local(model)

    assert attention.widths(model) == [8, 8, 8]


def test_an_architecture_that_never_calls_the_kernel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = sparse_bart(8)
    monkeypatch.setattr(model.config, "_attn_implementation", "sdpa")

    with pytest.raises(SettingError, match="'block_local' serves 0 of 1 encoder layers of bart"):
        attention.require_block_local(model)


def test_a_position_bias_has_no_place() -> None:
    made = AutoConfig.for_model("t5", vocab_size=64, **tiny.T5)
    made.attention_window = 8
    model = AutoModelForSeq2SeqLM.from_config(made, attn_implementation="block_local")

    with pytest.raises(SettingError, match="no place for the position bias"):
        attention.require_block_local(model)


def test_the_mask_of_an_encoder_has_one_row() -> None:
    model, seen = sparse_bart(8), []
    layer = model.get_encoder().layers[0].self_attn
    layer.register_forward_pre_hook(lambda _, __, more: seen.append(more["attention_mask"].shape), with_kwargs=True)

    model(**batch())

    assert seen == [(2, 1, 1, 50)]


def test_the_kernel_is_written_for_the_summary_too() -> None:
    ids = batch()
    found = sparse_bart(8).generate(ids["input_ids"], attention_mask=ids["attention_mask"], max_new_tokens=5)

    assert found.shape[1] > 1
