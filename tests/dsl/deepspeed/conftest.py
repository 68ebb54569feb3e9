"""A DeepSpeed file as the base of the only method of an experiment."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.dsl.head import Planning, Refusal, Write
from xp.dsl.trial import Trial

BASED = '[methods.based]\ndeepspeed = "ds.json"\n'

Based = Callable[..., Trial]
Refused = Callable[..., str]
Content = str | dict[str, Any]


def text_of(content: Content) -> str:
    return content if isinstance(content, str) else json.dumps(content, indent=1)


@pytest.fixture
def based(write: Write, planned: Planning) -> Based:
    """Return the trial of a method that starts from a file, with *settings* of its own."""

    def make(content: Content, settings: str = "", *overrides: str) -> Trial:
        write(text_of(content), "ds.json")
        (trial,) = planned(BASED + settings, *overrides).trials
        return trial

    return make


@pytest.fixture
def refused(write: Write, refusal: Refusal) -> Refused:
    """Return what is said of a file that a method cannot start from."""

    def say(content: Content, settings: str = "", *overrides: str, **options: Any) -> str:
        write(text_of(content), "ds.json")
        return refusal(BASED + settings, *overrides, **options)

    return say
