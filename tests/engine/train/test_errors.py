"""Every end of a trial has a kind."""

from __future__ import annotations

import pytest
import torch

from xp.engine.train.errors import DataError, DivergedError, SettingError, kind_of


def test_a_tensor_that_no_memory_can_hold_is_out_of_memory() -> None:
    with pytest.raises(RuntimeError) as error:
        torch.empty(1 << 52)

    assert kind_of(error.value) == "oom"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(MemoryError(), "oom", id="python"),
        pytest.param(torch.OutOfMemoryError("CUDA out of memory"), "oom", id="cuda"),
        pytest.param(DataError("no column"), "data", id="data"),
        pytest.param(SettingError("not in force"), "setting", id="setting"),
        pytest.param(DivergedError("loss is nan", 20), "diverged", id="diverged"),
        pytest.param(RuntimeError("Connection closed by peer"), "error", id="other-rank"),
        pytest.param(KeyboardInterrupt(), "error", id="interrupt"),
    ],
)
def test_kinds(error: BaseException, kind: str) -> None:
    assert kind_of(error) == kind
