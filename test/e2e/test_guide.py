"""The getting-started guide, step by step as a new user follows it, with complete outputs."""

import re
import subprocess
import sys

import pytest

from server_process import run_binary

SERVER_DATA = """\
cpu,host=Alpha,region=us-west,application=webserver val=1i,usage_percent=20.5,status="OK"
cpu,host=Bravo,region=us-east,application=database val=2i,usage_percent=55.2,status="OK"
cpu,host=Charlie,region=us-west,application=cache val=3i,usage_percent=65.4,status="OK"
cpu,host=Bravo,region=us-east,application=database val=4i,usage_percent=70.1,status="Warn"
cpu,host=Bravo,region=us-central,application=database val=5i,usage_percent=80.5,status="OK"
cpu,host=Alpha,region=us-west,application=webserver val=6i,usage_percent=25.3,status="Warn"
"""
# Each line at a time of its own, so that none replaces another one of the same series.
TIMED_DATA = "".join(f"{line} {1708541900 + 100 * i}000000000\n"
                     for i, line in enumerate(SERVER_DATA.splitlines()))
PARTIAL = "home,room=Sunroom temp=96\nhome,room=Sunroom temp=hi"


def test_verify_the_install():
    done = run_binary("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"influxdb3 InfluxDB 3 Core, \d+\.\d+\.\d+\S*, revision \S+\n", done.stdout)
    assert done.stderr == ""


@pytest.mark.parametrize("store", ["memory", "file"])
def test_serve_write_query(make_server, tmp_path, store):
    server = make_server(store=store).start()
    (tmp_path / "server_data").write_text(TIMED_DATA)
    done = server.cli("write", "--database=mydb", f"--file={tmp_path / 'server_data'}")
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"  .*: 1 request \(.*\), 6 lines \(.*\), .*\n", done.stderr)
    assert server.must_cli("query", "--database=mydb", "SELECT * FROM cpu ORDER BY val") == """\
+-------------+---------+------------+--------+---------------------+---------------+-----+
| application | host    | region     | status | time                | usage_percent | val |
+-------------+---------+------------+--------+---------------------+---------------+-----+
| webserver   | Alpha   | us-west    | OK     | 2024-02-21T18:58:20 | 20.5          | 1   |
| database    | Bravo   | us-east    | OK     | 2024-02-21T19:00:00 | 55.2          | 2   |
| cache       | Charlie | us-west    | OK     | 2024-02-21T19:01:40 | 65.4          | 3   |
| database    | Bravo   | us-east    | Warn   | 2024-02-21T19:03:20 | 70.1          | 4   |
| database    | Bravo   | us-central | OK     | 2024-02-21T19:05:00 | 80.5          | 5   |
| webserver   | Alpha   | us-west    | Warn   | 2024-02-21T19:06:40 | 25.3          | 6   |
+-------------+---------+------------+--------+---------------------+---------------+-----+
"""
    assert server.stop() == 0


def test_sample_without_timestamps(server, tmp_path):
    (tmp_path / "server_data").write_text(SERVER_DATA)
    server.must_cli("write", "--database=mydb", f"--file={tmp_path / 'server_data'}")
    # Lines without a timestamp get the time of the write: the later line of a series replaces the
    # earlier one.
    rows = server.rows("mydb", "SELECT host, region, val FROM cpu ORDER BY val")
    assert [row["val"] for row in rows] == [3, 4, 5, 6]
    recent = server.rows("mydb", "SELECT count(*) AS n FROM cpu "
                                 "WHERE time >= now() - INTERVAL '1 hour' AND time <= now()")
    assert recent == [{"n": 4}]


def test_write_text_and_standard_input(server):
    server.must_cli("write", "--database=mydb", "home,room=Sunroom temp=96 1000000000")
    server.must_cli("write", "--bucket=mydb", "--org=my_org", "--token=my-token", "--no-sync",
                    input="home,room=Kitchen temp=70 1000000000\n")
    # no_sync promises no moment; a synced write behind it in the log does.
    server.must_write("mydb", "home,room=Hall temp=60 1000000000")
    assert server.rows("mydb", "SELECT room, temp FROM home ORDER BY room") == [
        {"room": "Hall", "temp": 60.0}, {"room": "Kitchen", "temp": 70.0},
        {"room": "Sunroom", "temp": 96.0}]


def test_partial_write_of_line_protocol_occurred(server):
    reply = server.request("POST", "/api/v3/write_lp?db=sensors&precision=auto&accept_partial=true",
                           PARTIAL, {"Content-Type": "application/x-www-form-urlencoded"})
    assert (reply.status, reply.reason) == (400, "Bad Request")
    assert reply.text == (
        '{"error":"partial write of line protocol occurred","data":[{"original_line":'
        '"home,room=Sunroom temp=hi","line_number":2,"error_message":"No fields were provided"}]}')
    assert server.rows("sensors", "SELECT room, temp FROM home") == [
        {"room": "Sunroom", "temp": 96.0}]


def test_accept_partial_is_the_default(server):
    assert server.write("sensors", PARTIAL).text.startswith(
        '{"error":"partial write of line protocol occurred","data":[{')


def test_parsing_failed_for_write_lp_endpoint(server):
    reply = server.request("POST",
                           "/api/v3/write_lp?db=sensors&precision=auto&accept_partial=false",
                           PARTIAL, {"Content-Type": "application/x-www-form-urlencoded"})
    assert (reply.status, reply.reason) == (400, "Bad Request")
    assert reply.text == (
        '{"error":"parsing failed for write_lp endpoint","data":{"original_line":'
        '"home,room=Sunroom temp=hi","line_number":2,"error_message":"No fields were provided"}}')
    assert server.query("sensors", "SELECT * FROM home").status in (400, 404)


def test_immediate_write_using_the_http_api(server):
    reply = server.request("POST", "/api/v3/write_lp?db=sensors&precision=auto&no_sync=true",
                           "home,room=Sunroom temp=96",
                           {"Content-Type": "application/x-www-form-urlencoded"})
    assert (reply.status, reply.body) == (204, b"")


def test_create_a_database(server):
    assert server.must_cli("create", "database", "mydb") == (
        'Database "mydb" created successfully\n')
    assert server.must_cli("show", "databases") == """\
+---------------+
| iox::database |
+---------------+
| _internal     |
| mydb          |
+---------------+
"""
    help_text = server.must_cli("create", "-h")
    assert "Usage: influxdb3 create <COMMAND>" in help_text
    assert re.search(r"^  database +Create a new database$", help_text, re.MULTILINE)


def test_show_tables(server):
    server.must_write("servers", TIMED_DATA)
    # The guide's print has the same rows in a column one blank wider than its longest name.
    assert server.must_cli("query", "--database=servers", "SHOW TABLES") == """\
+---------------+--------------------+-------------+------------+
| table_catalog | table_schema       | table_name  | table_type |
+---------------+--------------------+-------------+------------+
| public        | iox                | cpu         | BASE TABLE |
| public        | information_schema | tables      | VIEW       |
| public        | information_schema | views       | VIEW       |
| public        | information_schema | columns     | VIEW       |
| public        | information_schema | df_settings | VIEW       |
| public        | information_schema | schemata    | VIEW       |
+---------------+--------------------+-------------+------------+
"""


def test_select_distinct(server):
    values = [(63.4, "2024-02-21T19:25:00"), (25.3, "2024-02-21T19:06:40"),
              (26.5, "2024-02-21T19:31:40"), (70.1, "2024-02-21T19:03:20"),
              (83.7, "2024-02-21T19:30:00"), (55.2, "2024-02-21T19:00:00"),
              (80.5, "2024-02-21T19:05:00"), (60.2, "2024-02-21T19:33:20"),
              (20.5, "2024-02-21T18:58:20"), (85.2, "2024-02-21T19:28:20")]
    seconds = {"18:58:20": 1708541900, "19:00:00": 1708542000, "19:03:20": 1708542200,
               "19:05:00": 1708542300, "19:06:40": 1708542400, "19:25:00": 1708543500,
               "19:28:20": 1708543700, "19:30:00": 1708543800, "19:31:40": 1708543900,
               "19:33:20": 1708544000}
    # Two hosts with the same value at the same time: DISTINCT shows it once.
    server.must_write("servers", "".join(
        f"cpu,host={host} usage_percent={value} {seconds[time[11:]]}\n"
        for host in ("a", "b") for value, time in values), precision="second")
    output = server.must_cli("query", "--database=servers",
                             "SELECT DISTINCT usage_percent, time FROM cpu LIMIT 10")
    lines = output.splitlines()
    rule = "+---------------+---------------------+"
    assert lines[:3] == [rule, "| usage_percent | time                |", rule]
    assert sorted(lines[3:-1]) == sorted(f"| {value}          | {time} |" for value, time in values)
    assert lines[-1] == rule


@pytest.mark.parametrize("format_word", ["pretty", "json", "jsonl", "csv", "parquet"])
def test_query_formats_of_the_cli(cpu_server, tmp_path, format_word):
    sql = "SELECT host, time, usage FROM cpu ORDER BY time"
    printed = cpu_server.cli("query", "-d", "foo", "--format", format_word, sql, input=b"")
    assert printed.returncode == 0, printed
    body = cpu_server.query("foo", sql, format=format_word).body
    assert printed.stdout == body + (b"" if format_word == "parquet" else b"\n")
    path = tmp_path / "result"
    assert cpu_server.must_cli("query", "-d", "foo", "--format", format_word, "--output", str(path),
                               sql) == ""
    assert path.read_bytes() == body


def test_query_passing_url_encoded_parameters(server):
    server.must_write("servers", TIMED_DATA)
    reply = server.get("/api/v3/query_sql?db=servers&q=select+*+from+cpu+limit+5")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    rows = reply.json()
    assert len(rows) == 5
    assert list(rows[0]) == ["application", "host", "region", "status", "time", "usage_percent",
                             "val"]


def test_query_passing_json_parameters(server):
    server.must_write("server", TIMED_DATA)
    # curl --data sends this content type.
    reply = server.request("POST", "/api/v3/query_sql",
                           '{"db": "server", "q": "select * from cpu limit 5"}',
                           {"Content-Type": "application/x-www-form-urlencoded"})
    assert reply.status == 200
    assert len(reply.json()) == 5


def test_every_command_of_the_guide_so_far_is_known():
    for words in (["serve", "--help"], ["serve", "--help-all"], ["write", "-h"], ["query", "-h"],
                  ["create", "-h"], ["create", "database", "-h"], ["create", "table", "-h"],
                  ["delete", "-h"], ["show", "databases", "-h"], ["update", "database", "-h"]):
        done = run_binary(*words)
        assert done.returncode == 0, done
        assert done.stdout.startswith(done.stdout.strip()[:10])
        assert "Usage: influxdb3 " + " ".join(w for w in words if w[0] != "-") in done.stdout
        assert "Examples:\n" in done.stdout
        assert done.stderr == ""


def test_new_fields_are_added_and_new_tags_refused(server):
    # Without a precision the server goes by magnitude: these are seconds.
    server.must_write("mydb", "cpu,host=a v=1 1")
    server.must_write("mydb", "cpu,host=a v=2,w=3i 2")
    reply = server.write("mydb", "cpu,host=a,rack=7 v=3 3")
    assert reply.status == 400
    assert server.rows("mydb", "SELECT * FROM cpu ORDER BY time") == [
        {"host": "a", "time": "1970-01-01T00:00:01", "v": 1.0},
        {"host": "a", "time": "1970-01-01T00:00:02", "v": 2.0, "w": 3}]


# Query using the Python client: the guide's program, but for the address and the token, without which
# the present client does not begin.
PYTHON_CLIENT_PROGRAM = r"""
from influxdb_client_3 import InfluxDBClient3

client = InfluxDBClient3(
    host='{host}',
    token='',
    database='servers'
)

# Execute the query and return an Arrow table
table = client.query(
    query="SELECT * FROM cpu LIMIT 10",
    language="sql"
)

print("\n#### View Schema information\n")
print(table.schema)

print("\n#### Use PyArrow to read the specified columns\n")
print(table.column('usage_active'))
print(table.select(['host', 'usage_active']))
print(table.select(['time', 'host', 'usage_active']))

print("\n#### Use PyArrow compute functions to aggregate data\n")
print(table.group_by('host').aggregate([]))
print(table.group_by('cpu').aggregate([('time_system', 'mean')]))
"""


def test_query_using_the_python_client(server):
    server.must_write("servers", "\n".join(
        f"cpu,cpu=cpu{core},host=host{core % 2} usage_active={core}.5,time_system={core * 10}"
        for core in range(4)))
    program = PYTHON_CLIENT_PROGRAM.replace("{host}", server.url)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                         timeout=120)
    assert run.returncode == 0, run.stderr
    for line in ("cpu: string", "host: string", "time: timestamp[ns]",
                 "time_system: double", "usage_active: double"):
        assert line in run.stdout, run.stdout
    assert "time_system_mean" in run.stdout
    for value in ("0.5", "1.5", "2.5", "3.5"):
        assert value in run.stdout
