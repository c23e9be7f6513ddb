"""The Parquet files of a server as other tools see them, and what happens when one is damaged."""

import pathlib

import duckdb
import pandas
import polars
import pyarrow.parquet as parquet
import pytest

HOOKS = {"INFLUXDB3_TEST_HOOKS": "1"}
LINES = "\n".join((
    "m,host=b,region=x f=1.5,i=-3i,u=7u,s=\"text\",t=true 1000000000000000001",
    "m,host=a i=5i 1000000000000000003",
    "m,host=a,region=y f=2 1000000000000000002",
))


@pytest.fixture
def stored(make_server):
    """A server whose rows are all in files."""
    server = make_server(environment=HOOKS).start()
    server.must_write("foo", LINES, precision="nanosecond")
    store_all(server)
    return server


def store_all(server, compact=False):
    reply = server.request("POST", "/debug/store_all" + ("?compact=true" if compact else ""), b"")
    assert reply.status == 204, reply


def files(server) -> list[pathlib.Path]:
    return sorted((server.data_dir / server.node_id / "dbs").rglob("*.parquet"))


def test_pyarrow_reads_types_order_and_metadata(stored):
    (path,) = files(stored)
    table = parquet.read_table(path, partitioning=None)
    types = {field.name: str(field.type) for field in table.schema}
    tag = "dictionary<values=string, indices=int32, ordered=0>"
    assert types == {"host": tag, "region": tag, "f": "double", "i": "int64", "u": "uint64",
                     "s": "string", "t": "bool", "time": "timestamp[ns]"}
    assert list(types)[:2] == ["host", "region"] and list(types)[-1] == "time"
    assert [field.metadata[b"iox::column::type"].decode().rsplit("::", 1)[-1]
            for field in table.schema] == ["tag", "tag", *(
                {"f": "float", "i": "integer", "u": "uinteger", "s": "string", "t": "boolean"}[name]
                for name in list(types)[2:-1]), "timestamp"]
    # NULL before all values, then bytewise, then by time.
    assert table["host"].to_pylist() == ["a", "a", "b"]
    assert table["region"].to_pylist() == [None, "y", "x"]
    assert table["i"].to_pylist() == [5, None, -3]
    assert table["time"].cast("int64").to_pylist() == [1000000000000000003, 1000000000000000002,
                                                       1000000000000000001]
    group = parquet.ParquetFile(path).metadata.row_group(0)
    assert group.column(0).compression == "ZSTD"
    assert [column.column_index for column in group.sorting_columns] == [0, 1, len(types) - 1]


def test_duckdb_reads_them(stored):
    (path,) = files(stored)
    rows = duckdb.sql(f"SELECT host, region, i, u, epoch_ns(time) FROM read_parquet('{path}') "
                      "ORDER BY time").fetchall()
    assert rows == [("b", "x", -3, 7, 1000000000000000001),
                    ("a", "y", None, None, 1000000000000000002),
                    ("a", None, 5, None, 1000000000000000003)]


def test_pandas_and_polars_read_them(stored):
    (path,) = files(stored)
    frame = pandas.read_parquet(path)
    assert str(frame["time"].dtype) == "datetime64[ns]"
    assert frame["time"].astype("int64").tolist()[-1] == 1000000000000000001
    assert [None if pandas.isna(value) else value for value in frame["region"]] == [None, "y", "x"]
    assert str(frame["u"].iloc[2]) in ("7", "7.0")
    frame = polars.read_parquet(path, hive_partitioning=False)
    assert frame["time"].dtype == polars.Datetime("ns")
    assert frame["u"].dtype == polars.UInt64
    assert frame["host"].cast(polars.String).to_list() == ["a", "a", "b"]
    assert frame["i"].to_list() == [5, None, -3]


def test_a_damaged_file_is_named_and_the_server_lives(stored):
    (path,) = files(stored)
    whole = path.read_bytes()
    stored.restart()  # nothing of it is in memory
    for damaged in (b"", whole[:40], b"x" * len(whole)):
        path.write_bytes(damaged)
        reply = stored.query("foo", "SELECT * FROM m ORDER BY time")
        assert reply.status == 500, reply
        assert path.name in reply.text
        assert stored.get("/health").status == 200
    path.write_bytes(whole)
    stored.restart()  # an object never changes, so what was read of it is kept
    assert len(stored.rows("foo", "SELECT * FROM m")) == 3


def test_a_missing_file_is_named(stored):
    (path,) = files(stored)
    stored.restart()
    path.rename(path.with_suffix(".away"))
    reply = stored.query("foo", "SELECT * FROM m")
    assert reply.status == 500, reply
    assert path.name in reply.text
    path.with_suffix(".away").rename(path)
    assert len(stored.rows("foo", "SELECT * FROM m")) == 3


def test_a_damaged_manifest_stops_the_start(stored):
    stored.stop()
    manifests = sorted((stored.data_dir / stored.node_id / "manifests").iterdir())
    newest = manifests[-1]
    whole = newest.read_bytes()
    newest.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    stored.spawn()
    assert stored.process.wait(60) == 1
    assert newest.name in stored.log
    newest.write_bytes(whole)
    stored.start()
    assert len(stored.rows("foo", "SELECT * FROM m")) == 3


def test_the_first_start_fixes_the_chunk_duration(make_server):
    """Rows of a chunk that is partly in files must be found again whatever the option says."""
    server = make_server(arguments=("--gen1-duration=1m", "--wal-snapshot-size=1",
                                    "--wal-flush-interval=1ms")).start()
    for second in range(0, 600, 20):
        server.must_write("foo", f"m v={second}i {second * 10**9}", precision="nanosecond")
    server.kill()
    server.arguments = ("--gen1-duration=10m",)
    server.start()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 30}]
    assert "--gen1-duration=10m has no effect: this node was first started with 1m" in server.log


def test_compaction_leaves_one_file_with_the_same_rows(make_server):
    server = make_server(environment=HOOKS).start()
    for window in range(30):
        server.must_write("foo", f"m,k=a v={window}i {window * 600_000_000_000}",
                          precision="nanosecond")
        store_all(server)
    assert len(files(server)) == 30
    before = server.rows("foo", "SELECT * FROM m ORDER BY time")
    store_all(server, compact=True)
    listed = server.rows("foo", "SELECT count(*) AS n FROM system.parquet_files "
                                "WHERE table_name = 'm'")
    assert listed == [{"n": 1}]
    assert server.rows("foo", "SELECT * FROM m ORDER BY time") == before
    server.kill()
    server.start()
    assert server.rows("foo", "SELECT * FROM m ORDER BY time") == before
