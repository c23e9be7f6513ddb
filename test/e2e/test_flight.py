"""Native Flight: tickets, types, messages, errors, deadlines, cancellation, stop."""

import json
import socket
import threading
import time

import pyarrow
import pytest
from pyarrow import flight

from flight_calls import connect, get, ticket

KEY = b"iox::column::type"
SLOW_SQL = ("SELECT count(*) FROM cpu AS a, cpu AS b, cpu AS c, cpu AS d, cpu AS e, cpu AS f "
            "WHERE a.usage + b.usage + c.usage + d.usage + e.usage + f.usage < 0")


@pytest.fixture
def client(cpu_server):
    with connect(cpu_server) as connected:
        yield connected


@pytest.fixture
def big_server(server):
    """20,000 rows in table cpu of database foo."""
    server.must_write("foo", "\n".join(f"cpu,host=h{i % 10} usage={i}.5,n={i}i {i}"
                                       for i in range(20_000)), precision="nanosecond")
    return server


def test_rows_types_and_field_metadata(client):
    table = get(client, "foo", "SELECT host, time, usage, usage AS again, usage + 1 AS more "
                               "FROM cpu ORDER BY time")
    assert table.column("host").to_pylist() == ["a", "b"]
    assert table.column("usage").to_pylist() == [0.9, 6.0]
    assert table.column("time").cast("int64").to_pylist() == [10**9, 2 * 10**9]
    schema = table.schema
    assert schema.field("host").type == pyarrow.string()
    assert schema.field("time").type == pyarrow.timestamp("ns")
    assert schema.field("host").metadata[KEY] == b"iox::column_type::tag"
    assert schema.field("time").metadata[KEY] == b"iox::column_type::timestamp"
    assert schema.field("usage").metadata[KEY] == b"iox::column_type::field::float"
    assert schema.field("again").metadata[KEY] == b"iox::column_type::field::float"
    assert schema.field("more").metadata is None


@pytest.mark.parametrize("name", ["database", "namespace_name", "bucket", "bucket-name"])
def test_names_of_the_database_in_a_ticket(client, name):
    text = json.dumps({name: "foo", "sql_query": "SELECT 1 AS one"})
    assert client.do_get(flight.Ticket(text.encode())).read_all().to_pydict() == {"one": [1]}


def test_protobuf_tickets(client):
    read_info = b"\x0a\x03foo\x12\x0fSELECT 1 AS one\x18\x01"
    url = b"type.googleapis.com/influxdata.iox.querier.v1.ReadInfo"
    wrapped = (b"\x0a" + bytes([len(url)]) + url + b"\x12" + bytes([len(read_info)]) + read_info)
    for form in (read_info, wrapped):
        assert client.do_get(flight.Ticket(form)).read_all().to_pydict() == {"one": [1]}


def test_parameters(client):
    params = {"host": "b", "least": 1, "flag": True, "nothing": None, "part": 0.5}
    table = get(client, "foo", "SELECT host, $flag AS flag, $nothing AS nothing, $part AS part "
                               "FROM cpu WHERE host = $host AND usage > $least", params)
    assert table.to_pydict() == {"host": ["b"], "flag": [True], "nothing": [None], "part": [0.5]}


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"{}", b"[" * 100_000, b"\xff" * 64,
                                     b'{"database":"foo"}', b"\x0a\xff\xff\xff\xff\x0f"])
def test_garbage_is_no_ticket(client, garbage):
    with pytest.raises(pyarrow.ArrowInvalid, match="Invalid ticket. Error: Invalid ticket"):
        client.do_get(flight.Ticket(garbage)).read_all()


def test_errors_have_the_codes_and_texts_of_the_reference(client):
    with pytest.raises(KeyError, match="database not found: nowhere"):
        get(client, "nowhere", "SELECT 1")
    with pytest.raises(pyarrow.ArrowInvalid, match="Error while logically planning query: Error "
                       "during planning: table 'public.iox.nothing' not found"):
        get(client, "foo", "SELECT * FROM nothing")
    with pytest.raises(pyarrow.ArrowInvalid):
        get(client, "foo", "SELEC 1")
    with pytest.raises(pyarrow.ArrowInvalid):
        get(client, "foo", "DROP TABLE cpu")
    with pytest.raises(NotImplementedError, match="InfluxQL"):
        client.do_get(ticket("foo", "SHOW DATABASES", query_type="influxql")).read_all()


def test_long_messages_are_cut(client):
    name = "x" * 20_000
    with pytest.raises(pyarrow.ArrowInvalid) as caught:
        get(client, "foo", f"SELECT * FROM {name}")
    assert "x" * 1000 in str(caught.value)
    # The client library may show the message twice.
    assert len(str(caught.value)) < 5000


def test_other_methods_are_not_implemented(client):
    descriptor = flight.FlightDescriptor.for_command(b"")
    with pytest.raises(NotImplementedError, match="Not yet implemented: get_schema"):
        client.get_schema(descriptor)
    with pytest.raises(NotImplementedError, match="Not yet implemented: list_flights"):
        list(client.list_flights())
    with pytest.raises(NotImplementedError, match="Not yet implemented: list_actions"):
        list(client.list_actions())


def test_any_token_passes_where_none_is_enforced(client):
    for value in (b"Bearer None", b"Bearer x y z", b"anything"):
        options = {"headers": [(b"authorization", value)]}
        assert get(client, "foo", "SELECT 1 AS one", **options).num_rows == 1


def test_large_rows_are_sent_in_small_messages(server):
    text = "x" * 100_000
    server.must_write("foo", "\n".join(f'logs line="{text}" {i}' for i in range(60)),
                      precision="nanosecond")
    with connect(server) as client:
        sizes = []
        for chunk in client.do_get(ticket("foo", "SELECT line FROM logs")):
            sizes.append(chunk.data.get_total_buffer_size() if chunk.data.num_rows else 0)
            assert chunk.data.num_rows * len(text) < 2**21
        assert len(sizes) >= 3
        assert get(client, "foo", "SELECT line FROM logs").num_rows == 60


def test_a_whole_result_arrives(big_server):
    with connect(big_server) as client:
        table = get(client, "foo", "SELECT n, host, usage FROM cpu ORDER BY time")
    assert table.column("n").to_pylist() == list(range(20_000))
    assert table.column("host")[19_999].as_py() == "h9"


def test_empty_results_have_their_schema(client):
    table = get(client, "foo", "SELECT host, usage FROM cpu WHERE host = 'none'")
    assert table.num_rows == 0
    assert table.schema.names == ["host", "usage"]


def wait_until_no_query_runs(server):
    running = ("SELECT count(*) AS n FROM system.queries WHERE running "
               "AND query_text LIKE '%cpu AS f%'")
    deadline = time.monotonic() + 30
    while server.rows("foo", running)[0]["n"] > 1:
        assert time.monotonic() < deadline, "the query runs on"


def test_deadlines_end_queries(big_server):
    with connect(big_server) as client:
        with pytest.raises(flight.FlightTimedOutError, match="Deadline Exceeded"):
            get(client, "foo", SLOW_SQL, timeout=0.5)
    wait_until_no_query_runs(big_server)


def test_a_cancelled_call_ends_its_query(big_server):
    with connect(big_server) as client:
        reader = client.do_get(ticket("foo", SLOW_SQL))
        reader.cancel()
        with pytest.raises(flight.FlightCancelledError):
            reader.read_chunk()
    wait_until_no_query_runs(big_server)


def test_a_reader_that_stops_reading_holds_nobody_up(big_server):
    sql = "SELECT a.usage, a.host FROM cpu AS a, cpu AS b"
    with connect(big_server) as client:
        reader = client.do_get(ticket("foo", sql))
        assert reader.read_chunk().data.num_rows > 0
        assert get(client, "foo", "SELECT count(*) AS n FROM cpu").to_pydict() == {"n": [20_000]}
        with connect(big_server) as other:
            assert get(other, "foo", "SELECT 1 AS one").num_rows == 1
        reader.cancel()


def test_many_calls_at_once(big_server):
    failures = []

    def ask(number):
        try:
            with connect(big_server) as client:
                table = get(client, "foo", f"SELECT n FROM cpu WHERE n < {number}")
                assert table.num_rows == number
        except Exception as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(100 + i,)) for i in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_stop_ends_flight_connections_and_queries(big_server):
    with connect(big_server) as idle, connect(big_server) as busy:
        get(idle, "foo", "SELECT 1")
        reader = busy.do_get(ticket("foo", SLOW_SQL))
        assert big_server.stop() == 0
        with pytest.raises(flight.FlightError):
            while True:  # batches without rows come while the query runs
                reader.read_chunk()


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, HEADERS, DATA = 4, 1, 0


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def next_frame(connection) -> tuple[int, int, bytes]:
    """Kind, flags and payload."""
    head = connection.recv(9, socket.MSG_WAITALL)
    size = int.from_bytes(head[:3])
    return head[3], head[4], connection.recv(size, socket.MSG_WAITALL) if size else b""


def test_http_1_http_2_and_flight_share_the_port(client, cpu_server):
    assert get(client, "foo", "SELECT 1 AS one").num_rows == 1
    assert cpu_server.get("/health").status == 200
    host, port = cpu_server.address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as plain:
        # A preface in two pieces is still one.
        plain.sendall(PREFACE[:9])
        plain.sendall(PREFACE[9:] + frame(SETTINGS))
        assert next_frame(plain)[0] == SETTINGS
        # GET http /health of authority x, in the compression's numbers and plain texts.
        plain.sendall(frame(HEADERS, 5, 1, b"\x82\x86\x04\x07/health\x01\x01x"))
        kind, flags, body = next_frame(plain)
        while kind != DATA:
            kind, flags, body = next_frame(plain)
        assert body == b"OK"
        assert flags == 1 or next_frame(plain)[:2] == (DATA, 1)
    with socket.create_connection((host, int(port)), timeout=30) as plain:
        plain.sendall(b"PRI * HTTP/1.1\r\nHost: x\r\n\r\n")
        assert plain.recv(12).startswith(b"HTTP/1.1 4")
