"""Reports are golden files: change one on purpose, with XP_GOLDEN=write, or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import ask
from xp.engine.warehouse.load import load
from xp.queries import catalog
from xp.templates.charts.gallery import Gallery
from xp.templates.render import SHIPPED, names, render

GOLDEN = Path(__file__).parent / "golden"
DOCUMENT = Path(__file__).parent / "documents" / "plain.md"

Make = Callable[..., Any]


@dataclass
class Asked:
    """Answers of a warehouse, some of their values replaced."""

    layout: Layout
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By query: values of every row."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    """By query: rows in place of all."""

    def __call__(self, name: str, params: Mapping[str, Any], /) -> Any:
        """Answer as the command line does."""
        answer = answered(self.layout, name, tuple(params.items()))
        columns = [column.name for column in answer.columns]
        rows = self.rows.get(name, answer.rows)
        changed = [
            tuple({**dict(zip(columns, row, strict=True)), **self.changes.get(name, {})}.values()) for row in rows
        ]
        return type(answer)(answer.title, answer.columns, changed)


@cache
def answered(layout: Layout, name: str, params: tuple[tuple[str, Any], ...]) -> Any:
    """Return what the warehouse answers; the tests ask the same again and again."""
    query = catalog.find(name)
    known = {param.name for param in query.params}  # a report's parameters are those of any of its queries
    return ask(layout, query, query.values({name: value for name, value in params if name in known}))


def golden(name: str, text: str) -> None:
    """Compare *text* with the expected one, or write it down where that was asked for."""
    expected = GOLDEN / name
    if os.environ.get("XP_GOLDEN") == "write":
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert text == expected.read_text(encoding="utf-8"), (
        "if the change is meant: make golden, and review the difference"
    )


@pytest.mark.parametrize("name", names())
def test_every_shipped_template_renders_as_expected(filled: Layout, name: str) -> None:
    golden(f"{name}.md", render(name, Asked(filled), gallery=Gallery(f"{name}_files")))


def test_a_plain_document_renders_as_expected(filled: Layout) -> None:
    golden("plain.md", render(DOCUMENT, Asked(filled)))


@pytest.mark.parametrize("source", [*names(), DOCUMENT], ids=str)
def test_nothing_is_left_to_fill_and_every_table_is_whole(filled: Layout, tables: Make, source: Any) -> None:
    text = render(source, Asked(filled))
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)

    assert not re.search(r"\{(env_table|model_tables|dataset_table|tabel)\}|\b(nan|None|NaT|inf)\b", prose)
    assert not re.search(r"\n\n\n", text)
    found = tables(text)
    assert len(found) > 2
    for table in found:
        assert {len(row) for row in table.rows} == {len(table.heading)}


def test_the_report_has_every_section(filled: Layout) -> None:
    headings = re.findall(r"^#+ (.+)$", render("experiments", Asked(filled)), flags=re.MULTILINE)

    assert headings == [
        "Experiments: small",
        "Environment Details",
        "Datasets Details",
        "Models Details",
        "Comparisons",
        "Hyperparameters",
        "Optimization Methods",
        "Trade-offs",
        "Some experiment benchmark results",
        "Benchmark Results",
        "R-1/R-2/R-L and loss",
        "Resource usage",
        "Carbon metrics",
        "Notes and limits",
        "Where the numbers come from",
    ]


def test_costs_are_shown_where_prices_are_declared(tmp_path: Path, tables: Make) -> None:
    layout = Layout(tmp_path)
    small.journals(layout)
    small.plan(layout, time=small.START + 1, prices=small.PRICES)
    load(layout)
    text = render("experiments", Asked(layout))

    assert re.findall(r"^### (.+)$", text, flags=re.MULTILINE)[-2:] == ["Carbon metrics", "Cost"]
    assert not re.search(r"\n\n\n", text)
    (costs,) = [table for table in tables(text) if table.heading[1] == "tariff"]
    assert costs.heading == ["method", "tariff", "n", "cost, USD", "seconds, s", "total, USD"]
    # three trials of 30 s, and an attempt of 20 s that timed out
    assert costs.rows[2:4] == [
        ["zero2", "dedicated", "3", "0.22 ± 0.07", "110", "0.67"],
        ["zero2", "low_priority", "3", "0.04 ± 0.01", "110", "0.13"],
    ]


def test_a_report_of_nothing_says_what_to_do(empty: Layout) -> None:
    assert "`xp run experiments/core.toml`" in render("experiments", Asked(empty))
    assert render(DOCUMENT, Asked(empty)).count("has no rows") == 6


def test_a_report_of_a_plan_says_that_nothing_has_run(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    small.plan(layout)
    load(layout)
    text = render("experiments", Asked(layout))

    assert "**0 of 12 trials completed**" in text
    assert "zero2 · dialogues · seed 1: pending" in text
    assert not re.search(r"\n\n\n", text)


def test_the_same_answers_give_the_same_bytes(filled: Layout) -> None:
    assert render("experiments", Asked(filled)).encode() == render("experiments", Asked(filled)).encode()


def test_uncommitted_changes_are_marked(filled: Layout) -> None:
    clean = {"experiment": {"git_commit": "1e10234", "git_dirty": "false", "git_untracked": 0}}
    dirty = {"experiment": {"git_commit": "1e10234", "git_dirty": "false, true"}}

    text = render("experiments", Asked(filled, clean))
    assert ("ncommitted" in text, "ntracked" in text) == (False, False)
    text = render("experiments", Asked(filled, dirty))
    assert text.count("ith uncommitted changes") == 2
    assert "**Uncommitted changes.**" in text
    assert "commit `1e10234`" in text


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of three trials: one has no energy, one scores that say nothing, one a file that no commit holds.

    Some of the documents that they are tested on were trained on.
    """
    layout = Layout(tmp_path_factory.mktemp("doubtful") / "results")
    small.plan(layout)
    for seed, quality in ((1, "counter"), (2, "unavailable"), (3, "counter")):
        new = small.attempt(layout, small.Trial("baseline", seed))
        new.start()
        code = {"git_commit": "1e10234", "git_dirty": seed == 2, "git_untracked": seed // 3}
        new.engine("facts", section="environment", subject="", values=code, units={"git_untracked": "files"})
        told = {"quality": quality}
        if quality == "counter":
            new.metrics(energy_consumed=0.001, predict_rouge1=50.0)
        else:
            told["invalid_energy_consumed"] = "the tracker gave no value"
            new.metrics(predict_rouge1=0.0)
            doubt = {"rouge_library": "rouge_score", "warning": "1 of 1 references have no scorable tokens"}
            new.rank(0, "facts", section="measurement", subject="rouge", values=doubt)
        new.rank(0, "facts", section="measurement", subject="energy", values=told)
        new.metrics(train_others_share=0.1 * (seed - 1))
        counts = {"test_samples": 240, "test_in_train": 3}
        new.rank(0, "facts", section="dataset", subject="dialogues", values=counts)
        new.end("completed")
    load(layout)
    return render("experiments", Asked(layout))


def test_documents_that_were_trained_on_are_no_test(doubtful: str) -> None:
    assert "- **Tested on what was trained on.** 3 of the 240 test documents of `dialogues` are in its" in doubtful


def test_other_work_of_the_machine_is_told(doubtful: str) -> None:
    assert "While trials of `baseline` were trained, other programs took up to 20.0% of its processor" in doubtful


def test_an_energy_that_is_missing_has_its_reason(doubtful: str, tables: Make) -> None:
    assert "- **Energy was not measured** in 1 trial: 1 the tracker gave no value.\n" in doubtful
    assert "1 without an energy: the tracker gave no value" in doubtful
    (energies,) = [table for table in tables(doubtful) if table.heading[-1].startswith("emissions")]
    assert energies.rows[0][3:5] == ["3", "1.00 ± 0"]


def test_scores_that_say_nothing_are_doubted(doubtful: str) -> None:
    assert "- **ROUGE is doubtful** in 1 trial: 1 of 1 references have no scorable tokens.\n" in doubtful
    assert "- ROUGE is F1 in points of 100: library rouge_score.\n" in doubtful


def test_code_that_no_commit_holds_is_marked(doubtful: str) -> None:
    assert "**With uncommitted changes** · **With untracked files**\n" in doubtful
    assert "- **Uncommitted changes.**" in doubtful
    assert "- **Untracked files.** 1 file of the project is in no commit:" in doubtful
    assert "commit `1e10234`, **with uncommitted changes**, **with untracked files**\n" in doubtful


def test_an_estimated_energy_is_called_an_estimate(filled: Layout) -> None:
    said = [("energy", "quality", "tdp-estimate", None, 8, None), ("energy", "intensity", "475", "g/kWh", 8, None)]
    text = render("experiments", Asked(filled, rows={"measurement": said}))

    assert "**Energy and emissions are an estimate** (`tdp-estimate`, 8 trials)" in text
    assert "Energy is an estimate here" in text


def test_a_counted_energy_is_not_called_an_estimate(filled: Layout) -> None:
    said = [("energy", "quality", "counter", None, 8, None)]

    assert "estimate" not in render("experiments", Asked(filled, rows={"measurement": said}))


def test_offloading_without_a_gpu_cannot_save_memory_and_says_so(filled: Layout) -> None:
    machine = [("gpu_count", "0", None, None)]
    offload = [("zero.offload_optimizer", "cpu", "zero2-offload", 3, "cpu")]
    stage = [("zero.stage", "2", "zero2", 3, "2")]

    assert "cannot save any" in render(
        "experiments", Asked(filled, rows={"environment": machine, "hyperparameters": offload})
    )
    assert "cannot save any" not in render(
        "experiments", Asked(filled, rows={"environment": machine, "hyperparameters": stage})
    )


def test_one_seed_is_called_one_seed(filled: Layout) -> None:
    assert "**One seed only.**" in render("experiments", Asked(filled, {"experiment": {"seeds": 1}}))
    assert "seeds.**" not in render("experiments", Asked(filled, {"experiment": {"seeds": 10}}))


HOSTILE = (
    "{{ 1234*4321 }} {% raw %} <script>alert(1)</script> | **x** \x1b[31m# [a](http://b) ![i](http://c) {table} `y`"
    " &lt; \u202eabc\u202c \u200bd"
)
SEEN = HOSTILE.replace("\x1b[31m", "").replace("\u202e", "").replace("\u202c", "").replace("\u200b", "")


@pytest.mark.parametrize("name", names())
def test_hostile_words_are_shown_and_never_act(filled: Layout, visible: Make, tables: Make, name: str) -> None:
    words: dict[str, dict[str, Any]] = {
        "experiment": {"description": HOSTILE, "experiment": HOSTILE, "file": HOSTILE},
        "comparisons": {"description": HOSTILE, "method": HOSTILE, "settings": HOSTILE},
        "benchmarks": {"method": HOSTILE, "note": HOSTILE},
        "intervals": {"method": HOSTILE, "note": HOSTILE},
        "effects": {"method": HOSTILE},
        "verdicts": {"method": HOSTILE, "note": HOSTILE},
        "environment": {"value": HOSTILE},
        "datasets": {"dataset": HOSTILE},
        "models": {"family": HOSTILE, "model": HOSTILE},
        "best": {"label": HOSTILE},
        "trials": {"label": HOSTILE, "note": HOSTILE, "state": "failed"},
        "failures": {"label": HOSTILE, "reason": HOSTILE},
        "hyperparameters": {"value": HOSTILE, "setting": HOSTILE},
        "card": dict.fromkeys(("label", "description", "dataset", "path", "revision", "hardware", "software"), HOSTILE),
    }
    text = render(name, Asked(filled, words)).partition("\n---\n\n")
    body = text[2] or text[0]

    assert visible(body).count(SEEN) > 5
    assert "5332114" not in body
    assert "[HTML" not in visible(body)
    assert not re.search("[\x1b\u202a-\u202e\u200b]", text[0])
    assert not [token for token in links(body) if "http" in token]
    for table in tables(body):
        assert {len(row) for row in table.rows} == {len(table.heading)}


def links(markdown: str) -> list[str]:
    """Return where the links and pictures of a text lead."""
    tokens = MarkdownIt("commonmark").enable(["table"]).parse(markdown)
    found = [child for token in tokens for child in token.children or [] if child.type in ("link_open", "image")]
    return [str(token.attrs.get("href") or token.attrs.get("src")) for token in found]


def data(text: str) -> Any:
    """Return a model card as the hub's own library reads it."""
    return ModelCard(text).data


def test_a_model_card_is_one_that_the_hub_reads(filled: Layout) -> None:
    (row,) = answered(filled, "card", ()).rows
    names = [column.name for column in answered(filled, "card", ()).columns]
    card = data(render("model_card", Asked(filled)))
    scores = card.eval_results

    assert card.co2_eq_emissions["emissions"] == pytest.approx(1000 * row[names.index("emissions")])
    assert card.model_name == row[names.index("label")]
    assert [(score.task_type, score.dataset_name, score.metric_name) for score in scores[:2]] == [
        ("summarization", "dialogues", "ROUGE-1"),
        ("summarization", "dialogues", "ROUGE-2"),
    ]
    assert scores[0].metric_value == pytest.approx(row[names.index("rouge1")])
    assert card.to_dict()["pipeline_tag"] == "summarization"


def test_a_model_card_holds_hostile_words_and_gaps(filled: Layout) -> None:
    words = {"label": HOSTILE, "revision": HOSTILE, "path": HOSTILE, "checkpoint": HOSTILE, "checkpoint_revision": "1"}
    told = data(render("model_card", Asked(filled, {"card": words})))
    gaps = dict.fromkeys(("rouge1", "rouge2", "rougeL", "rougeLsum", "grams", "emissions", "energy", "family"))
    bare = render("model_card", Asked(filled, {"card": gaps}))

    assert (told.model_name, told.datasets, told.base_model) == (SEEN, [SEEN], SEEN)
    assert set(data(bare).to_dict()) == {"library_name", "pipeline_tag", "tags"}
    assert data(bare).eval_results is None


def test_every_part_is_used_and_short() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in SHIPPED.rglob("*.j2")}
    parts = [path for path in sources if path.parent.name == "partials"]

    assert parts
    assert not [
        path for path in parts if not any(f'include "partials/{path.name}"' in text for text in sources.values())
    ]
    assert not {path.name: text.count("\n") for path, text in sources.items() if text.count("\n") > 80}


def test_no_template_does_arithmetic() -> None:
    for path in SHIPPED.rglob("*.j2"):
        for expression in re.findall(r"\{[{%](.*?)[%}]\}", path.read_text(encoding="utf-8"), flags=re.DOTALL):
            code = re.sub(r"\"[^\"]*\"|'[^']*'|^-|-$", "", expression)
            assert not re.search(r"[-+*/%](?!\*)|round|\| *(sum|abs)\b", code), f"{path.name}: {expression}"
