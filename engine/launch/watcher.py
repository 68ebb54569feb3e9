"""The process that watches the machine: it ends when the engine does, however that ends."""

from __future__ import annotations

import os

from xp.engine.launch.lifeline import die_with
from xp.engine.launch.plain import PARENT
from xp.engine.measure import sampler

if __name__ == "__main__":
    die_with(int(os.environ[PARENT]))
    sampler.main()
