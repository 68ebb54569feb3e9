"""What is known about queries without asking the warehouse: which there are, where their columns come from."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from xp.dsl.errors import QueryError
from xp.dsl.measures import MEASURES
from xp.engine.warehouse import definitions
from xp.engine.warehouse.binding import described, faults
from xp.engine.warehouse.definitions import Macro
from xp.engine.warehouse.sandbox import emptiness
from xp.queries import catalog
from xp.queries.catalog import Query
from xp.queries.dialects import translated
from xp.queries.lineage import ColumnOrigin, origins

ELSEWHERE = {
    "chosen": Macro(
        ("name",),
        "coalesce(name, (select experiment.experiment from experiment order by planned desc, experiment limit 1))",
    ),
    "one_of": Macro(("kind", "wanted", "known"), "wanted"),
    "trial_of": Macro(("wanted", "name"), "wanted"),
    "finite": Macro(("number",), "case when number - number = 0 then number end"),
}
"""What macros come to in another database: a word that is unknown is no error there, but has no rows."""


def saved_queries(*, as_json: bool) -> str:
    """Return all saved queries with their questions and parameters."""
    found = [catalog.find(name) for name in catalog.names()]
    if as_json:
        return dumped([{key: value for key, value in asdict(query).items() if key != "sql"} for query in found])
    from xp.engine.screen import make_table  # noqa: PLC0415 - JSON does not pay for it

    rows = [[query.name, query.title, " ".join(parameters_of(query))] for query in found]
    return f"{make_table(['query', 'question', 'parameters'], rows)}ask one: xp query NAME -p PARAMETER=VALUE\n"


def parameters_of(query: Query) -> list[str]:
    """Return the parameters of a query as they are written, those that have a default in brackets."""
    required = {param.name for param in query.params if param.default == catalog.REQUIRED}
    return [param.name if param.name in required else f"[{param.name}]" for param in query.params]


def lineage(query: Query, *, as_json: bool) -> str:
    """Return where each column of a query comes from."""
    with emptiness() as db:
        if problems := faults(db, query):
            raise QueryError(*problems)
        columns = [name for name, _ in described(db, query)]
        schema, views = definitions.schema(db), definitions.views(db)
    found = origins(query, columns, schema, views, {measure.name: measure.metric for measure in MEASURES})
    if as_json:
        return dumped([asdict(origin) for origin in found])
    return "".join(map(column_lineage, found))


def column_lineage(origin: ColumnOrigin) -> str:
    """Return where a column comes from, in lines."""
    parts = {
        "metrics": ", ".join(origin.metrics),
        "from": ", ".join(origin.sources) or "the query itself",
        "through": ", ".join(origin.views),
    }
    return f"{origin.column}\n" + "".join(f"    {name:9}{text}\n" for name, text in parts.items() if text)


def transpiled(query: Query, dialect: str) -> str:
    """Return a query for another database."""
    with emptiness() as db:
        macros = definitions.macros(db)
    return translated(query, dialect, macros | ELSEWHERE)


def dumped(value: Any) -> str:
    """Return a value as JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"
