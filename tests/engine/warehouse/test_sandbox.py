"""A query uses no more than it may, whatever it is."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

from xp.engine.warehouse.sandbox import Limits, emptiness, limited

STUBBORN = """
from xp.engine.warehouse.sandbox import Limits, emptiness, limited
limits = Limits(seconds=0.2, memory=4_000_000_000, grace=0.3)
with emptiness(limits) as db, limited(db, limits):
    db.execute("select list_reduce(range(60000000), lambda a, b: a + b)").fetchall()
"""


def test_a_query_that_cannot_be_interrupted_ends_the_command() -> None:
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", STUBBORN], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (
        3,
        "xp: the query took longer than 0.2 s and did not let itself be stopped: the program ends\n",
    )
    assert time.monotonic() - began < 30


def test_the_process_has_its_own_limits_again_afterwards() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)

    with emptiness() as db, limited(db, Limits(memory=1_000_000_000)):
        assert resource.getrlimit(resource.RLIMIT_AS) != before

    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_query_has_no_folder_to_write_to() -> None:
    with emptiness() as db:
        assert db.execute("select current_setting('allowed_directories')").fetchall() == [([],)]
