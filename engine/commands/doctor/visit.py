"""The visit: everything is looked at, told, and the exit code says whether anything can train here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from xp.engine.commands.doctor import chips, copies, programs, room
from xp.engine.commands.doctor.finding import Finding
from xp.engine.redaction import Redactor
from xp.engine.screen import make_table


def all_findings(results: Path, *, deep: bool, hub: bool) -> Iterator[Finding]:
    """Yield everything that was looked at."""
    yield from programs.findings()
    yield from room.findings(results)
    yield from chips.findings()
    yield from copies.findings(Path("queries"))
    if deep:
        yield from programs.deep()
    if hub:
        yield programs.hub()


def as_text(found: Sequence[Finding], *, as_json: bool) -> str:
    """Return what was found, for people or for programs."""
    plain = Redactor()([asdict(each) for each in found])
    if as_json:
        return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    rows = [[each["name"], each["status"], each["found"], each["why"]] for each in plain]
    mends = "".join(f"  {each['name']}: {each['mend']}\n" for each in plain if each["mend"] and each["status"] != "ok")
    fatal = [each.name for each in found if each.fatal]
    verdict = (
        f"nothing can train here before this is mended: {', '.join(fatal)}\n" if fatal else "trials can train here\n"
    )
    return (
        make_table(["what", "status", "found", "needed for"], rows)
        + (f"\nto mend\n{mends}" if mends else "")
        + "\n"
        + verdict
    )


def exit_code(found: Sequence[Finding]) -> int:
    """Return 1 where nothing can train on this machine, else 0."""
    return int(any(each.fatal for each in found))
