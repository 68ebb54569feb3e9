"""A PostgreSQL server: views become tables, for theirs are written in another SQL; pure."""

from __future__ import annotations

import re

from xp.engine.export.target import Relation, Target, as_text, comments, quoted, sql_text
from xp.engine.export.transfer import THERE

SAME = re.compile(
    r"(BOOLEAN|SMALLINT|INTEGER|BIGINT|FLOAT|DOUBLE|VARCHAR|BLOB|UUID|DATE|TIME|INTERVAL"
    r"|TIMESTAMP( WITH TIME ZONE)?|DECIMAL\(\d+,\d+\))(\[\])?|JSON"
)
"""Types that both have, and lists of them."""

WIDER = {
    "TINYINT": "SMALLINT",
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
    "HUGEINT": "DECIMAL(38,0)",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
}
"""What holds all values of a type that it lacks; it counts microseconds."""


class Server(Target):
    """A database of a server."""

    keeps_views = False

    def kind(self, kind: str) -> str:
        """Return the type that it has for one of DuckDB's."""
        return kind if SAME.fullmatch(kind) else WIDER.get(kind) or as_text(kind)

    def clear(self, schema: str, table: str) -> str:
        """Return the statement that takes all rows out of a table: DuckDB's own would name each."""
        return pass_through(f"delete from {quoted(schema)}.{quoted(table)}")  # noqa: S608 - quoted

    def describe(self, schema: str, relation: Relation) -> list[str]:
        """Return the statements that say what a table and its columns are."""
        found = comments(f"{quoted(schema)}.{quoted(relation.name)}", relation)
        return [pass_through("; ".join(found))] if found else []


def server(connection: str, name: str) -> Server:
    """Return the server that a connection string of libpq leads to; *name* is what may be shown of it."""
    attach = f"attach {sql_text(connection)} as {THERE} (type postgres)"
    # a text of DuckDB may hold a character that one of PostgreSQL cannot
    return Server(name, ["postgres_scanner"], ["set pg_null_byte_replacement = '\ufffd'", attach])


def pass_through(statement: str) -> str:
    """Return how the server is told a statement in its own words."""
    return f"call postgres_execute({sql_text(THERE)}, {sql_text(statement)})"
