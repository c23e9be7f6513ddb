"""The server as a process: restart, signals, second server, fatal errors, quick start."""

import fcntl
import http.client
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import termios
import threading
import urllib.parse

import pytest

from server_process import run_binary


def test_restart_keeps_data_and_schema(server):
    server.must_write("foo", 'cpu,host=a,rack=1 i=1i,u=2u,f=0.5,b=true,s="x" 1\n'
                             "cpu,host=b,rack=2 i=-1i 2", precision="second")
    server.must_cli("create", "table", "-d", "foo", "--tags", "k", "--fields", "v:float64", "empty")
    before = server.rows("foo", "SELECT * FROM cpu ORDER BY time")
    for _ in range(3):
        server.restart()
        assert server.rows("foo", "SELECT * FROM cpu ORDER BY time") == before
        assert server.rows("foo", "SELECT * FROM empty") == []
        server.must_write("foo", "cpu,host=a,rack=1 i=1i 1", precision="second")
        assert server.rows("foo", "SELECT * FROM cpu ORDER BY time") == before


def test_kill_keeps_what_was_acknowledged(server):
    for i in range(50):
        server.must_write("foo", f"m v={i}i {i + 1}", precision="nanosecond")
    server.kill()
    server.start()
    assert server.rows("foo", "SELECT count(*) AS n, sum(v) AS s FROM m") == [
        {"n": 50, "s": 1225}]


def test_memory_store_forgets(make_server):
    server = make_server(store="memory").start()
    server.must_write("foo", "m v=1")
    assert server.stop() == 0
    server.start()
    assert server.query("foo", "SELECT * FROM m").status == 404


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_cleanly(server, signal_number):
    server.must_write("foo", "m v=1")
    assert server.stop(signal_number) == 0
    server.start()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 1}]


def test_control_c_on_a_terminal(make_server):
    server = make_server()
    leader, follower = pty.openpty()
    try:
        server.spawn(stdin=follower, start_new_session=True,
                     preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(follower)
        server.wait_until_ready()
        os.write(leader, b"\x03")
        assert server.process.wait(60) == 0
    finally:
        os.close(leader)


def test_signals_as_the_first_process_of_a_container(make_server):
    unshare = shutil.which("unshare")
    probe = unshare and subprocess.run([unshare, "-Urpf", "true"], capture_output=True)
    if not unshare or probe.returncode != 0:
        pytest.skip("this machine does not allow new process namespaces")
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        server = make_server(f"first-{int(signal_number)}")
        server.spawn(prefix=(unshare, "-Urpf", "--kill-child"))
        server.wait_until_ready()
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)],
                                  capture_output=True, text=True).stdout.split()
        assert len(children) == 1
        os.kill(int(children[0]), signal_number)
        assert server.process.wait(60) == 0


def test_stop_under_load_loses_nothing_acknowledged(server):
    acknowledged = [0] * 4
    stopping = threading.Event()

    def write(writer: int):
        connection = http.client.HTTPConnection(server.address, timeout=60)
        number = 0
        try:
            while True:
                number += 1
                connection.request("POST", "/api/v3/write_lp?db=foo&precision=nanosecond",
                                   f"m,w=w{writer} v={number}i {number}")
                reply = connection.getresponse()
                reply.read()
                if reply.status != 204:
                    return
                acknowledged[writer] = number
                if number == 50:
                    stopping.set()
        except (OSError, http.client.HTTPException):
            return

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    assert stopping.wait(60)
    assert server.stop() == 0
    for thread in threads:
        thread.join()
    server.start()
    rows = server.rows("foo", "SELECT w, count(*) AS n, max(v) AS last FROM m GROUP BY w ORDER BY w")
    assert len(rows) == 4
    for writer, row in enumerate(rows):
        assert row["n"] == row["last"]  # no gap
        assert acknowledged[writer] <= row["n"] <= acknowledged[writer] + 1


def test_second_server_on_the_same_directory_is_refused(make_server):
    first = make_server("first").start()
    first.must_write("foo", "m v=1")
    second = make_server("second", data_dir=first.data_dir).spawn()
    assert second.process.wait(60) == 1
    assert "Serve command failed: " in second.log
    assert first.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 1}]
    assert first.stop() == 0
    second.start()
    assert second.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 1}]


def test_other_nodes_share_a_directory(make_server):
    first = make_server("first").start()
    other = make_server("other", node_id="host02", data_dir=first.data_dir).start()
    first.must_write("foo", "m v=1")
    assert other.query("foo", "SELECT * FROM m").status == 404
    assert other.stop() == 0
    assert first.stop() == 0


def test_occupied_port(server):
    done = run_binary("serve", "--node-id=x", "--object-store=memory",
                      f"--http-bind={server.address}")
    assert done.returncode == 1
    assert done.stderr.startswith("Serve command failed: ")
    assert server.address in done.stderr


def test_data_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    done = run_binary("serve", "--node-id=x", "--object-store=file",
                      f"--data-dir={tmp_path / 'file' / 'data'}", "--http-bind=127.0.0.1:0")
    assert done.returncode == 1
    assert done.stderr.startswith("Serve command failed: ")


def test_quick_start_without_arguments(make_server, tmp_path):
    server = make_server()
    server.command = lambda: [str(server.binary)]
    server.environment = {"HOME": str(tmp_path), "INFLUXDB3_HTTP_BIND_ADDR": "127.0.0.1:0",
                          "INFLUXDB3_TCP_LISTENER_FILE_PATH": str(server.directory / "address")}
    server.start()
    server.must_write("foo", "m v=1")
    assert server.stop() == 0
    node_id = f"{os.uname().nodename}-node"
    assert (f"Using auto-generated node id: {node_id}. For production deployments, explicitly set "
            "--node-id") in server.log
    assert (tmp_path / ".influxdb" / node_id).is_dir()


def test_dotenv_file(tmp_path):
    (tmp_path / ".env").write_text("INFLUXDB3_HOST_URL=http://127.0.0.1:1\n")
    (tmp_path / "below").mkdir()
    done = run_binary("show", "databases", cwd=tmp_path / "below")
    assert done.returncode == 1
    assert "http://127.0.0.1:1/api/v3/configure/database" in done.stderr
    (tmp_path / ".env").write_text("NOT VALID\n")
    done = run_binary("show", "databases", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("FATAL Error loading config from: ")


def wal_segments(server):
    return sorted((server.data_dir / server.node_id / "wal").glob("*.wal"))


def used_bytes(segment) -> int:
    """Size of a segment without the zeros that are reserved behind its last frame."""
    return len(segment.read_bytes().rstrip(b"\0"))


def test_torn_tail_is_cut_and_reported(server):
    server.must_write("foo", "m v=1i 1")
    server.must_write("foo", "m v=2i 2")
    server.kill()
    last = wal_segments(server)[-1]
    used = used_bytes(last)
    with last.open("r+b") as segment:
        # Well behind the last frame, whose own end may be zeros.
        segment.seek(used + 64)
        segment.write(last.read_bytes()[used - 40:used - 23])
    server.start()
    assert re.search(r"torn|cut", server.log)
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 2}]
    server.must_write("foo", "m v=3i 3")
    server.kill()
    server.start()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 3}]


def test_damaged_log_stops_the_start_with_place_and_advice(server):
    for i in range(20):
        server.must_write("foo", f"m v={i}i {i + 1}")
    server.kill()
    first = wal_segments(server)[0]
    content = bytearray(first.read_bytes())
    content[used_bytes(first) // 2] ^= 0xFF
    first.write_bytes(content)
    server.spawn()
    assert server.process.wait(60) == 1
    failure = server.log[server.log.rindex("Serve command failed: "):]
    assert first.name in failure
    assert re.search(r"offset \d+|byte \d+|at \d+", failure)
    assert first.read_bytes() == bytes(content)


def test_unlimited_readers_do_not_disturb_a_stop(server):
    server.must_write("foo", "".join(f"m v={i}i {i + 1}\n" for i in range(50_000)),
                      precision="nanosecond")
    connection = http.client.HTTPConnection(server.address, timeout=60)
    connection.request("GET", "/api/v3/query_sql?db=foo&q=SELECT+a.v+FROM+m+a,+m+b&format=jsonl")
    response = connection.getresponse()
    response.read(1000)
    assert server.stop() == 0
    connection.close()




HEAVY = "SELECT count(*) AS n FROM m a, m b WHERE a.v + b.v > 1000"


def test_query_time_out(make_server):
    server = make_server(arguments=("--query-timeout=300ms",)).start()
    server.must_write("foo", "".join(f"m v={i}i {i + 1}\n" for i in range(100_000)),
                      precision="nanosecond")
    reply = server.query("foo", HEAVY)
    assert reply.status >= 400, reply
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 100_000}]


def test_query_memory_limit(make_server):
    server = make_server(arguments=("--exec-mem-pool-bytes=64mb",)).start()
    server.must_write("foo", "".join(f"m v={i}i {i + 1}\n" for i in range(100_000)),
                      precision="nanosecond")
    reply = server.query("foo", "SELECT a.v AS x, array_agg(b.v) AS y FROM m a, m b GROUP BY a.v")
    assert reply.status == 500, reply
    assert reply.text.startswith("Resources exhausted: ")
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 100_000}]


def test_a_client_that_leaves_ends_its_query(make_server):
    server = make_server(arguments=("--max-concurrent-queries=1",)).start()
    server.must_write("foo", "".join(f"m v={i}i {i + 1}\n" for i in range(100_000)),
                      precision="nanosecond")
    host, port = server.address.rsplit(":", 1)
    client = socket.create_connection((host, int(port)), timeout=60)
    path = "/api/v3/query_sql?" + urllib.parse.urlencode({"db": "foo", "q": HEAVY})
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    client.close()
    # The only place for a query becomes free again.
    assert server.rows("foo", "SELECT 1 AS one") == [{"one": 1}]
