"""What the command line adds to a file before it is planned."""

from __future__ import annotations

import pytest

from xp.dsl.errors import SpecError
from xp.engine.planning import with_seeds


@pytest.mark.parametrize(
    ("seeds", "override"),
    [("1", "matrix.seed=[1]"), ("1,2,3", "matrix.seed=[1, 2, 3]"), (" 0, 07 ", "matrix.seed=[0, 7]")],
)
def test_seeds_are_short_for_an_override(seeds: str, override: str) -> None:
    assert with_seeds(("epochs=1",), seeds) == ("epochs=1", override)


def test_without_seeds_nothing_is_added() -> None:
    assert with_seeds(("epochs=1",), None) == ("epochs=1",)


@pytest.mark.parametrize(
    ("seeds", "got"), [("1,x", "x"), ("", ""), ("1,,2", ""), ("-1", "-1"), ("1.0", "1.0"), ("²", "²")]
)
def test_seeds_that_are_no_numbers_are_named(seeds: str, got: str) -> None:
    with pytest.raises(SpecError) as refused:
        with_seeds((), seeds)

    message = f"should be whole numbers with commas between them, got {got!r}"
    assert str(refused.value) == f"--seeds {seeds}: {message}\n    hint: such as --seeds 1,2,3"
