"""Exit codes and last words become a state, a reason and evidence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.engine.run.failures import LOG_TAIL, RankReport, judge

DONE = RankReport(0, 0, done=True)


def failure(kind: str, at: float, message: str = "why", step: int | None = None) -> dict[str, object]:
    return {"event": "failure", "t": at, "kind": kind, "message": message, "step": step}


def test_all_done_is_completed() -> None:
    assert judge([DONE, RankReport(1, 0, done=True)]).state == "completed"


def test_a_crash_after_the_last_word_is_still_completed() -> None:
    outcome = judge([RankReport(0, -6, done=True)])
    assert (outcome.state, outcome.evidence["exit_codes"]) == ("completed", [-6])


def test_code_zero_without_the_last_word_is_a_failure() -> None:
    assert judge([RankReport(0, 0, done=False)]).state == "failed"


@pytest.mark.parametrize(
    ("kind", "state"),
    [("oom", "oom"), ("diverged", "diverged"), ("setting", "failed"), ("error", "failed"), ("data", "failed")],
)
def test_a_recorded_failure_decides_the_state(kind: str, state: str) -> None:
    outcome = judge([RankReport(0, 1, done=False, failures=[failure(kind, 1.0)])])
    assert (outcome.state, outcome.reason, outcome.retry) == (state, "why", False)


def test_divergence_names_its_first_bad_step() -> None:
    outcome = judge([RankReport(0, 1, done=False, failures=[failure("diverged", 1.0, step=20)])])
    assert outcome.evidence["first_bad_step"] == 20


def test_the_rank_that_failed_first_is_to_blame() -> None:
    ranks = [
        RankReport(0, 1, done=False, failures=[failure("error", 2.0, "connection closed by peer")], log=["gloo"]),
        RankReport(1, 1, done=False, failures=[failure("oom", 1.0, "cannot allocate")], log=["allocate"]),
    ]
    outcome = judge(ranks)
    assert (outcome.state, outcome.reason, outcome.evidence["rank"]) == ("oom", "cannot allocate", 1)
    assert outcome.evidence["log_tail"] == "allocate"


def test_a_killed_rank_may_be_retried_and_names_the_signal() -> None:
    outcome = judge([RankReport(0, 1, done=False, log=["peer"]), RankReport(1, -9, done=False)])
    assert (outcome.state, outcome.evidence["signal"], outcome.retry) == ("failed", "SIGKILL", True)
    assert "rank 1 was ended by SIGKILL" in outcome.reason


def test_a_rank_that_the_kernel_killed_ran_out_of_memory() -> None:
    ranks = [
        RankReport(0, 1, done=False, failures=[failure("error", 1.0, "RuntimeError: Connection closed by peer")]),
        RankReport(1, -9, done=False, peak_memory=2_000_000),
    ]
    outcome = judge(ranks, kernel_kills=1)
    assert (outcome.state, outcome.reason) == ("oom", "rank 1 was killed by the kernel: memory ran out")
    assert outcome.retry is False
    told = {name: outcome.evidence[name] for name in ("rank", "signal", "kernel_kills", "peak_memory")}
    assert told == {"rank": 1, "signal": "SIGKILL", "kernel_kills": 1, "peak_memory": 2_000_000}


def test_a_rank_that_was_killed_is_to_blame_not_the_one_that_missed_it() -> None:
    missed = failure("error", 1.0, "RuntimeError: [gloo] Connection closed by peer [127.0.0.1]:5")
    outcome = judge([RankReport(0, 1, done=False, failures=[missed]), RankReport(1, -9, done=False)])
    assert (outcome.state, outcome.evidence["rank"], outcome.retry) == ("failed", 1, True)


def test_a_rank_that_was_ended_behind_anothers_failure_is_not_to_blame() -> None:
    ranks = [
        RankReport(0, 1, done=False, failures=[failure("error", 1.0, "KeyError: 'a'")]),
        RankReport(1, -9, done=False),  # it did not go when it was asked to
    ]
    outcome = judge(ranks, kernel_kills=0)
    assert (outcome.state, outcome.reason, outcome.evidence["rank"]) == ("failed", "KeyError: 'a'", 0)


@pytest.mark.parametrize("code", [-6, -7, 3], ids=["abort", "bus-error", "exit"])
def test_a_rank_that_the_engine_killed_is_not_blamed_for_the_death_of_another(code: int) -> None:
    ranks = [
        RankReport(0, -9, done=False, log=["step 7"], ended=math.inf),  # it hung, and was killed with the rest
        RankReport(1, code, done=False, log=["NCCL watchdog"], ended=5.0),
    ]
    outcome = judge(ranks, kernel_kills=1)
    assert (outcome.state, outcome.evidence["rank"]) == ("failed", 1), "the kernel has killed somebody else"
    assert outcome.evidence["log_tail"] == "NCCL watchdog"


def test_of_ranks_that_said_nothing_the_one_that_died_first_is_to_blame() -> None:
    ranks = [RankReport(0, -9, done=False, ended=6.0), RankReport(1, -6, done=False, ended=5.0)]
    assert judge(ranks).reason == "rank 1 was ended by SIGABRT"


def test_a_failure_is_not_taken_from_the_rank_that_told_of_it_because_the_engine_killed_another() -> None:
    refused = failure("error", 1.0, "OSError: Connection refused")  # of a server elsewhere
    ranks = [RankReport(0, 1, done=False, failures=[refused]), RankReport(1, -9, done=False, ended=math.inf)]
    outcome = judge(ranks)
    assert (outcome.reason, outcome.evidence["rank"]) == ("OSError: Connection refused", 0)


def test_a_rank_that_the_engine_killed_alone_is_told_to_be() -> None:
    ranks = [RankReport(0, -6, done=True), RankReport(1, -9, done=False, ended=math.inf)]
    assert judge(ranks).reason == "rank 1 was ended by SIGKILL (by the engine, as another had ended)"


def test_a_kill_by_the_kernel_elsewhere_does_not_make_a_crash_one_for_want_of_memory() -> None:
    assert judge([RankReport(0, -11, done=False)], kernel_kills=1).state == "failed"
    assert judge([RankReport(0, 3, done=False, log=["it broke"])], kernel_kills=1).state == "failed"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (-6, "terminate called after throwing an instance of 'std::bad_alloc'"),
        (1, "MemoryError"),
        (1, "OSError: [Errno 12] Cannot allocate memory"),
        (1, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"),
    ],
    ids=["abort", "python", "fork", "cuda"],
)
def test_want_of_memory_is_read_from_the_log_of_a_rank_that_recorded_nothing(code: int, line: str) -> None:
    outcome = judge([RankReport(0, code, done=False, log=["loss 2.1", line, "  in main"])])
    assert (outcome.state, outcome.reason) == ("oom", f"rank 0 ran out of memory: {line}")


@pytest.mark.parametrize("stopped", ["timeout", "interrupted"])
def test_what_the_engine_stopped_is_no_failure_of_the_trial(stopped: str) -> None:
    outcome = judge([RankReport(0, -15, done=False)], stopped)  # type: ignore[arg-type]
    assert outcome.state == stopped


def test_a_rank_that_finished_before_the_limit_struck_counts() -> None:
    assert judge([DONE], "timeout").state == "completed"


def test_the_last_printed_line_is_the_reason_of_a_silent_exit() -> None:
    outcome = judge([RankReport(0, 3, done=False, log=["Traceback", "ImportError: no torch", ""])])
    assert outcome.reason == "rank 0 exited with code 3: ImportError: no torch"


@given(st.lists(st.text(max_size=5), max_size=100))
def test_evidence_keeps_the_end_of_the_log(lines: list[str]) -> None:
    outcome = judge([RankReport(0, 1, done=False, log=lines)])
    assert outcome.evidence["log_tail"] == "\n".join(lines[-LOG_TAIL:])
