"""Student's t in SQL agrees with scipy."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from scipy import stats

from xp.engine.warehouse.store import script


@pytest.fixture(scope="module")
def db() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(script("views/statistics.sql"))
    return connection


def test_quantiles(db: duckdb.DuckDBPyConnection) -> None:
    for df in (1, 2, 3, 4, 5, 7, 10, 29, 30, 101, 1000):
        for confidence in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999):
            ((found,),) = db.execute("select t_quantile(?::double, ?::bigint)", [confidence, df]).fetchall()
            assert found == pytest.approx(stats.t.ppf((1 + confidence) / 2, df), rel=1e-9)


def test_there_is_no_quantile_without_degrees_of_freedom(db: duckdb.DuckDBPyConnection) -> None:
    assert db.execute("select t_quantile(0.95, 0), t_half_width(0.95, 1.0, 1), t_test(1.0, null, 1)").fetchall() == [
        (None, None, None)
    ]


def test_tests_and_intervals_of_random_samples(db: duckdb.DuckDBPyConnection) -> None:
    random = np.random.default_rng(7)
    for n in (2, 3, 4, 5, 8, 20, 63):
        for _ in range(20):
            values = random.normal(random.normal(), random.exponential() + 0.01, n)
            given = [float(values.mean()), float(values.std(ddof=1)), n]
            ((p, half),) = db.execute("select t_test($1, $2, $3), t_half_width(0.95, $2, $3)", given).fetchall()
            expected = stats.ttest_1samp(values, 0.0)
            assert p == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-12)
            low, high = expected.confidence_interval(0.95)
            assert half == pytest.approx((high - low) / 2, rel=1e-9)


def test_values_without_spread_are_certain(db: duckdb.DuckDBPyConnection) -> None:
    assert db.execute("select t_test(0.5, 0.0, 3), t_test(0.0, 0.0, 3)").fetchall() == [(0.0, 1.0)]


def test_no_number_of_values_tells_a_distance_of_rounding_errors(db: duckdb.DuckDBPyConnection) -> None:
    # (1.984 * 0.26 / 1e-17)² would be 2.7e33
    found = db.execute("select t_further(0.95, 0.26, 3, 1e-17), t_further(0.95, 0.26, 3, 0.3)").fetchall()

    # 2.571 * 0.26 / √6 is 0.273, of five 0.323
    assert found == [(None, 3)]
