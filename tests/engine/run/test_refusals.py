"""What a run may not write, or cannot read, is told in a line, and nothing of it is touched."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.engine.cli.test_main import VALID
from tests.engine.warehouse.conftest import tree
from xp.engine.cli.main import main
from xp.engine.journal import FORMAT, Journal
from xp.engine.layout import Layout

DROP, OVERRIDE = 24, 1
"""PR_CAPBSET_DROP of linux/prctl.h, and CAP_DAC_OVERRIDE of linux/capability.h."""

WRITABLE = "import os; raise SystemExit(os.access('.', os.W_OK))"


def without_privilege() -> None:
    """Have the program that is started next keep to the permissions of files, also where it is root's."""
    if os.getuid() == 0:
        ctypes.CDLL(None).prctl(DROP, OVERRIDE, 0, 0, 0)


def python(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python to which a folder can be closed."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=without_privilege,
    )


def xp(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command by somebody to whom a folder can be closed."""
    return python("-m", "xp.engine.cli.main", *words, folder=folder)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A project that may be read and not written."""
    (tmp_path / "tiny.toml").write_text(VALID, encoding="utf-8")
    tmp_path.chmod(0o555)
    if python("-c", WRITABLE, folder=tmp_path).returncode:
        pytest.skip("nothing can be closed to this user")
    yield tmp_path
    tmp_path.chmod(0o755)


def test_a_results_folder_that_cannot_be_made_is_told(closed: Path) -> None:
    done = xp("run", "tiny.toml", folder=closed)

    assert done.returncode == 1
    assert done.stderr.startswith("xp: the results folder cannot be made: ")
    assert "Traceback" not in done.stderr
    assert [path.name for path in closed.iterdir()] == ["tiny.toml"]


def test_results_of_somebody_else_are_left_as_they_are(closed: Path) -> None:
    closed.chmod(0o755)
    layout = Layout(closed / "results")
    attempt = layout.new_attempt("0" * 12)
    attempt.trial_file.write_text("{}")
    layout.root.chmod(0o555)
    before = tree(closed)

    done = xp("run", "tiny.toml", folder=closed)
    layout.root.chmod(0o755)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"xp: {layout.root}: the results folder is not writable",
        "    hint: choose another: --results",
    ]
    assert tree(closed) == before


def planned(folder: Path) -> str:
    """Return the id of the one trial."""
    told = json.loads(CliRunner().invoke(main, ("plan", str(folder / "tiny.toml"), "--json")).stdout)
    return str(told["trials"][0]["id"])


def test_a_trial_of_somebody_else_is_told_with_its_place(closed: Path) -> None:
    closed.chmod(0o755)
    layout = Layout(closed / "results")
    trial = layout.trial(planned(closed))
    trial.mkdir(parents=True)
    trial.chmod(0o555)

    done = xp("run", "tiny.toml", "--launch", "plain", folder=closed)
    trial.chmod(0o755)

    assert done.returncode == 1
    assert f"xp: {trial / 'lock'}: not allowed: Permission denied\n    hint: ask whoever owns it" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(trial.iterdir()) == []


@pytest.mark.parametrize("words", [(), ("--force",)], ids=["run", "force"])
def test_a_journal_of_a_later_xp_is_neither_read_nor_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(VALID, encoding="utf-8")
    attempt = Layout(tmp_path / "results").new_attempt(planned(tmp_path))
    with Journal(attempt.engine_journal) as journal:
        journal.append("attempt", version=FORMAT + 1, trial=attempt.trial_id, attempt=1)
    before = tree(attempt.root)

    done = CliRunner().invoke(main, ("run", "tiny.toml", "--launch", "plain", *words))

    assert done.exit_code == 1
    message = f"{attempt.engine_journal}: the journal has format {FORMAT + 1}, this xp reads formats up to {FORMAT}"
    assert f"xp: {message}\n    hint: use the xp that wrote it, or a later one" in done.output
    assert tree(attempt.root) == before
