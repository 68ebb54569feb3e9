"""Pages made of answers by hand, and a reader of HTML that holds it to be whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.templates.conftest import Answer, Column
from tests.templates.test_reports import Asked
from xp.engine.layout import Layout
from xp.templates.render import render

REPORT = "templates/experiments.html.j2"

VOID = {"meta", "br", "input", "hr", "img", "link"}

EVIDENCE = ("trial", "label", "method", "baseline", "model", "dataset", "axes", "seed", "context", "state", "attempts")


class Reader(HTMLParser):
    """Reads a page; an element that is not closed where it should be is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in the beginning of an element."""
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice: {tag} {attrs}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element that closes itself, as those of SVG may."""
        assert tag in VOID or "svg" in self.open
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Take in the end of an element."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data

    def all(self, tag: str, name: str) -> list[str]:
        """Return an attribute of all elements of a kind that have it."""
        return [str(attrs[name]) for found, attrs in self.elements if found == tag and name in attrs]


@pytest.fixture(scope="session")
def report(filled: Layout) -> str:
    """The report of the small experiment."""
    return render(REPORT, Asked(filled))


@pytest.fixture
def reader() -> Callable[[str], Reader]:
    """Reads a page."""
    return Reader


def warehouse(answers: Mapping[str, Answer]) -> Callable[..., Answer]:
    """Return whoever answers; what is not known has no rows."""
    empty = Answer([Column(name) for name in EVIDENCE], [])
    return lambda name, _: answers.get(name, empty)


@pytest.fixture
def page(write: Callable[..., Any]) -> Callable[..., str]:
    """Makes a page of one answer, the way a template of one's own does."""

    def make(text: str, answer: Answer, trials: Sequence[tuple[Any, ...]] = (), **others: Answer) -> str:
        evidence = Answer([Column(name) for name in EVIDENCE], list(trials))
        return render(write(text, "mine.html.j2"), warehouse({"q": answer, "evidence": evidence, **others}))

    return make
