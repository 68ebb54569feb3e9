"""The beginning of an id is looked up by one rule, wherever it is given."""

from __future__ import annotations

import pytest

from xp.dsl.errors import QueryError
from xp.engine.finding import FindError, one_that_begins

KNOWN = {"3fb9": "zero2 · seed 1", "3fa0": "", "77aa": "baseline · seed 1", "3f11": "", "3f12": ""}


def test_the_beginning_of_one_id_is_enough() -> None:
    assert one_that_begins(KNOWN, "7") == "77aa"
    assert one_that_begins(KNOWN, "3fb9") == "3fb9"
    assert one_that_begins(KNOWN, "8") is None
    assert one_that_begins({}, "") is None


def test_a_beginning_that_several_have_names_three_of_them() -> None:
    with pytest.raises(FindError) as refused:
        one_that_begins(KNOWN, "3f")
    assert str(refused.value) == "4 trials begin with '3f'\n    hint: give more of the id: 3f11, 3f12, 3fa0, …"


def test_no_beginning_at_all_means_no_trial_be_it_the_only_one() -> None:
    with pytest.raises(QueryError) as refused:
        one_that_begins({"3fb9": "zero2 · seed 1"}, "", QueryError)
    assert str(refused.value) == "1 trial begins with ''\n    hint: give more of the id: 3fb9 (zero2 · seed 1)"
