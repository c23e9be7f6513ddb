"""Flight SQL: the protocol's messages as its Python clients send them."""

import pyarrow
import pytest
from pyarrow import flight

flightsql = pytest.importorskip("flightsql")
from flightsql import FlightSQLClient  # noqa: E402
from google.protobuf import any_pb2  # noqa: E402
from flightsql.client import FlightSQLCallOptions, TableRef, flight_descriptor  # noqa: E402
import flightsql.flightsql_pb2 as messages  # noqa: E402

from flight_calls import connect as connect_flight  # noqa: E402

INFORMATION_VIEWS = ["columns", "df_settings", "parameters", "routines", "schemata", "tables",
                     "views"]


def connect(server, name="foo", **metadata):
    """`name` is that of the database; None sends none."""
    host, port = server.address.rsplit(":", 1)
    if name is not None:
        metadata["database"] = name
    return FlightSQLClient(host=host, port=int(port), token="any", insecure=True,
                           metadata=metadata)


@pytest.fixture
def client(cpu_server):
    made = connect(cpu_server)
    yield made
    made.close()


def read(client, info) -> pyarrow.Table:
    assert len(info.endpoints) == 1
    assert info.endpoints[0].locations == []
    table = client.do_get(info.endpoints[0].ticket).read_all()
    assert table.schema.equals(info.schema, check_metadata=True)
    return table


def bind(client, statement, columns) -> bytes:
    """Binds values; the handle that is to be used from then on."""
    command = messages.CommandPreparedStatementQuery(prepared_statement_handle=statement.handle)
    batch = pyarrow.record_batch(columns)
    writer, reader = client.client.do_put(flight_descriptor(command), batch.schema,
                                          client._flight_call_options())
    writer.write(batch)
    writer.done_writing()
    reply = reader.read()
    writer.close()  # raises what the server answered
    # The reply has the command's one field.
    return messages.CommandPreparedStatementQuery.FromString(
        reply.to_pybytes()).prepared_statement_handle


def test_statement_queries(client):
    info = client.execute("SELECT host, usage, time FROM cpu ORDER BY time")
    assert info.total_records == -1
    table = read(client, info)
    assert table.column("host").to_pylist() == ["a", "b"]
    assert table.schema.field("host").type == pyarrow.string()
    assert table.schema.field("host").metadata[b"iox::column::type"] == b"iox::column_type::tag"


def test_explain(client):
    assert read(client, client.execute("EXPLAIN SELECT * FROM cpu")).num_rows == 2


@pytest.mark.parametrize("name", ["database", "bucket", "bucket-name", "iox-namespace-name"])
def test_names_of_the_database(cpu_server, name):
    client = connect(cpu_server, None, **{name: "foo"})
    assert read(client, client.execute("SELECT 1 AS one")).num_rows == 1


def test_the_database_is_wanted_once(cpu_server):
    with pytest.raises(pyarrow.ArrowInvalid, match="no 'database' header in request"):
        connect(cpu_server, None).execute("SELECT 1")
    both = connect(cpu_server, "foo", bucket="foo")
    assert read(both, both.execute("SELECT 1 AS one")).num_rows == 1
    with pytest.raises(pyarrow.ArrowInvalid, match='More than one headers are found in request: '
                       r'\["database", "bucket"\]. Please include only one of them'):
        connect(cpu_server, "foo", bucket="bar").execute("SELECT 1")


def test_errors(client, cpu_server):
    with pytest.raises(pyarrow.ArrowInvalid, match="Error while planning query: Error during "
                       "planning: table 'public.iox.nothing' not found"):
        client.execute("SELECT * FROM nothing")
    with pytest.raises(KeyError, match="database not found: nowhere"):
        connect(cpu_server, "nowhere").get_catalogs()
    with pytest.raises(pyarrow.ArrowInvalid, match="Error while planning Flight SQL : Unsupported "
                       "FlightSQL message type: type.googleapis.com/arrow.flight.protocol.sql."
                       "CommandStatementUpdate"):
        client.execute_update("DELETE FROM cpu")
    for garbage in (b"", b"garbage", b"\x0a\xff"):
        with pytest.raises(pyarrow.ArrowInvalid, match="Error while planning Flight SQL : "):
            client.client.get_flight_info(flight.FlightDescriptor.for_command(garbage),
                                          client._flight_call_options())
    with pytest.raises(NotImplementedError):
        client.client.get_flight_info(flight.FlightDescriptor.for_path("cpu"),
                                      client._flight_call_options())


def test_other_languages_are_refused(cpu_server):
    asking = connect(cpu_server, **{"x-influxdata-query-language": "influxql"})
    with pytest.raises(NotImplementedError, match="InfluxQL"):
        asking.execute("SHOW MEASUREMENTS")


def test_catalogs_and_schemas(client):
    assert read(client, client.get_catalogs()).to_pydict() == {"catalog_name": ["public"]}
    schemas = ["information_schema", "iox", "system"]
    assert read(client, client.get_db_schemas()).to_pydict() == {
        "catalog_name": ["public"] * 3, "db_schema_name": schemas}
    found = read(client, client.get_db_schemas(db_schema_filter_pattern="%o%"))
    assert found.column("db_schema_name").to_pylist() == ["information_schema", "iox"]
    assert read(client, client.get_db_schemas(catalog="other")).num_rows == 0


def test_tables(client):
    table = read(client, client.get_tables())
    assert table.schema.names == ["catalog_name", "db_schema_name", "table_name", "table_type"]
    assert set(table.column("catalog_name").to_pylist()) == {"public"}
    rows = list(zip(*(table.column(i).to_pylist() for i in (1, 2, 3))))
    assert rows == sorted(rows)
    assert [row for row in rows if row[0] == "information_schema"] == [
        ("information_schema", name, "VIEW") for name in INFORMATION_VIEWS]
    assert ("iox", "cpu", "BASE TABLE") in rows
    assert ("system", "queries", "BASE TABLE") in rows


def test_choosing_tables(client):
    def names(**options):
        return read(client, client.get_tables(**options)).column("table_name").to_pylist()

    assert names(db_schema_filter_pattern="iox") == ["cpu"]
    assert names(table_name_filter_pattern="c_u") == ["cpu"]
    assert names(table_name_filter_pattern="C_U") == []
    assert names(table_types=["VIEW"]) == INFORMATION_VIEWS
    assert names(table_types=["nothing"]) == []
    assert names(catalog="other") == []


def test_schemas_of_tables(client):
    table = read(client, client.get_tables(include_schema=True, db_schema_filter_pattern="iox"))
    [serialised] = table.column("table_schema").to_pylist()
    schema = pyarrow.ipc.open_stream(serialised).schema
    assert schema.names == ["host", "time", "usage"]
    assert schema.field("host").type == pyarrow.string()
    assert schema.field("time").type == pyarrow.timestamp("ns")
    assert schema.field("host").metadata == {b"iox::column::type": b"iox::column_type::tag"}
    assert [field.nullable for field in schema] == [True, False, True]
    everything = read(client, client.get_tables(include_schema=True))
    assert everything.num_rows == read(client, client.get_tables()).num_rows


def test_names_of_table_types(client, cpu_server):
    assert read(client, client.get_table_types()).to_pydict() == {
        "table_type": ["BASE TABLE", "VIEW"]}
    grafana = connect(cpu_server, **{"x-influxdata-base-table-type": "TABLE"})
    assert read(grafana, grafana.get_table_types()).to_pydict() == {"table_type": ["TABLE", "VIEW"]}
    listed = read(grafana, grafana.get_tables(table_types=["TABLE"],
                                              db_schema_filter_pattern="iox"))
    assert listed.column("table_type").to_pylist() == ["TABLE"]
    wrong = connect(cpu_server, **{"x-influxdata-base-table-type": "DESK"})
    with pytest.raises(pyarrow.ArrowInvalid):
        read(wrong, wrong.get_table_types())


def test_sql_info(client):
    everything = read(client, client.get_sql_info([]))
    assert everything.num_rows == 86
    values = dict(zip(everything.column(0).to_pylist(), everything.column(1).to_pylist()))
    assert list(values) == sorted(values)
    assert values[0] == "InfluxDB IOx"
    assert values[1] == "2"
    assert values[2] == "1.3"
    assert values[3] is True
    assert values[504] == '"'
    assert "select" in values[508]
    assert values[510][:3] == ["arrow_typeof", "ascii", "bit_length"]
    assert 19 in dict(values[517])[0]  # numbers become text
    assert values[541] == 2**31 - 1
    some = read(client, client.get_sql_info([504, 0, 3, 12345]))
    assert some.column(0).to_pylist() == [0, 3, 504]


def test_xdbc_types(client):
    table = read(client, client.get_xdbc_type_info(None))
    assert (table.num_rows, table.num_columns) == (5, 19)
    assert table.column("type_name").to_pylist() == ["INTEGER", "FLOAT", "INTERVAL", "VARCHAR",
                                                     "TIMESTAMP"]
    [varchar] = read(client, client.get_xdbc_type_info(12)).to_pylist()
    assert varchar["create_params"] == ["length"]
    assert varchar["literal_prefix"] == "'"
    assert read(client, client.get_xdbc_type_info(1)).num_rows == 0


def test_keys_are_empty_sets(client):
    ref = TableRef(table="cpu")
    assert read(client, client.get_primary_keys(ref)).num_columns == 6
    for info in (client.get_exported_keys(ref), client.get_imported_keys(ref),
                 client.get_cross_reference(ref, ref)):
        table = read(client, info)
        assert (table.num_rows, table.num_columns) == (0, 13)


@pytest.mark.parametrize(("sql", "columns"), [
    ("SELECT host FROM cpu WHERE host = $host AND usage > $least",
     {"host": ["b"], "least": [1.0]}),
    ("SELECT host FROM cpu WHERE host = $host AND usage > $least",
     {"$least": [1.0], "$host": ["b"]}),
    ("SELECT host FROM cpu WHERE usage > $2 AND host = $1", {"$1": ["b"], "$2": [1.0]}),
    ("SELECT host FROM cpu WHERE usage > $2 AND host = $1", {"0": ["b"], "1": [1.0]}),
    ("SELECT host FROM cpu WHERE host = ? AND usage > ?", {"0": ["b"], "1": [1.0]}),
    ("SELECT host FROM cpu WHERE host = ? AND usage > ?", {"param_0": ["b"], "param_1": [1]}),
    ("SELECT host FROM cpu WHERE host = $who AND usage > $least", {"0": ["b"], "1": [1.0]}),
])
def test_names_of_bound_parameters(client, sql, columns):
    with client.prepare(sql) as statement:
        info = statement.execute(pyarrow.record_batch(columns))
        assert read(client, info).to_pydict() == {"host": ["b"]}


# JDBC fills times in as milliseconds, whatever the unit is.
TIME = pyarrow.timestamp("ms")
TEXT, NUMBER = pyarrow.string(), pyarrow.float64()


@pytest.mark.parametrize(("names", "parameters"), [
    (["$h", "$least", "$from"], [("h", TEXT), ("least", NUMBER), ("from", TIME)]),
    (["$2", "$10", "$1"], [("1", TIME), ("2", TEXT), ("10", NUMBER)]),
    (["?", "?", "?"], [("1", TEXT), ("2", NUMBER), ("3", TIME)]),
])
def test_schemas_of_a_prepared_statement(client, names, parameters):
    sql = "SELECT host, usage AS used, time, 1 AS one FROM cpu"
    filtered = sql + " WHERE host = {} AND usage > {} AND time > {}".format(*names)
    request = any_pb2.Any()
    request.Pack(messages.ActionCreatePreparedStatementRequest(query=filtered))
    action = flight.Action("CreatePreparedStatement", request.SerializeToString())
    [reply] = client.client.do_action(action, client._flight_call_options())
    result = messages.ActionCreatePreparedStatementResult()
    any_pb2.Any.FromString(reply.body.to_pybytes()).Unpack(result)
    found = pyarrow.ipc.read_schema(pyarrow.py_buffer(result.parameter_schema))
    assert sorted(zip(found.names, map(str, found.types))) == sorted(
        (name, str(kind)) for name, kind in parameters)
    if names[0] != "$h":
        assert found.names == [name for name, _ in parameters]
    dataset = pyarrow.ipc.read_schema(pyarrow.py_buffer(result.dataset_schema))
    assert dataset.equals(client.execute(sql).schema, check_metadata=True)


def test_the_bound_handle_needs_no_memory_of_the_server(client):
    with client.prepare("SELECT host FROM cpu WHERE host = $host") as statement:
        handle = bind(client, statement, {"host": ["b"]})
    command = messages.CommandPreparedStatementQuery(prepared_statement_handle=handle)
    info = client.client.get_flight_info(flight_descriptor(command), client._flight_call_options())
    assert read(client, info).to_pydict() == {"host": ["b"]}


def test_every_row_of_values_is_run(client):
    with client.prepare("SELECT host, usage FROM cpu WHERE host = $host") as statement:
        info = statement.execute(pyarrow.record_batch({"host": ["b", "none", "a"]}))
        assert read(client, info).to_pydict() == {"host": ["b", "a"], "usage": [6.0, 0.9]}


def test_values_of_every_type(client):
    values = {"t": pyarrow.array([True]), "i": pyarrow.array([-1], pyarrow.int8()),
              "u": pyarrow.array([2**64 - 1], pyarrow.uint64()), "f": pyarrow.array([0.5]),
              "s": pyarrow.array(["x"]), "n": pyarrow.nulls(1),
              "w": pyarrow.array([10**9 + 1], pyarrow.timestamp("ns"))}
    sql = ("SELECT $t AS t, $i AS i, $u AS u, $f AS f, $s AS s, $n AS n, "
           "(SELECT count(*) FROM cpu WHERE time < $w) AS w")
    with client.prepare(sql) as statement:
        table = read(client, statement.execute(pyarrow.record_batch(values)))
    assert table.to_pylist() == [{"t": True, "i": -1, "u": 2**64 - 1, "f": 0.5, "s": "x",
                                  "n": None, "w": 1}]
    with client.prepare("SELECT $a AS a") as statement:
        with pytest.raises(pyarrow.ArrowInvalid, match="not supported"):
            bind(client, statement, {"a": pyarrow.array([[1]])})


def test_statements_keep_their_values_apart(client):
    sql = "SELECT $v AS v"
    with client.prepare(sql) as first, client.prepare(sql) as second:
        info_1 = first.execute(pyarrow.record_batch({"v": [1]}))
        info_2 = second.execute(pyarrow.record_batch({"v": [2]}))
        assert read(client, info_2).to_pydict() == {"v": [2]}
        assert read(client, info_1).to_pydict() == {"v": [1]}


def test_missing_and_too_many_values(client):
    sql = "SELECT host FROM cpu WHERE host = $host"
    with client.prepare(sql) as statement:
        info = statement.execute(None)
        with pytest.raises(pyarrow.ArrowInvalid, match="No value found for placeholder with name "
                                                       r"\$host"):
            client.do_get(info.endpoints[0].ticket).read_all()
        with pytest.raises(pyarrow.ArrowInvalid, match="2 values were given"):
            bind(client, statement, {"x": ["a"], "y": ["b"]})
        bind(client, statement, {"host": ["a"] * 1000})
        with pytest.raises(pyarrow.ArrowInvalid, match="more than 1000 rows"):
            bind(client, statement, {"host": ["a"] * 1001})
        with pytest.raises(pyarrow.ArrowInvalid, match="more than 1048576 bytes"):
            bind(client, statement, {"host": ["a" * 2**20]})


def test_preparing_what_is_no_query(client):
    for sql in ("DELETE FROM cpu", "SELEC 1", "SELECT * FROM nothing"):
        with pytest.raises(pyarrow.ArrowInvalid, match="Error while planning query: "):
            client.prepare(sql)
    with pytest.raises(pyarrow.ArrowInvalid, match="DML not supported: Delete"):
        client.prepare("DELETE FROM cpu")


def test_a_handle_may_be_the_text_alone(client):
    command = messages.CommandPreparedStatementQuery(prepared_statement_handle=b"SELECT 1 AS one")
    info = client.client.get_flight_info(flight_descriptor(command), client._flight_call_options())
    assert read(client, info).to_pydict() == {"one": [1]}


def test_handshakes(cpu_server):
    with connect_flight(cpu_server) as plain:
        header = plain.authenticate_basic_token("anyone", "token-1")
        assert header == (b"authorization", b"Bearer token-1")
    host, port = cpu_server.address.rsplit(":", 1)
    named = FlightSQLClient(host=host, port=int(port), user="me", password="token-2",
                            insecure=True, metadata={"database": "foo"})
    assert read(named, named.execute("SELECT 1 AS one")).num_rows == 1


def test_actions_without_a_meaning(client):
    options = client._flight_call_options()
    assert [bytes(r.body) for r in client.client.do_action(flight.Action("CloseSession", b""),
                                                           options)] == [b"\x08\x01"]
    with pytest.raises(pyarrow.ArrowInvalid, match="Unsupported FlightSQL message type"):
        list(client.client.do_action(flight.Action("BeginTransaction", b""), options))


def test_call_options(client):
    info = client.execute("SELECT 1 AS one", FlightSQLCallOptions(timeout=30))
    assert read(client, info).num_rows == 1


def test_flight_sql_shows_in_the_query_log(client, cpu_server):
    read(client, client.execute("SELECT 1 AS logged"))
    [row] = cpu_server.rows("foo", "SELECT query_type FROM system.queries "
                                   "WHERE query_text = 'SELECT 1 AS logged'")
    assert row == {"query_type": "flightsql"}
