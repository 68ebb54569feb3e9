"""No file changes unless it provably means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.dsl.errors import QueryError, XpError
from xp.engine.commands.fmt import meaning, proven, style
from xp.queries import catalog
from xp.queries.style import comments

SHIPPED = [catalog.find(name) for name in catalog.names()]


@pytest.mark.parametrize("query", SHIPPED, ids=lambda query: query.name)
def test_saved_queries_are_in_the_one_style(query: catalog.Query) -> None:
    assert proven(query.sql, query.name) == query.sql


@pytest.mark.parametrize("query", SHIPPED, ids=lambda query: query.name)
def test_a_query_on_one_line_comes_back_in_style_and_means_the_same(query: catalog.Query) -> None:
    body = "\n".join(line for line in query.sql.splitlines() if not line.strip().startswith("--"))
    shuffled = " ".join(body.replace("select", "SELECT").replace("from ", "FROM ").split())

    text = proven(shuffled, "q.sql")

    assert meaning(text, "q.sql") == meaning(body, "q.sql")
    assert proven(text, "q.sql") == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("select a // b as c, d from t", id="what-sqlfmt-takes-for-a-comment"),
        pytest.param("select e'a\\n' as a from t", id="a-text-with-a-prefix"),
        pytest.param("drop table t", id="no-query"),
        pytest.param("select 1 frm x y", id="no-sql"),
        pytest.param("select {'a': {'b': 1}} as a", id="braces"),
    ],
)
def test_what_would_change_its_meaning_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "q.sql"
    file.write_text(text)

    with pytest.raises(QueryError):
        proven(text, "q.sql")
    assert style([file], check=False) == 1
    assert file.read_text() == text
    assert f"xp: {file}: " in capsys.readouterr().err


def test_what_is_no_sql_is_no_file_to_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.toml").write_text("")
    (tmp_path / "latin.sql").write_bytes(b"select '\xe4'")

    with pytest.raises(XpError, match=r"notes\.toml: a file of type \.toml cannot be formatted\n    hint: name \.sql"):
        style([tmp_path / "notes.toml"], check=False)
    assert (tmp_path / "notes.toml").read_text() == ""
    assert style([tmp_path], check=False) == 1
    assert capsys.readouterr().err == f"xp: {tmp_path / 'latin.sql'}: not UTF-8\n    hint: save it as UTF-8\n"


def test_a_comment_that_would_be_lost_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xp.engine.commands.fmt.formatted", lambda text, _: text.replace("-- why", ""))

    with pytest.raises(QueryError, match="the formatter would change what this query says"):
        proven("select 1 -- why", "q.sql")


def test_files_are_written_or_only_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "q.sql"
    file.write_text("SELECT 1 -- why")

    assert style([tmp_path], check=True) == 1
    assert file.read_text() == "SELECT 1 -- why"
    assert style([tmp_path], check=False) == 0
    assert file.read_text() == "select 1  -- why\n"
    assert style([tmp_path], check=True) == 0
    assert capsys.readouterr().out == f"would format {file}\nformatted {file}\n"


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(XpError, match="there is no such file"):
        style([tmp_path / "nowhere"], check=True)


def test_comments_are_compared_without_their_spaces() -> None:
    assert comments("--a   b\nselect 1") == comments("--  a b\nselect 1")
