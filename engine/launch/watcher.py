"""The process that watches the machine: it ends when the engine does, however that ends."""

from __future__ import annotations

from xp.engine.launch.lifeline import die_with_engine
from xp.engine.measure import sampler

if __name__ == "__main__":
    die_with_engine()
    sampler.main()
