"""What the hub does not give is refused before the first trial, with the way out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from xp.dsl.errors import SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.source import load
from xp.engine import hub

SPEC = """\
[experiment]
name = "far"
[defaults]
model = "org/model"
dataset = "far"
[datasets.far]
path = "org/corpus"
[matrix]
seed = [1]
"""


class Hub(BaseHTTPRequestHandler):
    """A hub that knows one model and nothing else."""

    def do_GET(self) -> None:
        known = self.path.startswith("/api/models/org/model")
        self.send_response(200 if known else 404)
        if not known:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"id": "org/model", "sha": "abc", "siblings": []}' if known else b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.chdir(tmp_path)
    Path("far.toml").write_text(SPEC)
    return load(Path("far.toml"))


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HfApi", lambda: HfApi(endpoint=address))


def test_what_the_hub_does_not_have_is_named_and_the_rest_is_not(
    experiment: Experiment, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(address, monkeypatch)
    with pytest.raises(SpecError) as refusal:
        hub.check(experiment)
    assert str(refusal.value) == (
        "far.toml:7:1: datasets.far.path: the hub has no data set 'org/corpus', or does not show it to you\n"
        '    hint: give files, such as path = "data/{split}.jsonl"'
    )


def test_a_hub_that_cannot_be_reached_is_said_so(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    at("http://127.0.0.1:9", monkeypatch)
    with pytest.raises(SpecError) as refusal:
        hub.check(experiment)
    assert str(refusal.value).count("cannot be had from the hub: ") == 2
    assert "the checkpoint 'org/model'" in str(refusal.value)


def test_offline_says_what_is_not_kept_here(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SpecError, match="is not kept on this machine, and HF_HUB_OFFLINE is set"):
        hub.check(experiment)


def test_what_is_kept_here_needs_no_network(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    at("http://127.0.0.1:9", monkeypatch)
    for name in ("models--org--model", "datasets--org--corpus"):
        (Path(constants.HF_HUB_CACHE) / name / "snapshots").mkdir(parents=True)
    hub.check(experiment)


def test_files_and_built_in_corpora_are_none_of_its_business(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at("http://127.0.0.1:9", monkeypatch)
    monkeypatch.chdir(tmp_path)
    text = SPEC.replace('path = "org/corpus"', 'builtin = "dialogues"').replace('"org/model"', '"own"')
    Path("near.toml").write_text(text + '[models.own]\narchitecture = "bart"\n')
    hub.check(load(Path("near.toml")))
