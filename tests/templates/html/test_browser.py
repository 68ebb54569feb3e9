"""The page in a real browser: it fetches nothing, complains of nothing, and is used with the keyboard alone."""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TABLE = "#some-experiment-benchmark-results ~ div table[data-query=benchmarks] >> nth=0"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CONTRAST = 4.5
"""Of text, by the Web Content Accessibility Guidelines, level AA."""

LUMINANCE = """
(selector) => {
  const element = document.querySelector(selector);
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(element);
  return [light(style.color), light(getComputedStyle(document.body).backgroundColor)];
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser."""
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'xp-summaries[browser]'")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is installed")
    with api.sync_playwright() as playwright:
        # a browser of root has no sandbox to go into
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(report: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the small experiment as a file."""
    path = tmp_path_factory.mktemp("page") / "experiments.html"
    path.write_text(report, encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    """The report in a window; at the end it has fetched nothing and complained of nothing."""
    window = browser.new_page(viewport={"width": 1200, "height": 900}, color_scheme="light")
    asked: list[str] = []
    complaints: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.on("console", lambda message: complaints.append(message.text))
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.goto(file.as_uri())
    yield window
    assert asked == [file.as_uri()]
    assert complaints == []
    window.close()


def column(page: Any, place: int) -> list[str]:
    """Return the texts of a column of a table, of rows that are shown."""
    cells = page.locator(f"{TABLE} >> tbody tr:visible").all()
    return [cell.locator("td").nth(place).inner_text() for cell in cells]


def test_the_page_is_not_blank(page: Any) -> None:
    shot = page.screenshot(full_page=True)
    pixels = page.evaluate(
        """async (data) => {
          const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
          const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
          canvas.drawImage(bitmap, 0, 0);
          return new Set(new Uint32Array(canvas.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)).size;
        }""",
        b64encode(shot).decode(),
    )

    assert pixels > 100


def test_tables_are_sorted_with_the_keyboard(page: Any) -> None:
    heading = page.locator(f"{TABLE} >> thead th").nth(6)
    assert column(page, 6) == ["800 ± 0", "640 ± 0", "400 ± 0", "–²"]

    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert (heading.get_attribute("aria-sort"), column(page, 6)) == (
        "ascending",
        ["400 ± 0", "640 ± 0", "800 ± 0", "–²"],
    )

    page.keyboard.press("Space")
    assert (heading.get_attribute("aria-sort"), column(page, 6)) == (
        "descending",
        ["800 ± 0", "640 ± 0", "400 ± 0", "–²"],
    )


def test_tables_are_filtered_with_the_keyboard(page: Any) -> None:
    table = page.locator("table[data-query=hyperparameters]").first
    label = table.locator("xpath=../preceding-sibling::div[1]")
    label.locator("input").focus()
    page.keyboard.type("batch broken")

    assert table.locator("tbody tr:visible").count() == 1
    assert label.locator("output").inner_text() == "1 of 11 rows"


def test_a_number_says_where_it_is_from_when_it_has_the_focus(page: Any) -> None:
    numbers = page.locator(f"{TABLE} >> .number")
    about = page.locator("#about")
    numbers.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")

    assert about.is_visible()
    assert "exactly 52.0 points" in about.inner_text()
    assert "standard deviation: 1.00 points" in about.inner_text()
    assert "query: benchmarks, column rouge1" in about.inner_text()
    assert re.search(r"xp explain \S+\.html .*benchmarks zero2 .*rouge1\n", about.inner_text())
    assert "rests on 3 trials" in about.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "about"

    page.keyboard.press("Escape")
    assert about.is_hidden()
    numbers.nth(2).hover()
    assert about.is_visible()


def test_the_first_stop_leads_to_the_report_and_every_stop_can_be_seen(page: Any) -> None:
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#report"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(page: Any, theme: str) -> None:
    if theme == "dark":
        page.locator("#theme").press("Enter")
        assert page.locator("#theme").inner_text() == "Light"
    for selector in ("main p", "td", "th button", "figcaption", "nav a", "svg text"):
        ink, paper = page.evaluate(LUMINANCE, selector)
        light, dark = max(ink, paper), min(ink, paper)
        assert (light + 0.05) / (dark + 0.05) >= CONTRAST, selector
    assert (page.evaluate(LUMINANCE, "main p")[1] > 0.5) == (theme == "light")


def test_what_is_for_a_screen_is_not_printed(page: Any) -> None:
    page.emulate_media(media="print")

    assert page.locator(".filter:visible, nav:visible").count() == 0
    assert page.locator("table:visible").count() > 5
