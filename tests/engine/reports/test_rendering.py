"""What a report is made from is held to what there is; a report with a fault is not written."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import small
from xp.dsl.errors import TemplateError
from xp.engine.cli.main import main
from xp.engine.layout import Layout
from xp.engine.reports.rendering import STDOUT, Request, make
from xp.engine.reports.sidecar import sidecar_of
from xp.engine.warehouse.load import load


def render(request: Request, *words: str) -> Result:
    return CliRunner().invoke(
        main, ["render", request.template, "--results", str(request.results), "-o", str(request.output), *words]
    )


def test_a_fault_leaves_the_report_as_it_was(written: Request) -> None:
    report = written.target
    before = report.read_bytes(), sidecar_of(report).read_bytes()
    Path(written.template).write_text("# Small\n\n{{ ask('benchmarks')[0].rogue1 }}\n", encoding="utf-8")

    told = render(written)

    assert (told.exit_code, type(told.exception)) == (3, SystemExit)
    assert "small.md.j2:3: rogue1: the row has nothing of that name" in told.stderr
    assert "did you mean 'rouge1'?" in told.stderr
    assert (report.read_bytes(), sidecar_of(report).read_bytes()) == before


def test_a_fault_makes_no_report(written: Request) -> None:
    there = sorted(Path.cwd().iterdir())
    Path(written.template).write_text("{{ nothing }}\n", encoding="utf-8")

    told = render(Request(written.template, (), written.results, Path("new.md")))

    assert told.exit_code == 3
    assert sorted(Path.cwd().iterdir()) == there


def test_a_report_never_replaces_its_own_template(written: Request) -> None:
    template = Path(written.template)
    before = template.read_bytes()
    Path("again.md").symlink_to(template.absolute())

    for output in (template, Path("again.md")):
        told = render(Request(written.template, (), written.results, output))
        assert told.exit_code == 3
        assert told.stderr == (
            f"xp: {output}: the report would replace its own template\n    hint: name another file with -o\n"
        )
    assert template.read_bytes() == before


@pytest.mark.parametrize(
    ("template", "output", "said"),
    [
        ("small.md.j2", "new.html", "the template makes Markdown, not a page\n    hint: a template whose name ends in"),
        ("small.md.j2", "new.PDF", "the template makes Markdown, not PDF\n    hint: pandoc makes one of Markdown"),
        (
            "experiments.html.j2",
            "new.md",
            "the template makes a page, not Markdown\n    hint: name a file that ends in",
        ),
    ],
)
def test_a_report_is_what_its_name_promises(written: Request, template: str, output: str, said: str) -> None:
    told = render(Request(template, (), written.results, Path(output)))

    assert told.exit_code == 3
    assert told.stderr.startswith(f"xp: {output}: {said}")
    assert not Path(output).exists()


def test_a_parameter_that_no_query_has_is_refused(written: Request) -> None:
    before = written.target.read_bytes()

    told = render(written, "-p", "experimnt=other")

    assert (told.exit_code, type(told.exception)) == (3, SystemExit)
    assert "no query of this template has a parameter 'experimnt'" in told.stderr
    assert "did you mean 'experiment'?" in told.stderr
    assert written.target.read_bytes() == before


@pytest.mark.parametrize("asking", ["ask('best', rowz=3) | grid", "table('best', rowz=3)", "chart('pareto', rowz=3)"])
def test_a_parameter_that_a_template_gives_is_held_to_its_query(written: Request, asking: str) -> None:
    Path(written.template).write_text(f"# T\n\n{{{{ {asking} }}}}\n", encoding="utf-8")

    with pytest.raises(TemplateError, match=r"small\.md\.j2:3: query '\w+' has no parameter 'rowz'"):
        make(written)


def test_a_parameter_of_the_command_line_goes_to_the_queries_that_have_it(written: Request) -> None:
    Path(written.template).write_text("{{ ask('best') | length }} {{ ask('trials') | length }}\n", encoding="utf-8")

    assert make(Request(written.template, ("rows=3",), written.results, STDOUT)).text == "3 12\n"


class Wordy(small.Trial):
    """A trial with a setting of 6,000 characters."""

    @property
    def settings(self) -> dict[str, Any]:
        """What it is trained with."""
        return super().settings | {"prefix": PREFIX}


PREFIX = "summarize the following dialogue | in a sentence: " * 120


def test_a_long_text_is_kept_whole_and_shown_short(empty: Layout) -> None:
    trial = Wordy("zero2", 1)
    small.plan(empty, trials=[small.Trial("baseline", 1), trial])
    small.completed(empty, small.Trial("baseline", 1))
    small.completed(empty, trial)
    load(empty)

    text = make(Request("experiments", (), empty.root, STDOUT)).text

    shown = text.replace("\\|", "|")
    assert f"{PREFIX[:80]}…{PREFIX[-39:].rstrip()}" in shown
    assert PREFIX[:300] not in shown
    assert max(len(line) for line in text.splitlines() if line.startswith("|")) < 400
    assert "zero.stage=2. Expected:" in text
    (stored,) = asked(empty, "select value from setting where name = 'prefix'")
    assert digest(stored) == digest(PREFIX)


def asked(layout: Layout, sql: str) -> list[str]:
    """Return what the command line answers as CSV, a line each."""
    told = CliRunner().invoke(main, ["query", "--sql", sql, "--format", "csv", "--results", str(layout.root)])
    return told.output.splitlines()[1:]


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


MINE = """
-- What came of my metrics?
--
-- param  experiment    text    null  name of the experiment; unset, the one that was planned last
-- column name          text    -     name of the metric
-- column "eval/rouge1"  double  points  one
-- column "f1@5"        double  -     two
-- column "loss (val)"  double  nats  three
-- column "a.b"         double  -     four

with mine as (
    select name, value
    from metrics
    join trials using (trial, attempt)
    where trials.experiment = chosen($experiment)
)
from (pivot mine on name in ('eval/rouge1', 'f1@5', 'loss (val)', 'a.b') using max(value) group by name)
order by name
"""


def test_names_are_shown_as_they_were_recorded(empty: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.sql").write_text(MINE.lstrip(), encoding="utf-8")
    Path("mine.md.j2").write_text("{{ ask('mine.sql') | grid }}\n", encoding="utf-8")
    small.plan(empty)
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start()
    new.metrics(**{"eval/rouge1": 3.0, "f1@5": 2.0, "loss (val)": 1.5, "a.b": 4.0})
    new.end("completed")
    load(empty)

    text = make(Request("mine.md.j2", (), empty.root, STDOUT)).text
    heading, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]

    assert heading == ["name", "eval/rouge1, points", "f1@5", "loss (val), nats", "a.b"]
    assert [row[0] for row in body[:4]] == ["a.b", "eval/rouge1", "f1@5", "loss (val)"]
    assert [row[column] for row, column in zip(body, (4, 1, 2, 3), strict=False)] == ["4", "3.00", "2", "1.500"]


def test_old_copies_of_the_queries_that_a_report_asks_by_itself_are_not_asked(written: Request) -> None:
    before = written.target.read_bytes(), sidecar_of(written.target).read_bytes()
    Path("queries").mkdir()
    for name in ("experiment", "evidence"):
        Path("queries", f"{name}.sql").write_text("select 'other' as one\n", encoding="utf-8")

    assert render(written).exit_code == 0
    assert (written.target.read_bytes(), sidecar_of(written.target).read_bytes()) == before
