"""Random queries answered by the real binary, by plain DuckDB and by DataFusion over the same rows.

A failure names its seed; INFLUXDB3_DIFFERENTIAL_SEED repeats it, INFLUXDB3_DIFFERENTIAL_QUERIES asks more."""

import math
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from engines import DataFusion, DuckDb, Ours, Refused, sample  # noqa: E402
from random_queries import Generator, Sql  # noqa: E402
from runner.server import Server, find_binary  # noqa: E402

SEED = int(os.environ.get("INFLUXDB3_DIFFERENTIAL_SEED", "20240229"))
QUERIES = int(os.environ.get("INFLUXDB3_DIFFERENTIAL_QUERIES", "150"))


@pytest.fixture(scope="module")
def engines():
    server = Server(find_binary())
    server.start()
    try:
        table = sample()
        ours = Ours(server.address)
        ours.load(table)
        yield {"ours": ours, "duckdb": DuckDb(table), "datafusion": DataFusion(table)}
        server.stop()
    finally:
        server.remove()


def same_value(left, right) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return left == right or math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9) or \
            (math.isnan(left) and math.isnan(right))
    return left == right


def same_rows(left: list[tuple], right: list[tuple]) -> bool:
    return len(left) == len(right) and all(
        len(a) == len(b) and all(map(same_value, a, b)) for a, b in zip(left, right))


def compare(engines, seed: int, sql: Sql, other: str):
    """Our answer with another engine's. What that engine refuses is no test."""
    try:
        wanted = engines[other].ask(sql.of(other))
    except Refused as refusal:
        return str(refusal)
    got = engines["ours"].ask(sql.ours)
    context = f"seed {seed}\n{sql.ours}\n{other}: {sql.of(other)}\n"
    assert same_rows(got.rows, wanted.rows), \
        f"{context}ours:\n{got.rows[:10]}\n{other}:\n{wanted.rows[:10]}"
    if other == "datafusion" and got.rows:
        assert got.types == wanted.types, context
    return None


@pytest.mark.parametrize("other", ["duckdb", "datafusion"])
@pytest.mark.parametrize("shape", ["projection", "grouping"])
def test_same_rows(engines, shape, other):
    refusals = []
    for seed in range(SEED, SEED + QUERIES):
        refusal = compare(engines, seed, getattr(Generator(seed), shape)(), other)
        if refusal is not None:
            refusals.append((seed, refusal))
    # The generator is of use only while the other engine understands it.
    assert len(refusals) <= QUERIES // 20, refusals[:5]


def test_same_names(engines):
    """Unaliased expressions are called what DataFusion calls them."""
    for seed in range(SEED, SEED + QUERIES):
        sql = f"SELECT {Generator(seed).value().ours} FROM t LIMIT 1"
        if "(NOT (NOT" in sql or re.search(r"\(NOT \(.* IN \(", sql):
            continue  # DuckDB's grammar takes these apart before anyone can see them
        try:
            wanted = engines["datafusion"].ask(sql)
        except Refused:
            continue
        assert engines["ours"].ask(sql).names == wanted.names, f"seed {seed}\n{sql}"


def test_a_condition_splits_the_rows_in_three(engines):
    """Every row makes a condition true, false or NULL."""
    ours = engines["ours"]
    whole = ours.ask("SELECT count(*), sum(j) FROM t").rows[0]
    for seed in range(SEED, SEED + QUERIES // 3):
        condition = Generator(seed).condition(3).ours
        parts = [ours.ask(f"SELECT count(*), coalesce(sum(j), 0) FROM t WHERE {part}").rows[0]
                 for part in (condition, f"NOT {condition}", f"{condition} IS NULL")]
        assert tuple(map(sum, zip(*parts))) == whole, f"seed {seed}\n{condition}"
