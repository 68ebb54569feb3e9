"""Why a trial cannot go on: each kind of failure that a worker can name itself."""

from __future__ import annotations

from typing import ClassVar


class TrialError(Exception):
    """The message says all: it becomes the failure event of the attempt."""

    kind: ClassVar[str] = "error"
    step: int | None = None


class DataError(TrialError):
    """The corpus, or the tokenizer, is not what the trial needs."""

    kind = "data"


class SettingError(TrialError):
    """A declared setting did not take, or cannot take."""

    kind = "setting"


class DivergedError(TrialError):
    """A loss is not a finite number any more."""

    kind = "diverged"

    def __init__(self, message: str, step: int) -> None:
        super().__init__(message)
        self.step = step


class StoppedError(TrialError):
    """Somebody asked the trial to stop."""

    kind = "stopped"


OUT_OF_MEMORY = ("can't allocate memory", "out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


def kind_of(error: BaseException) -> str:
    """Return the kind of failure that *error* means.

    >>> kind_of(MemoryError()), kind_of(KeyError("a"))
    ('oom', 'error')
    >>> kind_of(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"))
    'oom'
    """
    if isinstance(error, TrialError):
        return error.kind
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "oom"
    if isinstance(error, RuntimeError) and any(words in str(error) for words in OUT_OF_MEMORY):
        return "oom"
    return "error"
