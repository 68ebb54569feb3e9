"""Reports for a browser: the same text, every number with what it rests on, and nothing that acts."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.templates.conftest import Answer, Column
from tests.templates.html.conftest import REPORT, Reader
from tests.templates.test_reports import Asked
from xp.dsl.errors import TemplateError
from xp.engine.layout import Layout
from xp.templates.html.document import to_html
from xp.templates.render import render
from xp.templates.trace import Trace

Make = Callable[..., Any]

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} \"'> <img src=x onerror=alert(1)> \x1b[31m\u202e| **x** `y` </style>"
SHOWN = HOSTILE.replace("\x1b[31m", "").replace("\u202e", "")
TRIALS = [
    (f"{seed}" * 12, f"a · seed {seed}", "a", "b", "m", "d", None, seed, "{}", "completed", "1") for seed in (1, 2)
]


def test_the_report_is_whole_html(report: str, reader: Callable[[str], Reader]) -> None:
    found = reader(report)
    names = [str(attrs["id"]) for _, attrs in found.elements if "id" in attrs]

    assert report.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert len(names) == len(set(names))
    assert set(found.all("a", "href")) <= {f"#{name}" for name in names}
    assert len([tag for tag, _ in found.elements if tag == "h1"]) == 1
    assert set(found.all("svg", "role")) == {"img"}
    assert all(found.all("svg", "aria-label"))


def test_the_report_says_what_its_markdown_says(report: str, filled: Layout, reader: Callable[[str], Reader]) -> None:
    headings = re.findall(r"^#+ (.+)$", render("experiments", Asked(filled)), flags=re.MULTILINE)
    told = re.findall(r"<h\d[^>]*>(.*?)</h\d>", report)

    assert told == headings
    assert "loss is NaN at step 20" in reader(report).text


def test_nothing_is_fetched_and_only_its_own_script_acts(report: str, reader: Callable[[str], Reader]) -> None:
    found = reader(report)
    policy = found.all("meta", "content")[0]
    script = re.findall(r"<script>(.*?)</script>", report, flags=re.DOTALL)

    assert len(script) == 1
    assert f"'sha256-{b64encode(hashlib.sha256(script[0].encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not [
        tag for tag, attrs in found.elements if {"src", "style", "onload", "onerror", "xlink:href"} & set(attrs)
    ]
    assert not {"link", "iframe", "object", "base", "form"} & {tag for tag, _ in found.elements}


def test_the_same_answers_give_the_same_page(report: str, filled: Layout) -> None:
    assert render(REPORT, Asked(filled)) == report


def test_hostile_words_are_shown_and_never_act(filled: Layout, reader: Callable[[str], Reader]) -> None:
    words = {"experiment": HOSTILE, "description": HOSTILE, "file": HOSTILE}
    text = render(
        REPORT,
        Asked(
            filled,
            {
                "experiment": words,
                "comparisons": {"description": HOSTILE, "method": HOSTILE},
                "benchmarks": {"method": HOSTILE, "note": HOSTILE},
                "tradeoffs": {"method": HOSTILE},
                "pareto": {"method": HOSTILE},
                "intervals": {"method": HOSTILE, "note": HOSTILE},
                "learning_curves": {"method": HOSTILE},
                "hyperparameters": {"value": HOSTILE, "setting": HOSTILE},
                "trials": {"label": HOSTILE, "note": HOSTILE, "state": "failed"},
            },
        ),
    )
    found = reader(text)
    tags = [tag for tag, _ in found.elements]

    assert tags.count("script") == tags.count("style") == tags.count("title") == 1
    assert "img" not in tags
    assert found.text.count(SHOWN) > 20
    assert "49" not in re.sub(r"[-\d.]{3,}", "", found.text)
    assert not {"\x1b", "\u202e"} & set(text)


def test_a_number_says_what_it_rests_on(page: Make, reader: Callable[[str], Reader]) -> None:
    columns = [Column("method"), Column("n", "integer"), Column("speed", "double", "1/s", "samples a second")]
    answer = Answer([*columns, Column("speed_spread", "double", "1/s"), Column("note")], [("a", 2, 12.5, 0.5, "1 oom")])
    found = reader(page('{{ ask("q") | grid }}', answer, TRIALS))

    assert found.all("td", "data-about")[-1].split("\n") == [
        "speed: samples a second",
        "exactly 12.5 1/s",
        "n: 2",
        "standard deviation: 0.500 /s",
        "note: 1 oom",
        "query: q, column speed",
    ]
    assert found.all("td", "data-cell") == ["q a n", "q a speed"]
    assert found.all("tr", "data-runs")[0].split("\n") == [
        "rests on 2 trials:",
        "a · seed 1 (111111111111)",
        "a · seed 2 (222222222222)",
    ]
    assert found.all("td", "data-value") == ["2.0", "12.5"]


def test_an_interval_is_told(page: Make, reader: Callable[[str], Reader]) -> None:
    columns = [Column(name, "double", "×") for name in ("effect", "effect_low", "effect_high")]
    found = reader(page('{{ table("q") }}', Answer(columns, [(0.8, 0.7, 0.9)])))

    assert "interval: 0.80× (0.70 to 0.90)" in found.all("td", "data-about")[0]


def test_a_value_that_a_page_prints_itself_is_escaped(page: Make, reader: Callable[[str], Reader]) -> None:
    text = page('<p title="{{ ask("q")[0].name }}">{{ ask("q")[0].name }}</p>', Answer([Column("name")], [(HOSTILE,)]))

    assert [tag for tag, _ in reader(text).elements] == ["p"]
    assert reader(text).text.strip() == SHOWN


def test_what_is_wrong_with_a_page_has_its_place(page: Make) -> None:
    with pytest.raises(TemplateError, match=r"mine\.html\.j2:2: tabel: unknown name"):
        page('<p>\n{{ tabel("q") }}', Answer([], []))


def test_what_is_wrong_with_the_text_of_a_page_has_its_place(page: Make, write: Make) -> None:
    write("one\ntwo {{ thre }}", "text.md.j2")
    with pytest.raises(TemplateError, match=r"text\.md\.j2:2: thre: unknown name"):
        page('{{ document("text.md.j2") }}', Answer([], []))


def test_headings_have_the_names_that_links_lead_to() -> None:
    sections = to_html("# Notes & limits\n\n## Same\n\n## Same", Trace(), lambda *_: []).sections

    assert [(section.level, section.id, section.title) for section in sections] == [
        (1, "notes--limits", "Notes & limits"),
        (2, "same", "Same"),
        (2, "same-1", "Same"),
    ]


def test_a_page_of_nothing_says_what_to_do(empty: Layout, reader: Callable[[str], Reader]) -> None:
    assert "xp run experiments/core.toml" in reader(render(REPORT, Asked(empty))).text
