"""A table of which any part may be given: what a method changes, what a rule speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from xp.dsl.dotted import annotated, subtable
from xp.dsl.table import Table


@dataclass(frozen=True)
class Partial:
    """Annotates a mapping that holds some keys of *table*, each of the type it has there."""

    table: type[Table]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.typed_dict_schema(
            {name: self.key(field, source, handler) for name, field in self.table.model_fields.items()},
            config=core_schema.CoreConfig(strict=True, allow_inf_nan=False),
            extra_behavior="forbid",
        )

    def key(self, field: FieldInfo, source: Any, handler: GetCoreSchemaHandler) -> core_schema.TypedDictField:
        """Return the key of one field, which may be left out."""
        inner = subtable(field.annotation)
        schema = (
            Partial(inner).__get_pydantic_core_schema__(source, handler)
            if inner
            else handler.generate_schema(annotated(field))
        )
        description = {"pydantic_js_updates": {"description": field.description or ""}}
        return core_schema.typed_dict_field(schema, required=False, metadata=description)
