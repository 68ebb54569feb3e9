"""Files and folders that are written as a whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xp.dsl.errors import Problem, XpError


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path beside *target* to write to; it takes the target's place when the block is left without an error.

    A link stays one: what it points to is replaced. A device such as ``/dev/stdout`` is written to as it is. An error
    about another file is none of this one: it goes on as it is.
    """
    target = target if is_device(target) else target.resolve()
    part = target if is_device(target) else target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(target)
    except OSError as error:
        if not is_about(error, part, target):
            raise
        raise XpError(Problem(f"the file cannot be written: {error.strerror}", str(target))) from None
    finally:
        if part != target:
            remove(part)


def is_about(error: OSError, part: Path, target: Path) -> bool:
    """Tell whether an error is one of writing *part* or of putting it into the place of *target*."""
    if not isinstance(error.filename, str | os.PathLike):
        return True  # a write, of something that is open already
    named = Path(error.filename)
    return named.is_relative_to(part) or target.is_relative_to(named)


def is_device(target: Path) -> bool:
    """Tell whether a path is there and neither file nor folder: a device or a pipe."""
    return target.exists() and not (target.is_file() or target.is_dir())


def remove(part: Path) -> None:
    """Remove what was left of a file or folder."""
    if part.is_dir():
        shutil.rmtree(part)
    elif part.exists():
        part.unlink()


def replace(target: Path, text: str) -> None:
    """Write *text* to *target*."""
    with replacing(target) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
