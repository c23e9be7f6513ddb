"""Flight SQL through what users install: the ADBC driver and SQLAlchemy."""

import pyarrow
import pytest

dbapi = pytest.importorskip("adbc_driver_flightsql.dbapi")
import adbc_driver_flightsql  # noqa: E402
import adbc_driver_manager  # noqa: E402

CALL_HEADER = adbc_driver_flightsql.DatabaseOptions.RPC_CALL_HEADER_PREFIX.value
AUTHORIZATION = adbc_driver_flightsql.DatabaseOptions.AUTHORIZATION_HEADER.value


@pytest.fixture
def connection(cpu_server):
    with dbapi.connect(f"grpc+tcp://{cpu_server.address}", autocommit=True,
                       db_kwargs={AUTHORIZATION: "Bearer any",
                                  f"{CALL_HEADER}database": "foo"}) as made:
        yield made


def test_adbc_queries(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT host, usage FROM cpu ORDER BY time")
        assert cursor.fetchall() == [("a", 0.9), ("b", 6.0)]
        cursor.execute("SELECT host, time FROM cpu ORDER BY time")
        table = cursor.fetch_arrow_table()
        assert table.schema.field("time").type == pyarrow.timestamp("ns")


def test_adbc_parameters(connection):
    with connection.cursor() as cursor:
        for sql, values in (("SELECT host FROM cpu WHERE host = $1 AND usage > $2", ("b", 1.0)),
                            ("SELECT host FROM cpu WHERE host = ? AND usage > ?", ("b", 1)),
                            ("SELECT host FROM cpu WHERE host = $host", ("b",))):
            cursor.execute(sql, values)
            assert cursor.fetchall() == [("b",)]
        cursor.execute("SELECT $1 + 1 AS n", (41,))
        assert cursor.fetchall() == [(42,)]


def test_adbc_errors(connection):
    with connection.cursor() as cursor:
        with pytest.raises(adbc_driver_manager.Error, match="public.iox.nothing"):
            cursor.execute("SELECT * FROM nothing")
        with pytest.raises(adbc_driver_manager.Error):
            cursor.executemany("INSERT INTO cpu VALUES ($1)", [(1,), (2,)])
        with pytest.raises(adbc_driver_manager.Error):
            cursor.adbc_ingest("cpu", pyarrow.table({"x": [1]}))


def test_adbc_metadata(connection):
    info = connection.adbc_get_info()
    assert info["vendor_name"] == "InfluxDB IOx"
    assert connection.adbc_get_table_types() == ["BASE TABLE", "VIEW"]
    schema = connection.adbc_get_table_schema("cpu", db_schema_filter="iox")
    assert schema.names == ["host", "time", "usage"]
    [catalog] = connection.adbc_get_objects(depth="all").read_all().to_pylist()
    assert catalog["catalog_name"] == "public"
    tables = {f"{schema['db_schema_name']}.{table['table_name']}":
              [column["column_name"] for column in table["table_columns"]]
              for schema in catalog["catalog_db_schemas"] for table in schema["db_schema_tables"]}
    assert tables["iox.cpu"] == ["host", "time", "usage"]
    assert "system.queries" in tables


def test_adbc_streams_large_results(server):
    server.must_write("foo", "\n".join(f"cpu usage={i}.5 {i}" for i in range(30_000)),
                      precision="nanosecond")
    with dbapi.connect(f"grpc+tcp://{server.address}", autocommit=True,
                       db_kwargs={f"{CALL_HEADER}database": "foo"}) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT usage FROM cpu ORDER BY time")
            reader = cursor.fetch_record_batch()
            assert sum(batch.num_rows for batch in reader) == 30_000


@pytest.fixture
def engine(cpu_server):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    pytest.importorskip("flightsql.sqlalchemy")
    return sqlalchemy.create_engine(
        f"datafusion+flightsql://{cpu_server.address}?insecure=True&token=any&database=foo"
        "&feature-sqlalchemy-prepared-statements=on&feature-sqlalchemy-primary-keys=on")


def test_sqlalchemy_queries(engine):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT host, usage FROM cpu ORDER BY time"))
        assert [tuple(row) for row in rows] == [("a", 0.9), ("b", 6.0)]
        rows = connection.execute(sqlalchemy.text("SELECT host FROM cpu WHERE host = :host"),
                                  {"host": "b"})
        assert [tuple(row) for row in rows] == [("b",)]


def test_sqlalchemy_reflects_tables(engine):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    inspector = sqlalchemy.inspect(engine)
    assert inspector.get_schema_names() == ["information_schema", "iox", "system"]
    assert inspector.get_table_names(schema="iox") == ["cpu"]
    columns = {column["name"]: column["type"] for column in inspector.get_columns("cpu", "iox")}
    assert list(columns) == ["host", "time", "usage"]
    table = sqlalchemy.Table("cpu", sqlalchemy.MetaData(), autoload_with=engine, schema="iox")
    with engine.connect() as connection:
        statement = sqlalchemy.select(table.c.usage).where(table.c.host == "b")
        assert connection.execute(statement).fetchall() == [(6.0,)]
