"""Limits the address space (RLIMIT_AS) of a block to what the process has now plus an allowance."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PAGE = os.sysconf("SC_PAGE_SIZE")
SIZES = "/proc/self/statm"
LONGEST = 128
"""Bytes that the sizes of a process take as text, at most."""


class Allowance:
    """So many bytes of addresses for each of several blocks; the file that tells what the process has stays open.

    Other systems than Linux do not tell it, and give no limit.
    """

    def __init__(self, more: int) -> None:
        self._more = more
        self._sizes = os.open(SIZES, os.O_RDONLY) if sys.platform.startswith("linux") else None

    @contextmanager
    def given(self) -> Iterator[None]:
        """Let the process take no more for the length of the block."""
        if self._sizes is None:
            yield
            return
        before, hard = resource.getrlimit(resource.RLIMIT_AS)
        pages, _, _ = os.pread(self._sizes, LONGEST, 0).partition(b" ")
        most = int(pages) * PAGE + self._more
        if before != resource.RLIM_INFINITY:
            most = min(most, before)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (before, hard))

    def close(self) -> None:
        """Let go of the file."""
        if self._sizes is not None:
            os.close(self._sizes)
