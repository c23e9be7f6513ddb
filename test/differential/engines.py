"""The three engines over the same rows. Each answers with names, types and rows of Python values."""

import dataclasses
import io
import json
import random
import urllib.error
import urllib.request

import datafusion
import duckdb
import pyarrow as pa
import pyarrow.parquet

ROWS = 600
DATABASE = "differential"


def sample() -> pa.Table:
    """Rows with every kind of column, NULLs, and times on both sides of 1970. Times are unique."""
    source = random.Random(1970)
    times = source.sample(range(-86_400 * 10**9, 86_400 * 10**9, 7 * 10**6 + 1), ROWS)

    def column(values, share_of_nulls):
        return [None if source.random() < share_of_nulls else source.choice(values)
                for _ in range(ROWS)]

    small = list(range(-20, 21))
    return pa.table({
        "f": pa.array(column([n / 8 for n in range(-40, 41)], 0.2), pa.float64()),
        "host": pa.array(column(["a", "b", "c", "Ä"], 0.1), pa.string()),
        "i": pa.array(column(small, 0.1), pa.int64()),
        "j": pa.array(column(small, 0), pa.int64()),
        "ok": pa.array(column([True, False], 0.2), pa.bool_()),
        "region": pa.array(column(["north", "south", "a"], 0.3), pa.string()),
        "s": pa.array(column(["", "a", "banana", "Ä b", "zz"], 0.2), pa.string()),
        "time": pa.array(times, pa.timestamp("ns")),
    })


def line_protocol(table: pa.Table) -> str:
    lines = []
    times = table["time"].cast(pa.int64()).to_pylist()
    for row, time in zip(table.drop_columns(["time"]).to_pylist(), times):
        tags = "".join(f",{name}={row[name]}" for name in ("host", "region")
                       if row[name] is not None)
        fields = [f"j={row['j']}i"]
        if row["f"] is not None:
            fields.append(f"f={row['f']!r}")
        if row["i"] is not None:
            fields.append(f"i={row['i']}i")
        if row["ok"] is not None:
            fields.append(f"ok={'true' if row['ok'] else 'false'}")
        if row["s"] is not None:
            fields.append(f's="{row["s"]}"')
        lines.append(f"t{tags} {','.join(fields)} {time}")
    return "\n".join(lines)


@dataclasses.dataclass
class Answer:
    names: list[str]
    types: list[str]
    rows: list[tuple]


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dictionaries and wide texts as text, whole numbers of seconds to nanoseconds as integers."""
    if pa.types.is_dictionary(column.type) or pa.types.is_large_string(column.type) or \
            column.type == pa.string_view():
        return column.cast(pa.string())
    return column


def answer_of(table: pa.Table) -> Answer:
    columns = [_plain(column) for column in table.columns]
    values = [(c.cast(pa.timestamp("ns")).cast(pa.int64()) if pa.types.is_timestamp(c.type) else c)
              .to_pylist() for c in columns]
    return Answer(list(table.column_names), [str(c.type) for c in columns],
                  list(zip(*values)) if values else [])


class Refused(Exception):
    """An engine's own error."""


class Ours:
    def __init__(self, address: str):
        self.address = address

    def _post(self, path: str, body: bytes) -> bytes:
        request = urllib.request.Request(f"http://{self.address}{path}", data=body, method="POST",
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            raise Refused(f"{error.code}: {error.read().decode()}") from None

    def load(self, table: pa.Table):
        self._post(f"/api/v3/write_lp?db={DATABASE}&precision=nanosecond",
                   line_protocol(table).encode())

    def ask(self, sql: str) -> Answer:
        request = {"db": DATABASE, "q": sql, "format": "parquet"}
        body = self._post("/api/v3/query_sql", json.dumps(request).encode())
        if not body:  # no rows, no file
            return Answer([], [], [])
        return answer_of(pyarrow.parquet.read_table(io.BytesIO(body)))


class DuckDb:
    def __init__(self, table: pa.Table):
        self.connection = duckdb.connect()
        self.connection.register("rows", table)
        self.connection.execute("CREATE TABLE t AS SELECT * FROM rows")

    def ask(self, sql: str) -> Answer:
        try:
            result = self.connection.execute(sql).to_arrow_table()
        except duckdb.Error as error:
            raise Refused(str(error)) from None
        return answer_of(result)


class DataFusion:
    def __init__(self, table: pa.Table):
        config = datafusion.SessionConfig().with_target_partitions(1).set(
            "datafusion.sql_parser.map_string_types_to_utf8view", "false")
        self.context = datafusion.SessionContext(config)
        self.context.register_record_batches("t", [table.combine_chunks().to_batches()])

    def ask(self, sql: str) -> Answer:
        try:
            frame = self.context.sql(sql)
            batches = frame.collect()
            result = pa.Table.from_batches(batches, None if batches else frame.schema())
        except Exception as error:  # the binding has no class of its own
            raise Refused(str(error)) from None
        return answer_of(result)
