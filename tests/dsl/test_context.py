"""What has to be equal for two trials to be compared is told by one rule."""

from __future__ import annotations

from xp.dsl.context import context_key, context_of


def test_a_context_is_a_variant_without_its_method_in_whatever_order_its_axes_are_written() -> None:
    one = {"method": "zero2", "model": "bart", "freeze": ("encoder",), "learning_rate": 0.001}
    other = {"learning_rate": 0.001, "freeze": ("encoder",), "model": "bart", "method": "baseline"}
    assert context_of(one) == {"model": "bart", "freeze": ["encoder"], "learning_rate": 0.001}
    assert context_key(one) == context_key(other) == '{"freeze":["encoder"],"learning_rate":0.001,"model":"bart"}'
    assert context_key({**one, "model": "t5"}) != context_key(one)
