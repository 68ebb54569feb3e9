"""Templates render to the letter, or are refused with the place of the fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xp.dsl.errors import TemplateError
from xp.templates.render import find, names, render

Make = Callable[..., Any]


def refusal(path: Path, ask: Any, **context: Any) -> str:
    """Return what is wrong with a template, its folder left out."""
    with pytest.raises(TemplateError) as error:
        render(path, ask, **context)
    return str(error.value).replace(f"{path.parent}/", "")


def test_loop_lines_leave_no_gap_in_a_table(write: Make, warehouse: Make, answer: Make, tables: Make) -> None:
    loop = "{% for row in ask('q') %}\n| {{ row.a }} | {{ row['b'] }} |\n{% endfor %}\n"
    path = write(f"# T\n\n| a | b |\n| - | - |\n{loop}\nend\n")
    text = render(path, warehouse(q=answer(["a", "b"], ("x|y", 1), ("z", 2), ("", None))))

    assert [line for line in text.splitlines() if line.startswith("|")] == text.splitlines()[2:7]
    assert tables(text)[0].rows == [["x|y", "1"], ["z", "2"], ["", "–"]]
    assert text.endswith("end\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", ["report.md.j2", "report.md"])
def test_line_ends_of_windows_become_newlines(write: Make, warehouse: Make, name: str) -> None:
    assert render(write("\ufeff# T\r\n\r\ntext\r\n\r\n\r\n", name), warehouse()) == "# T\n\ntext\n"


def test_a_value_is_shown_and_never_acts(write: Make, warehouse: Make, answer: Make, visible: Make) -> None:
    hostile = ["{{ 7*7 }}", "{% raw %}", "<b>x</b>", "a<b & 'c'", "[x](http://y)", "**x**", "\x1b[31mred", "_x_", "# x"]
    path = write("{% for row in ask('q') %}\n{{ row.text }}\n\n{% endfor %}")
    text = render(path, warehouse(q=answer(["text"], *((value,) for value in hostile))))

    assert visible(text).splitlines() == [value.replace("\x1b[31m", "") for value in hostile]
    assert "&amp;" not in text


def test_a_constant_is_shown_as_any_value_is(write: Make, warehouse: Make, visible: Make) -> None:
    text = render(write("{{ \"R&D's a<b|c\" }} {{ 'nan' | float }} {{ 2 * 3 }}\n"), warehouse())

    assert text == "R\\&D's a\\<b\\|c – 6\n"
    assert visible(text) == "R&D's a<b|c – 6"


def test_a_missing_text_is_a_dash_and_a_number_is_its_text(write: Make, warehouse: Make, answer: Make) -> None:
    path = write("{% for r in ask('q') %}{{ r.note | code }} {{ r.note | short }} {{ r.seed | code }}{% endfor %}\n")

    assert render(path, warehouse(q=answer(["note", "seed"], (None, 7)))) == "– – `7`\n"


@pytest.mark.parametrize(
    ("value", "got"), [("none", "nothing"), ("'trials'", "'trials'"), ("ask('q')[0]", "the row"), ("3", "'3'")]
)
@pytest.mark.parametrize("name", ["grid", "legend", "weighed"])
def test_what_takes_an_answer_refuses_anything_else(
    write: Make, warehouse: Make, answer: Make, name: str, value: str, got: str
) -> None:
    path = write(f"a\n{{{{ {value} | {name} }}}}\n")

    assert refusal(path, warehouse(q=answer(["a"], (1,)))) == (
        f'report.md.j2:2: {name}: takes an answer, got {got}\n    hint: write {{{{ ask("trials") | {name} }}}}'
    )


def test_code_table_and_number_print_as_what_they_are(write: Make, warehouse: Make, answer: Make, tables: Make) -> None:
    ask = warehouse(q=answer(["name", ("memory", "B")], ("zero_2", 812e6)))
    path = write(
        "{% for row in ask('q') %}{{ row.name | code }} {{ row.memory }}{% endfor %}\n\n\n{{ ask('q') | grid }}\n"
    )
    text = render(path, ask)

    assert text.startswith("`zero_2` 812 MB\n\n")
    assert tables(text)[0].rows == [["zero_2", "812"]]
    assert ask.asked == [("q", {})]


def test_a_macro_is_not_escaped_twice(write: Make, warehouse: Make) -> None:
    path = write("{% macro show(x) %}**{{ x }}**{% endmacro %}\n{{ show('a_ *b*') }}\n")

    assert render(path, warehouse()) == "**a\\_ \\*b\\***\n"


def test_every_question_is_about_the_experiment_of_the_report(write: Make, warehouse: Make, answer: Make) -> None:
    ask = warehouse(q=answer(["a"], (1,)))
    render(write("{{ table('q') }}{{ ask('q', experiment='other') | grid }}{{ experiment }}"), ask, experiment="core")

    assert ask.asked == [("q", {"experiment": "core"}), ("q", {"experiment": "other"})]


def test_a_query_without_rows_says_so_and_what_to_do(write: Make, warehouse: Make, answer: Make) -> None:
    ask = warehouse(tradeoffs=answer(["a"], title="What does it cost?"))
    text = render(write("{table}", "report.md"), ask)

    assert "`tradeoffs`" in text
    assert "xp run" in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "# T\n\nBest: {{ bset.rouge1 }} {{ tabel('q') }}\n",
            "report.md.j2:3: bset: unknown name\n    hint: did you mean 'best'?\n"
            "report.md.j2:3: tabel: unknown name\n    hint: did you mean 'table'?",
            id="name",
        ),
        pytest.param(
            "{% for row in ask('q') %}\n{{ row.rogue1 }}\n{% endfor %}",
            "report.md.j2:2: rogue1: the row has nothing of that name\n    hint: did you mean 'rouge1'?",
            id="column",
        ),
        pytest.param(
            "\n{{ ask('q').titel }}",
            "report.md.j2:2: titel: the answer has nothing of that name\n    hint: did you mean 'title'?",
            id="part-of-an-answer",
        ),
        pytest.param(
            "\n\n{{ ask('p') }}",
            "report.md.j2:3: there is no query 'p'\n    hint: known: q",
            id="query",
        ),
        pytest.param(
            "\n{{ ask('q') | grid('rogue1') }}",
            "report.md.j2:2: query 'q' has no column 'rogue1'\n    hint: did you mean 'rouge1'?",
            id="column-of-a-table",
        ),
        pytest.param(
            "\n{% if x %}\n",
            "report.md.j2:2: unexpected end of template. Jinja was looking for the following tags: "
            "'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'",
            id="unclosed",
        ),
        pytest.param(
            "a\nb {{ 1 | coed }}",
            "report.md.j2:2: no filter named 'coed'\n    hint: did you mean 'code'?",
            id="filter",
        ),
        pytest.param(
            "a\n{% include 'benchmark.md.j2' %}",
            "report.md.j2:2: there is no template 'benchmark.md.j2'\n    hint: did you mean",
            id="include",
        ),
        pytest.param(
            "\n{{ ask('q').where(rogue1=1) | grid }}",
            "report.md.j2:2: query 'q' has no column 'rogue1'\n    hint: did you mean 'rouge1'?",
            id="column-of-a-condition",
        ),
        pytest.param(
            "\n{{ ask('q').without(rogue1=1, rouge1=2) | grid }}",
            "report.md.j2:2: query 'q' has no column 'rogue1'\n    hint: did you mean 'rouge1'?",
            id="column-that-is-excluded",
        ),
        pytest.param(
            "\n{{ ask('q').distinct('rogue1') }}",
            "report.md.j2:2: query 'q' has no column 'rogue1'\n    hint: did you mean 'rouge1'?",
            id="column-whose-values-are-asked",
        ),
        pytest.param(
            "\n{{ ask('q').measured_in(rogue1='GB') | grid }}",
            "report.md.j2:2: query 'q' has no column 'rogue1'\n    hint: did you mean 'rouge1'?",
            id="column-in-a-unit",
        ),
        pytest.param(
            "\n{{ ask('q') | grid(codes=('rogue1',)) }}",
            "report.md.j2:2: query 'q' has no column 'rogue1'\n    hint: did you mean 'rouge1'?",
            id="column-set-as-code",
        ),
        pytest.param(
            "\n{{ ask('q') | grid(titles={'rogue1': 'ROUGE'}) }}",
            "report.md.j2:2: query 'q' has no column 'rogue1'\n    hint: did you mean 'rouge1'?",
            id="column-with-a-title",
        ),
        pytest.param(
            "\n{{ ask('q') | weighed('memory') | grid }}",
            "report.md.j2:2: query 'q' has no column 'method'",
            id="columns-of-effects",
        ),
        pytest.param("\n{{ 1 / 0 }}", "report.md.j2:2: division by zero (ZeroDivisionError)", id="arithmetic"),
        pytest.param(
            "\n{{ ask('q').__class__.__mro__ }}",
            "report.md.j2:2: access to attribute '__class__' of 'Rows' object is unsafe",
            id="break-out",
        ),
        pytest.param(
            "\n{{ table }}", "report.md.j2:2: table: a function\n    hint: write table(…)", id="function-not-called"
        ),
        pytest.param("\n{{ ask() }}", "report.md.j2:2: ", id="function-called-wrongly"),
    ],
)
def test_a_fault_is_told_with_line_and_name(
    write: Make, warehouse: Make, answer: Make, text: str, message: str
) -> None:
    path = write(text)
    write("x", "benchmarks.md.j2")

    assert refusal(path, warehouse(q=answer(["rouge1"], (44.0,))), best=1, x=1).startswith(message)


def test_a_fault_in_a_part_is_told_with_the_place_in_the_part(write: Make, warehouse: Make) -> None:
    path = write("a\n{% include 'part.md.j2' %}\n")
    write("b\n\n{{ nothing }}\n", "part.md.j2")

    assert refusal(path, warehouse()).startswith("part.md.j2:3: nothing: unknown name")


def test_a_name_may_be_asked_about_before_it_is_used(write: Make, warehouse: Make) -> None:
    text = "{{ title | default('none') }}{% if title is defined %}!{% endif %}"

    assert render(write(text), warehouse()) == "none\n"


def test_a_template_cannot_leave_its_folder(write: Make, warehouse: Make, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    write("secret", "secret.md.j2")
    path = write("{% include '../secret.md.j2' %}", "inner/report.md.j2")

    assert "there is no template '../secret.md.j2'" in refusal(path, warehouse())


def test_a_template_cannot_change_a_list(write: Make, warehouse: Make) -> None:
    assert "unsafe" in refusal(write("{{ [1].append(2) }}"), warehouse())


def test_a_bug_of_ours_keeps_its_traceback(write: Make) -> None:
    def ask(*_: Any) -> Any:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        render(write("{{ table('q') }}"), ask)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path, warehouse: Make) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"\xff\xfe\x00")

    assert "report.md: cannot be read" in refusal(path, warehouse())


@pytest.mark.parametrize("name", ["experiments", "experiments.md.j2", "templates/experiments.md.j2"])
def test_a_shipped_template_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)

    assert find(name).read_text().startswith("{#")


def test_a_template_that_is_not_there_is_refused_with_a_suggestion() -> None:
    with pytest.raises(TemplateError) as error:
        find("templates/experiment.md.j2")

    assert str(error.value).startswith("there is no template 'templates/experiment.md.j2'\n    hint: did you mean")
    assert "experiments" in names()
