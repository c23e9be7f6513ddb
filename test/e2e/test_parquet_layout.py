"""The Parquet files of tables, as other programs see them (docs/format/parquet.md)."""

import base64
import struct
import time

import pyarrow
import pyarrow.parquet
import pytest

SNAPSHOT_SECONDS_MAX = 60
LINES = """\
house,room=Kitchen,floor=1 temp=21.5,count=3i,total=18446744073709551615u,note="a b",ok=true 20
house,room=Bath,floor=2 temp=23 10
house,room=Kitchen,floor=1 count=4i 10
house,floor=0 ok=false 10
"""
DAY_NS = 86400 * 10**9


def write_and_find_files(server, lines, day, count):
    """Writes the lines and, so that their chunk is past, a row of another table on a later day.
    Returns the paths of the table's files when there are so many."""
    server.must_write("foo", f"{lines}\nclock tick={day}i {day * DAY_NS}", precision="nanosecond")
    deadline = time.monotonic() + SNAPSHOT_SECONDS_MAX
    while True:
        paths = [path for path in (server.data_dir / server.node_id / "dbs").rglob("*.parquet")
                 if "room" in pyarrow.parquet.read_schema(path).names]
        if len(paths) >= count:
            return paths
        assert time.monotonic() < deadline, f"no snapshot\n{server.log[-4000:]}"
        time.sleep(0.01)


@pytest.fixture
def snapshot_server(make_server):
    """Writes chunks that are past into files as soon as it can."""
    return make_server(arguments=("--wal-flush-interval=10ms", "--wal-snapshot-size=1",
                                  "--allow-new-tags")).start()


@pytest.fixture
def path(snapshot_server):
    (path,) = write_and_find_files(snapshot_server, LINES, day=1, count=1)
    return path


def test_path_says_table_and_chunk(snapshot_server, path):
    relative = path.relative_to(snapshot_server.data_dir).parts
    assert relative[:2] == ("host01", "dbs")
    assert relative[4:6] == ("1970-01-01", "00-00")
    assert len(relative[6]) >= len("0000000001.parquet")


def test_pyarrow_reads_types_and_rows(path):
    table = pyarrow.parquet.read_table(path)
    tag = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    assert {field.name: field.type for field in table.schema} == {
        "room": tag, "floor": tag, "temp": pyarrow.float64(), "count": pyarrow.int64(),
        "total": pyarrow.uint64(), "note": pyarrow.string(), "ok": pyarrow.bool_(),
        "time": pyarrow.timestamp("ns")}
    rows = table.set_column(table.num_columns - 1, "time",
                            table.column("time").cast("int64")).to_pylist()
    empty = dict.fromkeys(table.column_names)
    assert rows == [
        {**empty, "floor": "0", "ok": False, "time": 10},
        {**empty, "room": "Bath", "floor": "2", "temp": 23.0, "time": 10},
        {**empty, "room": "Kitchen", "floor": "1", "count": 4, "time": 10},
        {**empty, "room": "Kitchen", "floor": "1", "temp": 21.5, "count": 3,
         "total": 2**64 - 1, "note": "a b", "ok": True, "time": 20}]


def test_metadata(path):
    schema = pyarrow.parquet.read_schema(path)
    key = base64.b64decode(schema.metadata[b"iox::series::key::v2"])
    assert key == struct.pack("<I4sI5s", 4, b"room", 5, b"floor")
    types = {field.name: field.metadata[b"iox::column::type"].decode() for field in schema}
    assert types == {
        "room": "iox::column_type::tag", "floor": "iox::column_type::tag",
        "temp": "iox::column_type::field::float", "count": "iox::column_type::field::integer",
        "total": "iox::column_type::field::uinteger", "note": "iox::column_type::field::string",
        "ok": "iox::column_type::field::boolean", "time": "iox::column_type::timestamp"}
    assert not schema.field("time").nullable


def test_layout(path):
    metadata = pyarrow.parquet.read_metadata(path)
    group = metadata.row_group(0)
    assert [(column.column_index, column.nulls_first) for column in group.sorting_columns] == [
        (0, True), (1, True), (7, False)]
    for i in range(group.num_columns):
        column = group.column(i)
        assert column.compression == "ZSTD"
        assert column.has_column_index and column.has_offset_index
        assert column.is_stats_set
    assert group.column(7).statistics.min_raw == 10
    assert group.column(7).statistics.max_raw == 20


def test_filters_of_other_readers(path):
    table = pyarrow.parquet.read_table(path, filters=[("room", "=", "Bath")], columns=["temp"])
    assert table.column("temp").to_pylist() == [23.0]


def test_later_columns_are_in_later_files(snapshot_server, path):
    paths = write_and_find_files(snapshot_server, "house,room=Bath,wing=W humidity=40 600000000000",
                                 day=2, count=2)
    (later,) = [each for each in paths if each != path]
    assert later.parent.name == "00-10"
    assert pyarrow.parquet.read_schema(later).names == [
        "room", "floor", "wing", "temp", "count", "total", "note", "ok", "humidity", "time"]
    assert "wing" not in pyarrow.parquet.read_schema(path).names
