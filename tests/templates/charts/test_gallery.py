"""Charts: what they show, what they say, and that nothing in them acts."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.templates.charts.conftest import SAMPLES, answered
from xp.dsl.errors import TemplateError
from xp.templates.answers import Rows
from xp.templates.charts import draw, forest, look
from xp.templates.charts.findings import FINDINGS
from xp.templates.charts.gallery import MODULES, Gallery, hanging

Sample = Callable[..., Rows]
Texts = Callable[[str], list[str]]

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} \x1b[31m\u202e\ufffe\ud800]&\"'](x)"
SHOWN = "<script>alert(1)</script> {{ 7*7 }} \ufffd\ufffd]&\"'](x)"

FOUND = {
    "pareto": "ROUGE-1 against memory: no other variant beats a (50.00 points at 400 MB). Beaten: b. "
    "Not measured: c (1 oom, 2 pending).",
    "intervals": "2 claims: 1 supported, 1 not measured. Intervals that exclude no effect: memory: a 0.80×. "
    "Not measured: b (1 oom).",
    "learning_curves": "2 curves of loss: after 20 steps lowest a with 2.00 ± 0.25 nats. "
    "Not finite to the end: b. Not measured: c (1 oom).",
    "pbt_lineage": "Search pbt: 2 members over 2 generations, 1 time the checkpoint of another was taken over; "
    "the way to the best model: member 0 to step 10, member 1 to step 20.",
    "memory": "Peak of a rank: lowest a with 80.0 ± 1.0 MB, highest b with 90.0 MB. Fewest parameters: b with 1.00 MB. "
    "Fewest gradients: b with 1.00 MB. Fewest optimizer states: b with 2.00 MB. Not measured: c (1 oom).",
    "utilisation": "2 trials: cpu percent from 10.0% to 90.0%; memory used from 1.00 GB to 1.00 GB.",
}


def drawn(rows: Rows, **params: Any) -> str:
    """Return the SVG of the only chart of a gallery."""
    gallery = Gallery("files")
    assert gallery.hang(rows, params)
    ((_, content),) = gallery.files()
    return content.decode()


@pytest.mark.parametrize("query", SAMPLES)
def test_what_a_chart_shows_is_said_in_words(sample: Sample, query: str) -> None:
    assert FINDINGS[query](sample(query)) == FOUND[query]


@pytest.mark.parametrize("query", SAMPLES)
def test_a_chart_is_a_picture_that_asks_for_nothing(sample: Sample, query: str) -> None:
    picture = drawn(sample(query))
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(picture).iter()}  # noqa: S314 - our own

    assert tags <= {"svg", "g", "path", "rect", "line", "text", "tspan"}
    assert "href=" not in picture
    assert " id=" not in picture
    assert "NaN" not in picture
    assert "undefined" not in picture


def test_effects_on_two_scales_have_an_axis_each(sample: Sample, texts: Texts) -> None:
    first, *_, other = SAMPLES["intervals"]
    shown = texts(drawn(sample("intervals", [first, {**other, "measure": first["measure"], "effect": -0.5}])))

    assert {text for text in shown if "better" in text} == {"× baseline · ← better", "Δ nats · ← better"}


def test_an_interval_from_nothing_to_infinity_goes_on_at_both_ends(sample: Sample) -> None:
    # two seeds, one of which diverged: e to the power of ± 2790 is 0 and infinite
    endless = {"effect": 2.0, "effect_low": 0.0, "effect_high": math.inf}
    known, *_ = SAMPLES["intervals"]
    rows = sample("intervals", [known, {**known, "method": "b", **endless}])
    ends = forest.field_of(rows).ends

    shown = forest.mark(rows[1], forest.field_of(rows))
    assert (shown["low"], shown["lower"], shown["effect"], shown["high"], shown["higher"]) == (
        *(ends[0], ends[0], 2.0),
        *(ends[1], ends[1]),
    )
    assert 0 < ends[0] < 0.7
    assert 2.0 < ends[1] < math.inf


@pytest.mark.parametrize("query", ["pareto", "intervals"])
def test_the_same_answer_gives_the_same_bytes(sample: Sample, query: str) -> None:
    assert drawn(sample(query)) == drawn(sample(query))


@pytest.mark.parametrize(
    ("query", "said"),
    [("memory", "1 oom"), ("intervals", "1 oom"), ("pareto", "c (1 oom"), ("learning_curves", "c (1")],
)
def test_what_ran_out_of_memory_is_shown(sample: Sample, texts: Texts, query: str, said: str) -> None:
    assert any(said in text for text in texts(drawn(sample(query))))


@pytest.mark.parametrize("query", SAMPLES)
def test_hostile_names_are_shown_and_never_act(texts: Texts, query: str) -> None:
    rows = [
        {**row, "method": HOSTILE, "label": HOSTILE, "schedule": HOSTILE, "note": HOSTILE} for row in SAMPLES[query]
    ]
    picture = drawn(answered(query, rows))

    assert "<script" not in picture
    assert "49" not in " ".join(texts(picture)).replace("0.49", "")
    assert not {"\x1b", "\u202e"} & set(picture)
    assert any(SHOWN[:20] in text for text in texts(picture))


@pytest.mark.parametrize("query", SAMPLES)
def test_fifty_of_a_kind_are_drawn_all_the_same(texts: Texts, query: str) -> None:
    own = "label" if query in ("utilisation", "pbt_lineage") else "method"
    rows = [{**row, own: f"{own}-{place}"} for place in range(50) for row in SAMPLES[query][:2]]
    shown = texts(drawn(answered(query, rows)))

    if query not in ("pareto", "utilisation", "pbt_lineage"):
        assert {f"{own}-{place}" for place in range(50)} <= {word for text in shown for word in text.split(" · ")}


@pytest.mark.parametrize("query", SAMPLES)
def test_one_point_is_enough(sample: Sample, query: str) -> None:
    assert "<path" in drawn(sample(query, SAMPLES[query][:1]))


@pytest.mark.parametrize("query", SAMPLES)
def test_without_anything_to_show_a_sentence_says_so(sample: Sample, query: str) -> None:
    chart = hanging(lambda name: sample(name, []), Gallery("files"))

    assert chart(query) == f"_No chart of `{query}`: there is nothing to show yet._"


def test_where_nothing_was_measured_a_sentence_says_so(sample: Sample) -> None:
    chart = hanging(lambda name: sample(name, [SAMPLES["memory"][2]]), Gallery("files"))

    assert chart("memory") == "_No chart of `memory`: nothing in it was measured yet._"


def test_a_chart_is_an_image_with_a_text_for_those_who_do_not_see_it(sample: Sample) -> None:
    gallery = Gallery("my report_files")
    text = hanging(lambda name, **_: sample(name), gallery)("pareto", against="energy")

    assert text == f"![{FOUND['pareto'].replace('memory', 'energy')}](my%20report_files/pareto-energy.svg)"
    assert [name for name, _ in gallery.files(png=True)] == ["pareto-energy.svg", "pareto-energy.png"]


def test_where_a_report_has_no_files_words_must_do(sample: Sample) -> None:
    text = hanging(sample, Gallery())("memory")

    assert text == f"_{FOUND['memory']}_"


def test_an_unknown_chart_is_an_error_with_a_suggestion(sample: Sample) -> None:
    with pytest.raises(TemplateError, match="there is no chart 'paretto'") as refusal:
        hanging(sample, Gallery())("paretto")
    assert "pareto" in str(refusal.value)


def test_a_png_is_one(sample: Sample) -> None:
    gallery = Gallery("files")
    gallery.hang(sample("memory"), {})

    assert dict(gallery.files(png=True))["memory.png"].startswith(b"\x89PNG\r\n")


def test_every_chart_has_words_and_a_picture() -> None:
    assert set(MODULES) == set(FINDINGS) == set(SAMPLES)


def test_series_differ_without_colour() -> None:
    assert len({tuple(dash) for dash in look.DASHES}) == len(look.SERIES) == len(set(look.SERIES))


def test_nothing_is_fetched() -> None:
    spec = {"data": {"url": "http://example.invalid/x.json"}, "mark": "point", "encoding": {}}

    with pytest.raises(ValueError, match="not allowed"):
        draw.svg(spec)


def test_words_do_not_load_what_pictures_need() -> None:
    code = "import sys, xp.templates.render; print({'altair', 'vl_convert'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
