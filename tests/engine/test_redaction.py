"""Secrets are found by their shape, their name and their use; what only looks a little like one stays."""

import json
import time
from pathlib import Path

import pytest

from xp.engine.journal import Journal, events
from xp.engine.redaction import MASK, Redactor

HUB = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678"
GITHUB = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
AMAZON = "AKIA" + "IOSFODNN7EXAMPLE"
PLANTED = "planted/Secret+Value=40"

HELD = [
    f"huggingface_hub: invalid token {HUB} for user",
    f"/home/me/{GITHUB}/data/train.jsonl",
    f"fatal: could not read https://user:{PLANTED}@example.invalid/x.git",
    f"https://{GITHUB}@example.invalid/x.git",
    f"train.py --token={PLANTED} --epochs 3",
    f"train.py --hub_token {PLANTED} --epochs 3",
    f"train.py --password '{PLANTED} and more' --epochs 3",
    f"HF_TOKEN={PLANTED} python train.py",
    f"aws_access_key_id = {AMAZON}",
    f"aws_secret_access_key = {PLANTED}",
    f'{{"api_key": "{PLANTED}", "epochs": 3}}',
    f"{{'accessToken': '{PLANTED}'}}",
    f'description = "a text with password: {PLANTED} in it"',
    f"command = 'python train.py --token {PLANTED}'",
    f'{{\\"api_key\\": \\"{PLANTED}\\"}}',
    f"train.py --wandb-key {PLANTED} --epochs 3",
    f"openai_key={PLANTED}",
    f"wandb.key: '{PLANTED}'",
    f"Authorization: Bearer {PLANTED}",
    f"https://example.invalid/file?X-Amz-Signature={PLANTED}&part=1",
    f"-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\ncut off here",
    "sk-proj-" + "abcdefgh12345678ABCDEFGH",
    "dapi" + "0123456789abcdef0123456712345678",
    "wandb_v1_" + "abcdefgh12345678ABCDEFGH",
    "nvapi-" + "abcdefgh12345678ABCDEFGH",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
]

FREE = [
    "tokenizer: byte-level BPE, trained on the training split",
    "pad_token=<pad> eos_token='</s>' next token: the",
    "max_new_tokens=128, source_tokens: 5",
    "KeyError: 'dialogue'; key: value",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "zero2 · dialogues · seed 1",
    "s3://bucket/a@b.csv and hf://datasets/org/name@main/train.csv and git@example.invalid:me/x.git",
    "HF_TOKEN=None",
    "description = \"it's the 'key' to all: don't\" # a 'comment'",
    "task-with-a-rather-long-name-of-its-own",
    "text_key=dialogue sort_key=rouge1 --metric-key loss",
]


@pytest.mark.parametrize("text", HELD)
def test_a_secret_is_masked(text: str) -> None:
    told = Redactor({})(text)
    assert MASK in told
    for secret in (HUB, GITHUB, AMAZON, PLANTED, "planted", "12345678"):
        assert secret not in told


@pytest.mark.parametrize("text", FREE)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor({})(text) == text


def test_the_rest_of_a_line_stays() -> None:
    told = Redactor({})(f"train.py --token={PLANTED} --epochs 3 --seed 1")
    assert told == f"train.py --token={MASK} --epochs 3 --seed 1"


def test_the_value_of_a_secret_variable_is_found_wherever_it_stands() -> None:
    redacted = Redactor({"MY_SERVICE_PASSWORD": "correct horse", "EDITOR": "ordinary"})
    assert redacted("the ordinary correct horse battery") == f"the ordinary {MASK} battery"


def test_a_short_value_is_not_looked_for() -> None:
    assert Redactor({"PASSWORD": "1"})("step 1 of 10") == "step 1 of 10"


def test_tables_are_read_by_their_names() -> None:
    given = {"hub": {"token": PLANTED, "revision": "main"}, "list": [{"password": PLANTED}], "pad_token": "<pad>"}
    told = Redactor({})(given)
    assert told == {"hub": {"token": MASK, "revision": "main"}, "list": [{"password": MASK}], "pad_token": "<pad>"}


def test_numbers_are_left_alone() -> None:
    assert Redactor({})({"token": 5, "secret": None, "x": 1.5}) == {"token": 5, "secret": None, "x": 1.5}


def test_no_journal_holds_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", PLANTED)
    with Journal(tmp_path / "j.jsonl") as journal:
        journal.append("failure", kind="error", message=f"401 for {PLANTED}")
        journal.append("end", evidence={"log_tail": "\n".join(HELD)})
        journal.append("effective", values={"hub_token": PLANTED, "learning_rate": 5e-5})
        journal.append("plan", text=f'[models.m]\ncheckpoint = "https://me:{PLANTED}@example.invalid/m"\n')
    text = (tmp_path / "j.jsonl").read_text()
    for secret in (HUB, GITHUB, AMAZON, PLANTED):
        assert secret not in text
    told = list(events(tmp_path / "j.jsonl"))
    assert told[2]["values"] == {"hub_token": MASK, "learning_rate": 5e-5}


def test_a_long_log_takes_no_time() -> None:
    """No text may make the patterns backtrack: a log tail is whatever a process printed."""
    hard = [
        "a" * 50_000,
        "token" * 10_000,
        "https://" + "a" * 50_000,
        "key='" * 10_000,
        '\\"' * 20_000,
        "--a " * 10_000,
    ]
    began = time.process_time()
    for text in hard:
        Redactor({})(text)
    assert time.process_time() - began < 2.0


def test_what_is_masked_is_still_json() -> None:
    inner = json.dumps({"token": PLANTED, "a": 1})
    assert json.loads(Redactor({})(inner)) == {"token": MASK, "a": 1}
