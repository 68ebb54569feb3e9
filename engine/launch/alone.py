"""A rank that starts from nothing: it ends when the engine does, however that ends, and works meanwhile."""

from __future__ import annotations

import importlib
import os

from xp.engine.launch.lifeline import die_with


def main() -> None:
    """Tie this process to the engine before the training libraries are imported, then be a worker."""
    die_with(int(os.environ["XP_PARENT"]))
    importlib.import_module("xp.engine.worker").main()


if __name__ == "__main__":
    main()
