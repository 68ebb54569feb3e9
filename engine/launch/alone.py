"""Entry point of a rank that is not forked: it ties its life to that of the engine, then runs the worker."""

from __future__ import annotations

import importlib

from xp.engine.launch.lifeline import die_with_engine


def main() -> None:
    """Tie this process to the engine before the training libraries are imported, then be a worker."""
    die_with_engine()
    importlib.import_module("xp.engine.worker").main()


if __name__ == "__main__":
    main()
