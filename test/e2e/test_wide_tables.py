"""Tables with many columns, and tables without rows."""

COLUMNS = 1000


def names(count: int) -> list[str]:
    return [f"c{n:04}" for n in range(count)]


def test_a_thousand_columns_come_back_in_the_order_of_their_names(server):
    # One tag and the time are columns too. Written backwards; each field holds its number.
    fields = names(COLUMNS - 2)
    line = "wide,host=a " + ",".join(f"{name}={name[1:].lstrip('0') or '0'}i"
                                     for name in reversed(fields)) + " 1"
    server.must_write("w", line, precision="nanosecond")
    head, row = server.query("w", "SELECT * FROM wide", format="csv").text.splitlines()
    assert head.split(",") == fields + ["host", "time"]
    assert row.split(",") == [str(n) for n in range(COLUMNS - 2)] + \
        ["a", "1970-01-01T00:00:00.000000001"]
    assert server.rows("w", "SELECT c0000 + c0997 AS s FROM wide") == [{"s": 997}]


def test_expressions_over_a_thousand_columns(server):
    fields = names(COLUMNS - 1)
    server.must_write("w", "\n".join(
        "wide " + ",".join(f"{name}={value}i" for name in fields) + f" {value}"
        for value in (1, 2, 3)), precision="nanosecond")
    sums = ", ".join(f"sum({name})" for name in fields)
    reply = server.query("w", f"SELECT {sums} FROM wide", format="json").json()
    assert reply == [{f"sum(wide.{name})": 6 for name in fields}]
    # Each operator is a level deeper, and queries have a limit to their depth.
    total = " + ".join(fields[:250])
    rows = server.rows("w", f"SELECT {total} AS total FROM wide ORDER BY time")
    assert [row["total"] for row in rows] == [250, 500, 750]
    condition = " AND ".join(f"{name} = 2" for name in fields)
    assert server.rows("w", f"SELECT count(*) AS n FROM wide WHERE {condition}") == [{"n": 1}]


def test_columns_that_only_some_rows_have(server):
    # Row n has the one field cn; everything else is NULL and left out of the JSON.
    fields = names(COLUMNS - 1)
    server.must_write("w", "\n".join(f"wide {name}={n}i {n}" for n, name in enumerate(fields)),
                      precision="nanosecond")
    rows = server.rows("w", "SELECT * FROM wide ORDER BY time LIMIT 2")
    assert rows == [{"c0000": 0, "time": "1970-01-01T00:00:00"},
                    {"c0001": 1, "time": "1970-01-01T00:00:00.000000001"}]
    assert server.rows("w", "SELECT count(*) AS n, count(c0500) AS one, max(c0998) AS top FROM wide") \
        == [{"n": COLUMNS - 1, "one": 1, "top": 998}]


def test_a_table_without_rows(server):
    server.must_cli("create", "database", "w", "--host", server.url)
    server.must_cli("create", "table", "empty", "--database", "w", "--tags", "host", "--fields",
                    "f:float64,i:int64", "--host", server.url)
    assert server.rows("w", "SELECT * FROM empty") == []
    assert server.rows("w", "SELECT host, f FROM empty WHERE f > 1 ORDER BY time LIMIT 5") == []
    assert server.rows("w", "SELECT host, sum(i) FROM empty GROUP BY host") == []
    assert server.rows("w", "SELECT count(*) AS n, sum(i) AS s, max(f) AS m FROM empty") == [{"n": 0}]
    assert server.rows("w", "SELECT count(*) AS n FROM empty a JOIN empty b ON a.host = b.host") == \
        [{"n": 0}]
    assert server.rows("w", "SELECT host FROM empty UNION ALL SELECT 'x'") == [{"host": "x"}]
    columns = server.rows("w", "SHOW COLUMNS FROM empty")
    assert [(c["column_name"], c["data_type"]) for c in columns] == [
        ("f", "Float64"), ("host", "Dictionary(Int32, Utf8)"), ("i", "Int64"),
        ("time", "Timestamp(ns)")]
