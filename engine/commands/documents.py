"""What is generated: the JSON Schema of the language, its reference, that of the warehouse, the list of methods."""

from __future__ import annotations

import json
from pathlib import Path

import click

from xp.engine.forms.files import replace


def schema() -> str:
    """Return the JSON Schema of an experiment file."""
    from xp.dsl.schema import schema as make  # noqa: PLC0415 - neither document pays for the other

    return json.dumps(make(), indent=2, ensure_ascii=False) + "\n"


def reference() -> str:
    """Return the reference of an experiment file, in Markdown."""
    from xp.dsl.reference import reference as make  # noqa: PLC0415

    return make()


def warehouse() -> str:
    """Return the reference of the warehouse, in Markdown."""
    from xp.engine.warehouse.reference import reference as make  # noqa: PLC0415

    return make()


def methods() -> str:
    """Return the catalogue of methods, in Markdown."""
    from xp.engine.commands.catalogue import catalogue as make  # noqa: PLC0415

    return make()


def write(text: str, output: Path | None) -> None:
    """Write a document to a file, or to standard output."""
    if output is None or output == Path("-"):
        click.echo(text, nl=False)
        return
    replace(output, text)
    click.echo(f"wrote {output}", err=True)
