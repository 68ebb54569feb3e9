"""What the place of a run says where its experiment file is silent: the country of the electricity, and prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from xp.dsl.errors import SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.explain import explain_errors
from xp.dsl.price import Price
from xp.dsl.spec import Carbon
from xp.dsl.table import Table

CARBON = {"XP_COUNTRY": "country", "XP_CARBON_INTENSITY": "intensity"}
"""Environment variable to the key of ``[carbon]``."""

PRICES = {"XP_MACHINE_HOUR": "machine_hour", "XP_GPU_HOUR": "gpu_hour"}
"""Environment variable to the key of a tariff."""

TARIFF = "environment"
"""Name of the tariff whose rates are not from the file."""


def with_surroundings(experiment: Experiment, environment: Mapping[str, str]) -> Experiment:
    """Return the experiment with what only the environment says of energy and money; neither changes a trial."""
    found: dict[str, Any] = {}
    if experiment.carbon == Carbon() and (carbon := read(CARBON, environment, Carbon)):
        found["carbon"] = carbon
    if not experiment.prices and (price := read(PRICES, environment, Price)):
        found["prices"] = {TARIFF: price}
    return experiment.model_copy(update=found) if found else experiment


def read(names: Mapping[str, str], environment: Mapping[str, str], table: type[Table]) -> Table | None:
    """Return the table that the variables make, None where none of them is set; raise where one is wrong."""
    given = {key: number(environment[name]) for name, key in names.items() if environment.get(name)}
    try:
        return table.model_validate(given) if given else None
    except ValidationError as error:
        raise SpecError(*explain_errors(error, table, place(names))) from None


def place(names: Mapping[str, str]) -> Callable[[tuple[str | int, ...]], str]:
    """Return what tells the variable that a key is from."""
    variables = {key: name for name, key in names.items()}
    return lambda key: f"environment variable {variables.get(str(key[0]), '')}" if key else "environment"


def number(text: str) -> float | str:
    """Return *text* as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text
