"""The official Python client, influxdb3-python, as its users use it."""

import asyncio
from datetime import datetime, timezone

import pytest

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pytest.importorskip("influxdb_client_3")
from influxdb_client_3 import (  # noqa: E402
    InfluxDBClient3,
    InfluxDBError,
    Point,
    SYNCHRONOUS,
    WriteOptions,
    WriteType,
    write_client_options,
)

LINES = ["home,room=Kitchen temp=21.5,hum=40i 1700000000000000000",
         "home,room=Living\\ Room temp=22.25,hum=35i 1700000060000000000",
         "home,room=Kitchen temp=23,hum=41i 1700000120000000000"]
ALL = "SELECT room, temp, hum, time FROM home ORDER BY time"


@pytest.fixture
def client(server):
    options = write_client_options(write_options=SYNCHRONOUS)
    with InfluxDBClient3(host=server.url, token="any", database="home",
                         write_client_options=options) as made:
        yield made


@pytest.fixture
def filled(client):
    client.write(LINES)
    return client


def test_writes_lines_points_and_dictionaries(client):
    client.write("home,room=a temp=1 1000000000")
    client.write(Point("home").tag("room", "b").field("temp", 2.0)
                 .time(datetime(1970, 1, 1, 0, 0, 2, tzinfo=timezone.utc)))
    client.write({"measurement": "home", "tags": {"room": "c"}, "fields": {"temp": 3.0},
                  "time": 3_000_000_000})
    table = client.query("SELECT room, temp FROM home ORDER BY time")
    assert table.to_pydict() == {"room": ["a", "b", "c"], "temp": [1.0, 2.0, 3.0]}


@pytest.mark.parametrize("use_v2_api", [True, False])
def test_both_write_endpoints(server, use_v2_api):
    options = write_client_options(write_options=WriteOptions(write_type=WriteType.synchronous,
                                                              use_v2_api=use_v2_api))
    with InfluxDBClient3(host=server.url, token="any", database="home",
                         write_client_options=options) as client:
        client.write(LINES, write_precision="ns")
        assert client.query("SELECT count(*) AS n FROM home").to_pydict() == {"n": [3]}


def test_data_frames_in_and_out(client):
    frame = pandas.DataFrame({"room": ["a", "b"], "temp": [1.5, 2.5],
                              "time": pandas.to_datetime([10**9, 2 * 10**9], utc=True)})
    client.write(frame.set_index("time"), data_frame_measurement_name="home",
                 data_frame_tag_columns=["room"])
    read = client.query("SELECT room, temp, time FROM home ORDER BY time", mode="pandas")
    assert read["room"].tolist() == ["a", "b"]
    assert read["temp"].tolist() == [1.5, 2.5]
    assert read["time"].astype("int64").tolist() == [10**9, 2 * 10**9]


def test_modes(filled):
    rooms = ["Kitchen", "Living Room", "Kitchen"]
    assert filled.query(ALL).column("room").to_pylist() == rooms
    assert filled.query(ALL, mode="pandas")["room"].tolist() == rooms
    frame = filled.query(ALL, mode="polars")
    assert isinstance(frame, polars.DataFrame)
    assert frame["room"].to_list() == rooms
    assert frame["hum"].to_list() == [40, 35, 41]
    reader = filled.query(ALL, mode="reader")
    assert sum(batch.num_rows for batch in reader) == 3
    chunks = filled.query(ALL, mode="chunk")
    assert sum(chunk.data.num_rows for chunk in chunks) == 3
    schema = filled.query(ALL, mode="schema")
    assert schema.names == ["room", "temp", "hum", "time"]


def test_parameters(filled):
    table = filled.query("SELECT temp FROM home WHERE room = $room AND temp > $least",
                         query_parameters={"room": "Kitchen", "least": 22})
    assert table.to_pydict() == {"temp": [23.0]}


def test_async_queries(filled):
    async def ask():
        return await asyncio.gather(*(filled.query_async(ALL) for _ in range(4)))

    assert [table.num_rows for table in asyncio.run(ask())] == [3] * 4


def test_errors_of_queries(filled):
    with pytest.raises(Exception, match="public.iox.nothing"):
        filled.query("SELECT * FROM nothing")
    with pytest.raises(Exception, match="database not found"):
        filled.query("SELECT 1", database="nowhere")


def test_errors_of_writes(server):
    with InfluxDBClient3(host=server.url, token="any", database="home",
                         write_client_options=write_client_options(
                             write_options=SYNCHRONOUS)) as client:
        client.write("home,room=Sunroom temp=96 1000000000")
        with pytest.raises(InfluxDBError):
            client.write('home,room=Sunroom temp="hot" 2000000000')


def test_query_timeout(server):
    server.must_write("home", "\n".join(f"t v={i} {i}" for i in range(5000)))
    slow = "SELECT count(*) FROM t AS a, t AS b, t AS c, t AS d WHERE a.v + b.v + c.v + d.v < 0"
    with InfluxDBClient3(host=server.url, token="any", database="home",
                         query_timeout=1000) as client:
        with pytest.raises(Exception, match="Deadline Exceeded"):
            client.query(slow)


def test_the_servers_version(client):
    assert client.get_server_version().startswith("3.")


def test_without_grpc_compression(server):
    server.must_write("home", "\n".join(LINES), precision="nanosecond")
    with InfluxDBClient3(host=server.url, token="any", database="home",
                         disable_grpc_compression=True) as client:
        assert client.query(ALL).num_rows == 3
