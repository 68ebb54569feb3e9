"""A number of a report is led back to the runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from xp.dsl.errors import QueryError
from xp.engine.cli.main import main
from xp.engine.reports import origin
from xp.engine.reports.rendering import Request, render


def test_a_cell_is_found_by_its_words_and_by_its_place(written: Request) -> None:
    line = written.target.read_text(encoding="utf-8").split("\n").index("## Costs") + 6
    column = written.target.read_text(encoding="utf-8").split("\n")[line - 1].index("0.80") + 3
    by_words = origin.explain("small.md", ["costs", "zero2", "memory"])

    assert by_words == origin.explain(f"small.md:{line}:{column}", [])
    assert by_words == origin.explain("small.md", [f"{line}:{column}"])
    assert (by_words.query, by_words.text, by_words.row) == ("tradeoffs", "0.80× ± 0", {"method": "zero2"})
    assert by_words.ask == "xp query tradeoffs -p experiment=small"
    assert [(each.label, each.attempts) for each in by_words.trials] == [
        ("baseline · dialogues · seed 1", "1"),
        ("baseline · dialogues · seed 2", "1"),
        ("baseline · dialogues · seed 3", "1"),
        ("zero2 · dialogues · seed 1", "2"),
        ("zero2 · dialogues · seed 2", "1"),
        ("zero2 · dialogues · seed 3", "1"),
    ]
    journals = [Path(file) for each in by_words.trials for file in each.journals]
    assert len(journals) == 18
    assert all(file.is_file() for file in journals)


def test_a_page_gives_the_address_of_each_of_its_numbers(written: Request) -> None:
    Path("page.html.j2").write_text('<main>{{ document("small.md.j2") }}</main>', encoding="utf-8")
    render(Request("page.html.j2", (), written.results, Path("page.html")))
    page = Path("page.html").read_text(encoding="utf-8")

    addresses = re.findall(r'data-cell="(.*?)"', page)
    # four methods and three numbers in both tables, but for two that the broken one has not
    assert len(addresses) == len(set(addresses)) == 2 * (4 * 3 - 2)
    assert "Costs tradeoffs zero2 memory" in addresses
    for address in addresses:
        assert origin.explain("page.html", address.split()).warnings == []
    by_words, of_text = (origin.explain(file, ["costs", "zero2", "memory"]) for file in ("page.html", "small.md"))
    assert (by_words.text, by_words.trials) == (of_text.text, of_text.trials) != ("", [])


def test_a_gap_comes_with_its_reason(written: Request) -> None:
    found = origin.explain(str(written.output), ["tradeoffs", "broken", "memory"])

    assert found.text.startswith("–")
    assert found.note == "1 diverged, 1 oom, 1 pending"
    assert found.warnings == []
    assert "note" in origin.as_text(found)
    assert json.loads(origin.as_json(found))["note"] == found.note


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["zero2", "memory"], "2 cells are called 'zero2 memory':\n    small.md:", id="two-tables"),
        pytest.param(
            ["zeor2", "memroy"], "'zeor2': did you mean 'zero2'?; 'memroy': did you mean 'memory'?", id="typo"
        ),
        pytest.param(["1:1"], "the nearest cell of a table is 9:3, baseline, method", id="prose"),
        pytest.param(["20:3"], "there is no cell that was drawn from an answer", id="table-by-hand"),
        pytest.param([], "which cell?", id="nothing"),
    ],
)
def test_a_cell_that_is_not_there_is_refused_with_a_suggestion(
    written: Request, words: list[str], message: str
) -> None:
    with pytest.raises(QueryError) as refusal:
        origin.explain(str(written.output), words)

    assert message in str(refusal.value)


def test_what_has_changed_since_is_said(written: Request) -> None:
    Path("queries").mkdir()
    Path("queries/tradeoffs.sql").write_text("select 1 as n", encoding="utf-8")
    with written.target.open("a", encoding="utf-8") as file:
        file.write("\nA word by hand.\n")

    assert origin.explain("small.md", ["costs", "zero2", "memory"]).warnings == [
        "the report was changed after it was rendered: lines may have moved",
        "queries/tradeoffs.sql has changed since",
    ]


@pytest.mark.usefixtures("written")
def test_the_command_tells_a_report_from_a_trial() -> None:
    told = CliRunner().invoke(main, ["explain", "small.md", "scores", "freeze-encoder", "rouge1"])

    assert told.exit_code == 0
    assert "benchmarks, SHA-256" in told.output
    assert "freeze-encoder · dialogues · seed 3" in told.output
    assert CliRunner().invoke(main, ["explain", "abc"]).exit_code == 2
