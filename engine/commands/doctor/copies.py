"""Copies of saved queries in a project, which answer in place of those of the installed version."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from xp.engine.commands.doctor.finding import Finding
from xp.queries import catalog

WHY = "xp query and reports ask a file of the project before the saved query of its name"


def findings(folder: Path) -> Iterator[Finding]:
    """Yield whether the copies in a folder of queries are those of this version; nothing where it has none."""
    copies = [path for name in catalog.names() if (path := folder / f"{name}.sql").is_file()]
    if not copies:
        return
    changed = [path for path in copies if path.read_bytes() != (catalog.SHIPPED / path.name).read_bytes()]
    if not changed:
        yield Finding("queries", "ok", f"{len(copies)} copies in {folder}/, as this version has them", WHY)
        return
    found = f"{len(changed)} of {len(copies)} copies in {folder}/ are not as this version has them"
    mend = f"delete those that you have not changed yourself: rm {shlex.join(map(str, changed))}"
    yield Finding("queries", "warn", found, WHY, mend)
