"""Tables that have a name of their own, and tables of any query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xp.templates.tables import Tables

Make = Callable[..., Any]

DATASETS = [
    *("dataset", "model", "train", "validation", "test"),
    *("source_words", "source_tokens", "target_words", "target_tokens", "note"),
]


def test_data_sets_stand_as_papers_print_them(warehouse: Make, answer: Make, tables: Make) -> None:
    rows = [
        ("SAMSum", "bart", 14_732, 818, 819, 93.8, 147.2, 20.3, 26.4, None),
        ("news", "bart", 287_113, 13_368, 11_490, 781.0, 906.4, 56.0, None, "train differs"),
    ]
    text = Tables(warehouse(datasets=answer(DATASETS, *rows)), None).named["dataset_table"]()

    assert tables(text)[0].heading == [
        "Dataset",
        "Train",
        "Val",
        "Test",
        "Source (words/tokens)",
        "Target (words/tokens)",
    ]
    assert tables(text)[0].rows == [
        ["SAMSum", "14.7K", "818", "819", "94/147", "20/26"],
        ["news¹", "287K", "13.4K", "11.5K", "781/906", "56/–"],
    ]
    assert "¹ train differs" in text
    assert "Tokens are those of `bart`" in text


def test_a_data_set_counted_by_two_models_names_both(warehouse: Make, answer: Make, tables: Make) -> None:
    rows = [("x", model, 1, 1, 1, 1.0, tokens, 1.0, 1.0, None) for model, tokens in (("bart", 2.0), ("t5", 3.0))]
    text = Tables(warehouse(datasets=answer(DATASETS, *rows)), None).named["dataset_table"]()

    assert [row[0] for row in tables(text)[0].rows] == ["x (bart)", "x (t5)"]
    assert "`bart` and `t5`" in text


def test_each_family_of_models_has_its_table_and_its_columns(warehouse: Make, answer: Make, tables: Make) -> None:
    columns = ["model", "family", "parameters", ("max_positions", "tokens"), "note"]
    rows = [
        ("a", "bart", 700_000, 1024, None),
        ("b", "t5", 60_000_000, None, "revision differs"),
        ("c", "bart", 1, 2, None),
    ]
    text = Tables(warehouse(models=answer(columns, *rows)), None).named["model_tables"]()
    bart, t5 = tables(text)

    assert bart.heading == ["model", "parameters", "max positions, tokens"]
    assert bart.rows == [["a", "700\u202f000", "1024"], ["c", "1", "2"]]
    assert (t5.heading, t5.rows) == (["model", "parameters"], [["b¹", "60\u202f000\u202f000"]])
    assert "**bart**" in text


def test_an_environment_is_told_in_parts(warehouse: Make, answer: Make, tables: Make) -> None:
    facts = [
        ("platform", "Linux", None, None),
        ("cpu", "EPYC|7", None, None),
        ("memory", "16637952000", "B", None),
        ("memory_limit", "unknown", None, None),
        ("git_commit", "1e10234", None, None),
        ("torch", "2.10", None, "2.10: 2 of 3 trials, 2.9: 1 of 3 trials"),
        ("env:OMP_NUM_THREADS", "1", None, None),
    ]
    text = Tables(warehouse(environment=answer(["name", "value", "unit", "note"], *facts)), None).named["env_table"]()

    assert [table.rows for table in tables(text)] == [
        [["platform", "Linux"], ["env:OMP_NUM_THREADS", "1"]],
        [["cpu", "EPYC|7"], ["memory", "16.6 GB"]],
        [["git_commit", "1e10234"]],
        [["torch¹", "2.10"]],
    ]
    assert "Not set, or not known: memory_limit." in text
    assert "¹ 2.10: 2 of 3 trials" in text


def test_a_table_has_question_unit_and_legend(warehouse: Make, answer: Make) -> None:
    rows = answer([("method", "-", "name of the method"), ("memory", "B", "peak")], ("a_", 1e9), title="What | now?")

    assert Tables(warehouse(q=rows), None).table("q").split("\n\n") == [
        "**What \\| now?**",
        "| method | memory, GB |\n| :----- | ---------: |\n| a\\_    |       1.00 |",
        "*memory*: peak",
    ]


def test_a_question_is_asked_once(warehouse: Make, answer: Make) -> None:
    ask = warehouse(q=answer(["a"], (1,)))
    tables = Tables(ask, "core")
    tables.table("q")
    tables.ask("q")
    tables.ask("q", rows=3)

    assert ask.asked == [("q", {"experiment": "core"}), ("q", {"experiment": "core", "rows": 3})]
