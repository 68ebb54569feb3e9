"""Parameters as the command line gives them."""

from __future__ import annotations

import pytest

from xp.dsl.errors import QueryError
from xp.engine.answers import split_pairs


@pytest.mark.parametrize(
    ("given", "expected"), [("seed=1", {"seed": "1"}), ("path=a=b", {"path": "a=b"}), ("empty=", {"empty": ""})]
)
def test_a_parameter_is_split_at_its_first_equals_sign(given: str, expected: dict[str, str]) -> None:
    assert split_pairs([given]) == expected


def test_a_parameter_without_a_value_is_refused() -> None:
    with pytest.raises(QueryError, match="NAME=VALUE, got 'seed'"):
        split_pairs(["seed"])


def test_a_parameter_that_is_given_twice_is_refused() -> None:
    with pytest.raises(QueryError, match="the parameter 'seed' is given more than once"):
        split_pairs(["seed=1", "model=a", "seed=2"])
