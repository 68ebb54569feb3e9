"""`xp` itself: which commands there are, in the order of a day's work."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import click

from xp.dsl.errors import Problem, XpError, did_you_mean
from xp.engine.cli import experiments, machine, reports, runs, warehouse

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Why a disk takes nothing more: no fault of the program, and no reason for a traceback."""

DENIED = (errno.EACCES, errno.EPERM)
"""Why the system lets somebody have a file who is not the one that asks."""


class Commands(click.Group):
    """Shows an XpError as a message with its own exit code; lets every bug keep its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except XpError as error:
            click.echo(f"xp: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if (problem := problem_of_system(error)) is None:
                raise
            click.echo(f"xp: {XpError(problem)}", err=True)
            ctx.exit(XpError.exit_code)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is asked for, or say which one may be meant."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            ctx.fail(f"there is no command {args[0]!r}: {did_you_mean(args[0], self.commands)}")
        return super().resolve_command(ctx, args)

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the commands in the order of a day's work."""
        return list(self.commands)


def problem_of_system(error: OSError) -> Problem | None:
    """Return the problem of whoever owns the disk or the file, None where the program is to blame."""
    place = str(error.filename or "")
    if error.errno in FULL:
        hint = "what is in the journals stays; make room, and the same command goes on"
        return Problem(f"nothing more can be written: {error.strerror}", place, hint)
    if error.errno in DENIED:
        hint = "ask whoever owns it, or choose a folder of your own; what is in the journals stays"
        return Problem(f"not allowed: {error.strerror}", place, hint)
    if error.errno == errno.ENOENT and error.filename is None:  # as of getcwd, which is asked about no file
        return Problem("the folder that it is started in is no more", hint="start it in another one")
    return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="xp-summaries", prog_name="xp")
def main() -> None:
    """Declare experiments in TOML, run them with DeepSpeed, ask in SQL, render reports."""
    hold_streams()


def hold_streams() -> None:
    """Open what is closed of the standard streams: else the first files of the program take their places."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        if getattr(sys, name) is None:  # Python found it closed
            setattr(sys, name, os.fdopen(descriptor, "r" if name == "stdin" else "w", closefd=False))


for command in (
    experiments.init_command,
    experiments.plan_command,
    experiments.explain_command,
    runs.run_command,
    runs.status_command,
    runs.logs_command,
    runs.cancel_command,
    runs.replay_command,
    warehouse.query_command,
    warehouse.export_command,
    machine.import_command,
    machine.doctor_command,
    machine.env_command,
    machine.diff_command,
    reports.verify_command,
    reports.render_command,
    reports.report_command,
    warehouse.check_command,
    warehouse.fmt_command,
    experiments.schema_command,
    experiments.reference_command,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
