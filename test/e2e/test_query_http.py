"""The query endpoint: formats byte for byte, parameters, errors, headers."""

import io
import json

import pyarrow.parquet
import pytest

SQL = "SELECT host, time, usage FROM cpu ORDER BY time"
BODIES = {
    "json": '[{"host":"a","time":"1970-01-01T00:00:01","usage":0.9},'
            '{"host":"b","time":"1970-01-01T00:00:02","usage":6.0}]',
    "jsonl": '{"host":"a","time":"1970-01-01T00:00:01","usage":0.9}\n'
             '{"host":"b","time":"1970-01-01T00:00:02","usage":6.0}\n',
    "csv": "host,time,usage\na,1970-01-01T00:00:01,0.9\nb,1970-01-01T00:00:02,6.0\n",
    "pretty": "+------+---------------------+-------+\n"
              "| host | time                | usage |\n"
              "+------+---------------------+-------+\n"
              "| a    | 1970-01-01T00:00:01 | 0.9   |\n"
              "| b    | 1970-01-01T00:00:02 | 6.0   |\n"
              "+------+---------------------+-------+",
}
CONTENT_TYPES = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "pretty": "text/plain; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@pytest.mark.parametrize("word", BODIES)
def test_formats_byte_for_byte(cpu_server, word):
    reply = cpu_server.query("foo", SQL, format=word)
    assert reply.status == 200
    assert reply.text == BODIES[word]
    assert reply.headers["content-type"] == CONTENT_TYPES[word]


def test_json_is_the_default_and_json_lines_an_alias(cpu_server):
    assert cpu_server.query("foo", SQL).text == BODIES["json"]
    assert cpu_server.query("foo", SQL, format="json_lines").text == BODIES["jsonl"]


def test_parquet(cpu_server):
    reply = cpu_server.query("foo", SQL, format="parquet")
    assert reply.headers["content-type"] == CONTENT_TYPES["parquet"]
    table = pyarrow.parquet.read_table(io.BytesIO(reply.body))
    assert table.column_names == ["host", "time", "usage"]
    assert table.column("host").to_pylist() == ["a", "b"]
    assert table.column("usage").to_pylist() == [0.9, 6.0]
    assert str(table.schema.field("time").type) == "timestamp[ns]"
    assert table.column("time").cast("int64").to_pylist() == [10**9, 2 * 10**9]


@pytest.mark.parametrize(("accept", "word"), [
    ("*/*", "json"), ("application/json", "json"), ("text/html,*/*;q=0.8", "json"),
    ("text/csv", "csv"), ("text/plain", "pretty"), ("application/jsonl", "jsonl")])
def test_accept_header(cpu_server, accept, word):
    reply = cpu_server.request("GET", "/api/v3/query_sql", headers={"Accept": accept}, db="foo",
                               q=SQL)
    assert reply.text == BODIES[word]


def test_unknown_accept_header_and_format(cpu_server):
    reply = cpu_server.request("GET", "/api/v3/query_sql", headers={"Accept": "image/png"},
                               db="foo", q=SQL)
    assert (reply.status, reply.text) == (400, "invalid mime type (image/png)")
    reply = cpu_server.query("foo", SQL, format="xml")
    assert reply.status == 400
    assert reply.text.startswith("serde error: unknown variant `xml`, expected one of `parquet`")


@pytest.mark.parametrize(("word", "body"), [
    ("json", "[]"), ("jsonl", ""), ("csv", ""), ("pretty", "++\n++"), ("parquet", "")])
def test_empty_results(cpu_server, word, body):
    reply = cpu_server.query("foo", "SELECT host FROM cpu WHERE usage > 100", format=word)
    assert reply.status == 200
    assert reply.text == body


def test_ways_of_passing_parameters(cpu_server):
    body = json.dumps({"db": "foo", "q": SQL, "format": "csv"})
    for content_type in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        reply = cpu_server.request("POST", "/api/v3/query_sql", body,
                                   {"Content-Type": content_type})
        assert (reply.status, reply.text) == (200, BODIES["csv"]), content_type
    form = "db=foo&q=SELECT+host%2C+time%2C+usage+FROM+cpu+ORDER+BY+time&format=csv"
    reply = cpu_server.request("POST", "/api/v3/query_sql", form,
                               {"Content-Type": "application/x-www-form-urlencoded"})
    assert (reply.status, reply.text) == (200, BODIES["csv"])


def test_bound_parameters(cpu_server):
    sql = "SELECT host FROM cpu WHERE host = $host AND usage < $limit"
    assert cpu_server.query("foo", sql, params='{"host":"a","limit":1}').json() == [{"host": "a"}]
    reply = cpu_server.post_json("/api/v3/query_sql",
                                 {"db": "foo", "q": sql, "params": {"host": "b", "limit": 6.5}})
    assert reply.json() == [{"host": "b"}]
    reply = cpu_server.query("foo", sql, params='{"host":"a"}')
    assert reply.status == 400
    assert "No value found for placeholder with name $limit" in reply.text


@pytest.mark.parametrize(("path", "status", "text"), [
    ("/api/v3/query_sql", 400, "missing query parameters 'db' and 'q'"),
    ("/api/v3/query_sql?db=foo", 400, "serde error: missing field `q`"),
    ("/api/v3/query_sql?q=select+1", 400, "serde error: missing field `db`"),
    ("/api/v3/query_sql?db=bar&q=select+1", 404,
     '{"error":"query error: database not found: bar"}'),
    ("/api/v3/query_sql?db=foo&q=select+*+from+mem", 400,
     "Error during planning: table 'public.iox.mem' not found"),
    ("/nope", 404, "Not found"),
])
def test_errors(cpu_server, path, status, text):
    reply = cpu_server.get(path)
    assert (reply.status, reply.text) == (status, text)


@pytest.mark.parametrize("sql", [
    "CREATE TABLE t (a INT)", "DROP TABLE cpu", "INSERT INTO cpu VALUES (1)", "DELETE FROM cpu",
    "UPDATE cpu SET usage = 1", "SET threads = 1", "COPY cpu TO '/tmp/x.csv'", "PRAGMA version",
    "ATTACH '/tmp/x.db'", "LOAD httpfs", "INSTALL httpfs", "SELECT 1; SELECT 2",
    "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM glob('/*')"])
def test_only_reads_are_served(cpu_server, sql):
    reply = cpu_server.query("foo", sql)
    assert 400 <= reply.status < 600, reply
    assert "root:" not in reply.text
    assert cpu_server.rows("foo", "SELECT count(*) AS n FROM cpu") == [{"n": 2}]


@pytest.mark.parametrize("sql", [
    "", ";", "SELECT", "SELECT * FROM", "FROM FROM FROM", "SELECT " + "(" * 5000, "'", '"', "\x00",
    "SELECT '\ud7ff'", "select " + "1+" * 5000 + "1", "sélect ☃"])
def test_garbage_statements_are_refused_and_the_server_lives(cpu_server, sql):
    reply = cpu_server.query("foo", sql)
    assert reply.status in (200, 400, 413, 500), reply
    assert cpu_server.rows("foo", "SELECT 1 AS one") == [{"one": 1}]


def test_health_ping_metrics(server):
    for path in ("/health", "/api/v1/health"):
        reply = server.get(path)
        assert (reply.status, reply.text) == (200, "OK")
    ping = server.get("/ping")
    assert ping.status == 200
    assert list(ping.json()) == ["product_name", "version", "revision", "process_id"]
    assert ping.json()["product_name"] == "InfluxDB 3 Core"
    assert ping.headers["x-influxdb-build"] == "Core"
    assert ping.headers["x-influxdb-version"] == ping.json()["version"]
    assert ping.headers["request-id"] == ping.headers["x-request-id"]
    assert "cluster-uuid" in ping.headers
    assert server.request("HEAD", "/ping").status == 204
    assert server.request("OPTIONS", "/api/v3/query_sql").status == 204
    server.must_write("foo", "cpu v=1")
    metrics = server.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "influxdb3_write_lines_total" in metrics.text


def test_large_results_are_complete(server):
    lines = "".join(f"m,t=t{i % 7} v={i}i {i + 1}\n" for i in range(200_000))
    server.must_write("foo", lines, precision="nanosecond")
    reply = server.query("foo", "SELECT v FROM m ORDER BY v", format="jsonl")
    assert reply.body == b"".join(b'{"v":%d}\n' % i for i in range(200_000))
    assert server.rows("foo", "SELECT count(*) AS n, sum(v) AS s FROM m") == [
        {"n": 200_000, "s": 19_999_900_000}]
