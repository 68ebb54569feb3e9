"""Ranks that never speak to each other save and stop at the same step, however far one is ahead."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from xp.engine.train.rank_agreement import Meetings


def test_alone_a_rank_meets_at_once(tmp_path: Path) -> None:
    alone = Meetings(tmp_path / "meetings", leads=True, lead=0)
    alone.beat()
    assert not alone.held("stop")
    alone.call("stop")
    assert (alone.held("stop"), alone.held("save")) == (True, False)
    alone.beat()
    assert not alone.held("stop")


def test_only_rank_0_calls(tmp_path: Path) -> None:
    other = Meetings(tmp_path / "meetings", leads=False, lead=0)
    other.call("save")
    assert not other.held("save")


@given(ahead=st.integers(0, 4), called_at=st.integers(1, 20), turns=st.lists(st.booleans(), min_size=60, max_size=60))
def test_all_ranks_meet_at_the_same_beat(ahead: int, called_at: int, turns: list[bool]) -> None:
    """Rank 1 may begin a beat when rank 0 has ended the one *ahead* before it, and the other way round."""
    with tempfile.TemporaryDirectory() as folder:
        ranks = [Meetings(Path(folder), leads=rank == 0, lead=ahead + 1) for rank in (0, 1)]
        met: list[list[int]] = [[], []]
        for turn in turns:
            rank = int(turn)
            if ranks[rank].beats > ranks[1 - rank].beats + ahead:
                rank = 1 - rank
            ranks[rank].beat()
            if rank == 0 and ranks[0].beats == called_at:
                ranks[0].call("save")
            if ranks[rank].held("save"):
                met[rank].append(ranks[rank].beats)
        until = min(rank.beats for rank in ranks)
        assert [beat for beat in met[0] if beat <= until] == [beat for beat in met[1] if beat <= until]


def test_a_meeting_that_is_to_come_is_not_called_twice(tmp_path: Path) -> None:
    leader = Meetings(tmp_path, leads=True, lead=2)
    leader.beat()
    leader.call("save")
    leader.beat()
    leader.call("save")
    assert [path.name for path in tmp_path.iterdir()] == ["save-3"]
