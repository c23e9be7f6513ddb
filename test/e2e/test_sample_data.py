"""The real sample files, with counts and aggregates computed here from the files themselves."""

import collections
import pathlib
import re

import pytest

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
FILES = [("bay-area-weather.lp", 3288, "ns"), ("bitcoin.lp", 3750, "ns"),
         ("eu-wind-data.lp", 3096, "s")]


def parsed(path: pathlib.Path):
    """(measurement, tags, numeric fields, timestamp) of each data line."""
    for line in path.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        key, fields, time = re.fullmatch(r"((?:[^ \\]|\\.)+) (.*) (\d+)", line).groups()
        measurement, *tags = re.split(r"(?<!\\),", key)
        numbers = {}
        for name, value in re.findall(r'([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]+)', fields):
            if re.fullmatch(r"-?[0-9.]+(?:e-?\d+)?i?", value):
                numbers[name] = int(value[:-1]) if value.endswith("i") else float(value)
        yield measurement, tuple(tags), numbers, int(time)


@pytest.mark.parametrize(("name", "row_count", "precision"), FILES)
def test_counts_and_aggregates(server, name, row_count, precision):
    path = DATA / name
    server.must_cli("write", "--database=sample", f"--precision={precision}", f"--file={path}")
    latest = {}
    for measurement, tags, numbers, time in parsed(path):
        latest.setdefault((measurement, tags, time), {}).update(numbers)
    assert len(latest) == row_count
    times = [time for _, _, time in latest]
    measurements = {measurement for measurement, _, _ in latest}
    assert len(measurements) == 1
    table = f'"{measurements.pop()}"'
    [row] = server.rows("sample", f"SELECT count(*) AS n, min(time) AS a, max(time) AS b FROM {table}")
    assert row["n"] == row_count
    bounds = server.rows(
        "sample", f"SELECT count(*) AS n FROM {table} WHERE time >= '{row['a']}' "
                  f"AND time <= '{row['b']}'")
    assert bounds == [{"n": row_count}]
    nanoseconds = server.rows("sample", "SELECT CAST(min(time) AS BIGINT) AS a, "
                                        f"CAST(max(time) AS BIGINT) AS b FROM {table}")
    unit = 10**9 if precision == "s" else 1
    assert nanoseconds == [{"a": min(times) * unit, "b": max(times) * unit}]
    values = collections.defaultdict(list)
    for numbers in latest.values():
        for field, value in numbers.items():
            values[field].append(value)
    assert values
    for field, expected in values.items():
        [row] = server.rows("sample", f'SELECT count("{field}") AS n, sum("{field}") AS s, '
                                      f'min("{field}") AS a, max("{field}") AS b FROM {table}')
        assert row["n"] == len(expected)
        assert row["s"] == pytest.approx(sum(expected), rel=1e-9)
        assert (row["a"], row["b"]) == (min(expected), max(expected))
