"""The command line against a running server: texts, streams, exit codes."""

import json

import pytest

from server_process import run_binary


def test_usage_errors_exit_with_2():
    for words, error in (
            (["query", "SELECT 1"], "error: the following required arguments were not provided:\n"
                                    "  --database <DATABASE_NAME>\n"),
            (["query", "--x"], "error: unexpected argument '--x' found\n"),
            (["nope"], "error: unrecognized subcommand 'nope'\n"),
            (["create", "last_cache"], "error: unrecognized subcommand 'last_cache'\n"),
            (["write", "-d", "d", "-p", "fake", "x"],
             "error: invalid value 'fake' for '--precision <PRECISION>': unrecognized precision "
             "unit: fake\n")):
        done = run_binary(*words)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert done.stderr.startswith(error)
        assert done.stderr.endswith("For more information, try '--help'.\n")


def test_connect_failure():
    done = run_binary("show", "databases", "--host", "http://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (1, "")
    url = "http://127.0.0.1:1/api/v3/configure/database?format=pretty&show_deleted=false"
    assert done.stderr == (f"Show command failed: failed to send GET {url} request: error sending "
                           f"request for url ({url}): client error (Connect)\n")


def test_server_errors_exit_with_1(cpu_server):
    for words, error in (
            (["create", "database", "foo"],
             "Create command failed: server responded with error [409 Conflict]: attempted to "
             "create a resource that already exists\n"),
            (["create", "database", "?bad"],
             "Create command failed: server responded with error [400 Bad Request]: "
             '{"error":"db name did not start with a number or letter"}\n'),
            (["query", "-d", "bar", "SELECT 1"],
             "Query command failed: server responded with error [404 Not Found]: "
             '{"error":"query error: database not found: bar"}\n'),
            (["query", "-d", "foo", "SELECT * FROM mem"],
             "Query command failed: server responded with error [400 Bad Request]: "
             "Error during planning: table 'public.iox.mem' not found\n"),
            (["write", "-d", "foo", "cpu usage=hi"],
             "Write command failed: server responded with error [400 Bad Request]: "
             '{"error":"partial write of line protocol occurred","data":[{"original_line":'
             '"cpu usage=hi","line_number":1,"error_message":"No fields were provided"}]}\n'),
            (["delete", "database", "-y", "nope"],
             "Delete command failed: server responded with error [404 Not Found]: "
             "the requested resource was not found: nope\n"),
            (["update", "database", "-d", "nope", "-r", "1d"],
             "Update command failed: server responded with error [404 Not Found]: "
             "the requested resource was not found: nope\n")):
        done = cpu_server.cli(*words)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", error), words


def test_show_databases_in_every_format(cpu_server):
    def show(*more):
        return cpu_server.must_cli("show", "databases", *more)
    assert show() == ("+---------------+\n| iox::database |\n+---------------+\n"
                      "| _internal     |\n| foo           |\n+---------------+\n")
    assert show("--format", "json") == '[{"iox::database":"_internal"},{"iox::database":"foo"}]\n'
    assert show("--format=jsonl") == ('{"iox::database":"_internal"}\n{"iox::database":"foo"}\n'
                                      "\n")
    assert show("--format", "csv") == "iox::database\n_internal\nfoo\n\n"
    cpu_server.must_cli("delete", "database", "foo", input="yes\n")
    assert show("--format", "csv") == "iox::database\n_internal\n\n"
    deleted = json.loads(show("--format", "json", "--show-deleted"))
    assert deleted[0] == {"iox::database": "_internal", "deleted": False}
    assert deleted[1]["iox::database"].startswith("foo-")
    assert deleted[1]["deleted"] is True


def test_create_show_delete_cycle(server):
    for _ in range(3):
        assert server.must_cli("create", "table", "-d", "foo", "--tags", "room,floor", "--fields",
                               "temp:float64,n:int64,u:uint64,s:utf8,b:bool", "home") == (
            'Table "foo"."home" created successfully\n')
        server.must_cli("write", "-d", "foo", 'home,room=a,floor=1 temp=1,n=1i,u=1u,s="x",b=t 1')
        assert json.loads(server.must_cli("query", "-d", "foo", "--format", "json",
                                          "SELECT * FROM home")) == [
            {"b": True, "floor": "1", "n": 1, "room": "a", "s": "x", "temp": 1.0,
             "time": "1970-01-01T00:00:01", "u": 1}]
        done = server.cli("delete", "table", "-d", "foo", "home", input="y\n")
        assert (done.returncode, done.stdout) == (0, 'Table "foo"."home" deleted successfully\n')
        assert done.stderr == ('Are you sure you want to delete "foo"."home"? '
                               "Enter 'yes' or 'y' to confirm\n")
        done = server.cli("delete", "database", "--yes", "--hard-delete=now", "foo")
        assert (done.returncode, done.stdout) == (0, 'Database "foo" deleted successfully\n')


def test_refused_prompts(cpu_server):
    for answer in ("no\n", "\n", ""):
        done = cpu_server.cli("delete", "database", "foo", input=answer)
        assert done.returncode == 1
        assert done.stderr.endswith(
            "Delete command failed: Cannot proceed without confirmation\n")
    assert cpu_server.query("foo", "SELECT 1").status == 200


def test_hard_delete_time_is_checked_by_the_server(cpu_server):
    done = cpu_server.cli("delete", "database", "-y", "--hard-delete", "xx", "foo")
    assert done.returncode == 1
    assert "[400 Bad Request]: Cannot parse the timestamp: premature end of input" in done.stderr


def test_retention(server):
    server.must_cli("create", "database", "--retention-period", "30d", "month")
    server.must_cli("create", "database", "ever")
    assert server.must_cli("update", "database", "-d", "ever", "-r", "1h 30m") == (
        'Database "ever" updated successfully\n')
    assert server.must_cli("show", "retention", "--format", "csv") == (
        "database_name,retention_period\n_internal,7.0000d\never,90.0000m\nmonth,30.0000d\n\n")
    server.must_cli("update", "database", "-d", "ever", "-r", "none")
    assert server.must_cli("show", "retention", "-d", "ever", "--format", "csv") == (
        "database_name,retention_period\never,infinite\n\n")


@pytest.mark.parametrize("more", [[], ["--gzip"], ["--no-sync"], ["--max-concurrent-requests=1"]])
def test_write_splits_large_input(server, tmp_path, more):
    lines = "".join(f'm,t=t{i % 5} v={i}i,s="line\n{i}" {i + 1}\n' for i in range(20_000))
    (tmp_path / "data").write_text(lines)
    done = server.cli("write", "-d", "foo", "-p", "ns", f"--file={tmp_path / 'data'}",
                      "--max-request-size=50000", *more)
    assert (done.returncode, done.stdout) == (0, ""), done
    assert "40000 lines" not in done.stderr and " 20000 lines (" in done.stderr
    server.must_write("foo", "m,t=last v=0i 1")  # behind all of them in the log
    assert server.rows("foo", "SELECT count(*) AS n, sum(v) AS s, count(s) AS strings FROM m") == [
        {"n": 20_001, "s": 199_990_000, "strings": 20_000}]


def test_write_stops_at_the_first_failure(server, tmp_path):
    (tmp_path / "data").write_text("m v=1i\n" * 1000 + "m v=hi\n" * 1000)
    done = server.cli("write", "-d", "foo", f"--file={tmp_path / 'data'}",
                      "--max-request-size=1000", "--quiet")
    assert done.returncode == 1
    assert done.stderr.startswith("Write command failed: server responded with error [400 Bad "
                                  'Request]: {"error":"partial write of line protocol occurred"')


def test_query_from_standard_input_and_file(cpu_server, tmp_path):
    sql = "SELECT count(*) AS n FROM cpu\n"
    (tmp_path / "q.sql").write_text(sql)
    expected = "n\n2\n\n"
    assert cpu_server.must_cli("query", "-d", "foo", "--format=csv", input=sql) == expected
    assert cpu_server.must_cli("query", "-d", "foo", "--format=csv", "--file",
                               str(tmp_path / "q.sql")) == expected
    done = cpu_server.cli("query", "-d", "foo", input="")
    assert done.returncode == 1
    assert "[400 Bad Request]" in done.stderr
    assert "No SQL statements were provided in the query string" in done.stderr


def test_environment_variables(cpu_server):
    done = run_binary("query", "SELECT 1 AS one", environment={
        "INFLUXDB3_HOST_URL": cpu_server.url, "INFLUXDB3_DATABASE_NAME": "foo",
        "INFLUXDB3_AUTH_TOKEN": "anything"})
    assert done.stdout == "+-----+\n| one |\n+-----+\n| 1   |\n+-----+\n"
