"""What ``[matrix]`` may say: axes and rules, each value of the type that it has as a setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler, SkipValidation, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from xp.dsl.constraints import Constraint
from xp.dsl.kinds import Seed
from xp.dsl.matrix_schema import matrix_schema
from xp.dsl.reading import RULES, MatrixReader
from xp.dsl.table import Table

Condition = Annotated[Constraint, SkipValidation]


class Matrix(Table):
    """``[matrix]``: which combinations are tried."""

    axes: Mapping[str, tuple[Any, ...]] = {}
    """``method``, ``model``, ``dataset`` or a setting by its dotted name, each with the values it takes."""

    seed: tuple[Seed, ...] = (1,)
    """Every combination is tried once per seed."""

    exclude: tuple[Mapping[str, Any], ...] = ()
    """Combinations that are left out: those that have every value of one of these rules."""

    include: tuple[Mapping[str, Any], ...] = ()
    """Settings added to the combinations that a rule agrees with, or, where there is none, one more combination."""

    zip: tuple[tuple[str, ...], ...] = ()
    """Groups of axes that move together, value by value."""

    constraints: tuple[Condition, ...] = ()
    """Conditions that every trial meets, such as ``zero.stage >= 2 or precision == 'fp32'``."""

    @model_validator(mode="before")
    @classmethod
    def as_written(cls, raw: Any) -> Any:
        """Turn the table as a user writes it, axes and rules side by side, into the fields above."""
        return MatrixReader(raw).fields() if isinstance(raw, Mapping) else raw

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        del schema, handler  # they describe the fields above, not what a user writes
        return matrix_schema({key: cls.model_fields[key].description or "" for key in RULES})
