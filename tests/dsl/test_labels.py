"""Labels tell trials apart and say no more than that."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.labels import as_json_values, labels

NAMED = {"method": "zero2", "model": "tiny", "dataset": "dialogues"}


def test_names_come_first_and_what_never_varies_is_left_out() -> None:
    variants = [{"epochs": 3.0, **NAMED, "batch_size": size} for size in (1, 2)]

    assert labels(variants) == ["zero2 · dialogues · batch_size=1", "zero2 · dialogues · batch_size=2"]


def test_models_are_named_where_there_are_several() -> None:
    assert labels([{**NAMED, "model": model} for model in ("a", "b")]) == [
        "zero2 · a · dialogues",
        "zero2 · b · dialogues",
    ]


def test_what_only_some_have_is_named() -> None:
    assert labels([NAMED, {**NAMED, "precision": "bf16"}]) == [
        "zero2 · dialogues",
        "zero2 · dialogues · precision='bf16'",
    ]


variants = st.fixed_dictionaries(
    {"method": st.sampled_from("ab"), "model": st.sampled_from("ab"), "dataset": st.sampled_from("ab")},
    optional={
        "learning_rate": st.floats(1e-9, 1),
        "batch_size": st.integers(1, 10),
        "freeze": st.sampled_from([(), ("encoder",)]),
        "gradient_checkpointing": st.booleans(),
    },
)


@given(st.lists(variants, min_size=1, max_size=6, unique_by=lambda variant: repr(sorted(variant.items()))))
def test_different_variants_have_different_labels(found: list[dict[str, Any]]) -> None:
    assert len(set(labels(found))) == len(found)


def test_json_has_lists_only() -> None:
    assert as_json_values({"freeze": ("encoder",), "epochs": 1.0}) == {"freeze": ["encoder"], "epochs": 1.0}
