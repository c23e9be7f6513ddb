"""Databases and tables that are deleted for good, and retention periods of tables."""

import time

import pytest

SNAPSHOTS = ("--wal-snapshot-size=1", "--wal-flush-interval=1ms", "--gen1-duration=1m")
SECONDS_MAX = 60


def wait_until(condition):
    """Looks again and again until `condition()` is true, which something in the background makes
    it soon."""
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def known_databases(server):
    rows = server.rows("_internal", "SELECT database_name FROM system.databases")
    return {row["database_name"] for row in rows}


def known_tables(server, database):
    rows = server.rows("_internal", "SELECT database_name, table_name FROM system.tables")
    return {row["table_name"] for row in rows if row["database_name"] == database}


def test_what_is_deleted_now_vanishes(make_server):
    server = make_server(arguments=("--delete-grace-period=0s",)).start()
    server.must_write("keep", "m v=1i 1\nn v=1i 1")
    server.must_write("drop", "m v=1i 1")
    server.must_cli("delete", "table", "-d", "keep", "-y", "--hard-delete", "now", "m")
    wait_until(lambda: known_tables(server, "keep") == {"n"})
    server.must_cli("delete", "database", "-y", "--hard-delete", "now", "drop")
    wait_until(lambda: known_databases(server) == {"_internal", "keep"})
    server.kill()
    server.start()
    assert known_databases(server) == {"_internal", "keep"}
    assert known_tables(server, "keep") == {"n"}
    # Numbers are not given out twice: the new table has nothing of the old one.
    server.must_write("keep", "m v=\"text\" 2")
    assert server.rows("keep", "SELECT v FROM m") == [{"v": "text"}]
    server.restart()
    assert server.rows("keep", "SELECT v FROM m") == [{"v": "text"}]


def test_files_of_purged_tables_are_removed(make_server):
    server = make_server(arguments=(*SNAPSHOTS, "--delete-grace-period=0s")).start()
    server.must_write("d", "m v=1i 1")
    for second in range(4):  # what makes a snapshot due
        server.must_write("d", f"other v=1i {86_400 + second}", precision="second")
    stored = "SELECT count(*) AS n FROM system.parquet_files WHERE table_name = 'm'"
    wait_until(lambda: server.rows("d", stored) == [{"n": 1}])
    server.must_cli("delete", "table", "-d", "d", "-y", "--hard-delete", "now", "m")
    wait_until(lambda: known_tables(server, "d") == {"other"})
    metric = "influxdb3_parquet_files"
    wait_until(lambda: metric_of(server, metric) == len(
        server.rows("d", "SELECT path FROM system.parquet_files")))


def metric_of(server, name):
    for line in server.get("/metrics").text.splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return None


@pytest.mark.parametrize("arguments, when", [
    ((), "now"), (("--delete-grace-period=0s",), "never"), (("--delete-grace-period=0s",), "default"),
    (("--delete-grace-period=0s",), "2200-01-01T00:00:00Z")])
def test_what_is_not_due_stays_known(make_server, arguments, when):
    server = make_server(arguments=arguments).start()
    server.must_write("d", "m v=1i 1\nn v=1i 1\nlast v=1i 1")
    server.must_cli("delete", "table", "-d", "d", "-y", "--hard-delete", when, "m")
    server.restart()  # looks at the catalog when it starts
    deleted = [name for name in known_tables(server, "d") if name.startswith("m-")]
    assert len(deleted) == 1
    assert server.query("d", "SELECT * FROM m").status == 400


def test_the_default_period_counts(make_server):
    server = make_server(arguments=("--delete-grace-period=0s",
                                    "--hard-delete-default-duration=1ms")).start()
    server.must_write("d", "m v=1i 1\nn v=1i 1")
    server.must_cli("delete", "table", "-d", "d", "-y", "m")
    wait_until(lambda: known_tables(server, "d") == {"n"})


def test_tables_hide_what_is_older_than_their_period(server):
    now_ns = time.time_ns()
    day_ns = 86_400 * 10**9
    rows = "\n".join(f"{table},t=x v={days}i {now_ns - days * day_ns}"
                     for table in ("a", "b") for days in (0, 3, 10))
    server.must_cli("create", "table", "-d", "d", "--tags", "t", "--fields", "v:int64",
                    "--retention-period", "7d", "a")
    server.must_write("d", rows, precision="nanosecond")

    def days(table):
        return [row["v"] for row in server.rows("d", f"SELECT v FROM {table} ORDER BY v")]

    assert (days("a"), days("b")) == ([0, 3], [0, 3, 10])
    out = server.must_cli("update", "table", "-d", "d", "-t", "a", "-r", "1d")
    assert out == 'Table "d"."a" updated successfully\n'
    server.must_cli("update", "table", "-d", "d", "-r", "5d", "b")
    assert (days("a"), days("b")) == ([0], [0, 3])
    server.restart()
    assert (days("a"), days("b")) == ([0], [0, 3])
    # The database's period counts for tables without one of their own.
    server.must_cli("update", "database", "-d", "d", "-r", "2d")
    assert (days("a"), days("b")) == ([0], [0, 3])
    server.must_cli("update", "table", "-d", "d", "-r", "none", "b")
    assert (days("a"), days("b")) == ([0], [0])
    server.must_cli("update", "table", "-d", "d", "-r", "5d", "b")
    server.must_cli("update", "table", "-d", "d", "-r", "none", "a")
    server.must_cli("update", "database", "-d", "d", "-r", "none")
    assert (days("a"), days("b")) == ([0, 3, 10], [0, 3])


def test_mistakes_about_tables_are_told(server):
    server.must_write("d", "m v=1i 1")
    unknown = server.cli("update", "table", "-d", "d", "-r", "1d", "no")
    assert unknown.returncode == 1
    assert "[404 Not Found]: the requested resource was not found: no" in unknown.stderr
    missing = server.cli("update", "table", "-d", "d", "m")
    assert (missing.returncode, missing.stderr) == (
        1, "Update command failed: --retention-period is required for update table\n")
    bad = server.cli("update", "table", "-d", "d", "-r", "soon", "m")
    assert bad.returncode == 2
    assert "invalid value 'soon' for '--retention-period <RETENTION_PERIOD>'" in bad.stderr
