"""Row deletion through the command line and the endpoints, over memory, files and restarts."""

import pytest

SNAPSHOTS = ("--wal-snapshot-size=1", "--wal-flush-interval=1ms", "--gen1-duration=1m")
DAY_NS = 86_400_000_000_000


def write_rows(server, hosts=("a", "b"), count=20):
    """A row each ten minutes and host, from 1970 on; v counts from 0."""
    lines = [f"m,host={host},region=r v={i}i {i * 600_000_000_000}"
             for i in range(count) for host in hosts]
    server.must_write("foo", "\n".join(lines), precision="nanosecond")


def counts(server):
    rows = server.rows("foo", "SELECT host, count(*) AS n, sum(v) AS s FROM m GROUP BY host "
                              "ORDER BY host")
    return {row["host"]: (row["n"], row["s"]) for row in rows}


def delete(server, **body):
    return server.post_json("/api/v3/delete", {"db": "foo", "table": "m", **body})


@pytest.fixture(params=["buffer", "files"])
def filled(request, make_server):
    """A server whose rows lie in memory, or in files and memory."""
    server = make_server(arguments=SNAPSHOTS if request.param == "files" else ()).start()
    write_rows(server)
    if request.param == "files":
        for second in range(4):  # what makes a snapshot due
            server.must_write("foo", f"other v=1i {DAY_NS + second * 10**9}",
                              precision="nanosecond")
    return server


def test_rows_are_gone_at_once_and_after_restarts(filled):
    server = filled
    assert counts(server) == {"a": (20, 190), "b": (20, 190)}
    # Both ends are deleted: rows 5 to 9 of one host.
    reply = delete(server, start=5 * 600_000_000_000, stop="1970-01-01T01:30:00Z",
                   predicate="host = 'a'")
    assert reply.status == 200, reply
    expected = {"a": (15, 190 - 35), "b": (20, 190)}
    assert counts(server) == expected
    server.restart()
    assert counts(server) == expected
    server.kill()
    server.start()
    assert counts(server) == expected
    # A row written later with the same key is there again, alone.
    server.must_write("foo", f"m,host=a,region=r v=500i {7 * 600_000_000_000}",
                      precision="nanosecond")
    expected["a"] = (16, 190 - 35 + 500)
    assert counts(server) == expected
    assert delete(server, start=0, stop=DAY_NS).status == 200
    assert counts(server) == {}
    server.restart()
    assert counts(server) == {}


def test_command_line(filled):
    server = filled
    arguments = ["delete", "rows", "--database", "foo", "--table", "m", "--start",
                 "1970-01-01T00:00:00Z", "--stop", "1970-01-01T00:10:00Z"]
    refused = server.cli(*arguments, input="no\n")
    assert refused.returncode == 1
    assert "Cannot proceed without confirmation" in refused.stderr
    assert counts(server)["a"] == (20, 190)
    done = server.cli(*arguments, "--predicate", "host = 'b'", input="yes\n")
    assert (done.returncode, done.stdout) == (0, 'Rows of "foo"."m" deleted successfully\n')
    assert counts(server) == {"a": (20, 190), "b": (18, 189)}
    assert server.cli(*arguments, "-y").returncode == 0
    assert counts(server) == {"a": (18, 189), "b": (18, 189)}


def test_mistakes_are_told_and_change_nothing(server):
    write_rows(server, count=2)
    for body, status, text in (
            ({"table": "no"}, 404, "Table no not in DB schema for foo"),
            ({"db": "no"}, 404, "Database not found no"),
            ({"start": 5, "stop": 4}, 400, "the time range is empty: start is behind stop"),
            ({"predicate": "v = '1'"}, 400,
             "'v' is a field: rows are deleted by their tags and their time only"),
            ({"predicate": "nope = '1'"}, 400, "table 'm' has no tag 'nope'"),
            ({"predicate": "host = 1"}, 400, "expected a value in quotes")):
        reply = delete(server, **{"start": 0, "stop": DAY_NS, **body})
        assert reply.status == status, (body, reply)
        assert text in reply.text
    assert counts(server) == {"a": (2, 1), "b": (2, 1)}
    done = server.cli("delete", "rows", "-d", "foo", "-t", "m", "--start", "0", "--stop", "soon",
                      "-y")
    assert done.returncode == 1
    assert "Cannot parse stop" in done.stderr


def test_two_x_clients_delete_by_measurement(server):
    write_rows(server, count=3)
    reply = server.post_json(
        "/api/v2/delete?org=ignored&bucket=foo",
        {"start": "1970-01-01T00:00:00Z", "stop": "1970-01-01T00:10:00Z",
         "predicate": '_measurement="m" AND host="a"'})
    assert reply.status == 204, reply
    assert counts(server) == {"a": (1, 2), "b": (3, 3)}


def test_parameters_may_stand_in_the_address(server):
    write_rows(server, count=3)
    reply = server.request("POST", "/api/v3/delete?db=foo&table=m&start=1970-01-01T00%3A00%3A00Z"
                                   "&stop=600000000000&predicate=host%20%3D%20'a'")
    assert reply.status == 200, reply
    assert counts(server) == {"a": (1, 2), "b": (3, 3)}
    both = server.post_json("/api/v3/delete?predicate=host='a'",
                            {"db": "foo", "table": "m", "start": 0, "stop": DAY_NS})
    assert both.status == 400
    assert counts(server) == {"a": (1, 2), "b": (3, 3)}
