"""One style for SQL."""

from __future__ import annotations

import pytest

from xp.dsl.errors import QueryError
from xp.queries.style import comments, formatted

UGLY = """-- What?
--
-- column a integer - one
--   column-like   spaces stay
SELECT a ,B -- why b
  /* and c */ ,C
FROM t WHERE a=1 AND (
b<2)
"""

NEAT = """-- What?
--
-- column a integer - one
--   column-like   spaces stay

select
    a,
    B,  -- why b
    /* and c */
    C
from t
where a = 1 and (b < 2)
"""


def test_keywords_are_lower_case_and_commas_trail() -> None:
    text = formatted(UGLY, "q.sql")

    assert text == NEAT


def test_what_is_formatted_is_in_style() -> None:
    text = formatted(UGLY, "q.sql")

    assert formatted(text, "q.sql") == text


def test_comments_survive() -> None:
    assert comments(formatted(UGLY, "q.sql")) == comments(UGLY)
    assert len(comments(UGLY)) == 6


def test_names_keep_their_case_for_duckdb_shows_it() -> None:
    assert formatted("SELECT rougeL AS rougeLsum, FINITE(x) FROM t", "q.sql").startswith("select rougeL as rougeLsum, ")


def test_what_looks_like_jinja_is_a_text() -> None:
    assert "'{{ x }} {% y %}'" in formatted("select '{{ x }} {% y %}' as a", "q.sql")


def test_what_the_formatter_does_not_know_is_an_error() -> None:
    with pytest.raises(QueryError, match="sqlfmt cannot write this"):
        formatted("select {'a': {'b': 1}} as a", "q.sql")


def test_windows_line_ends_and_a_byte_order_mark_go() -> None:
    assert formatted("\ufeff-- What?\r\nselect 1\r\n", "q.sql") == "-- What?\n\nselect 1\n"
