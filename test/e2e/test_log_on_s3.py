"""The write-ahead log in a bucket: a server's whole state is there, and one server writes it."""

import pathlib
import re
import subprocess
import threading

import pytest

from store_servers import Minio

FENCED = "another process has written to the WAL ahead of this one"
STOP_SECONDS_MAX = 60


@pytest.fixture
def minio(tmp_path):
    directory = tmp_path / "minio"
    directory.mkdir()
    store = Minio(directory)
    yield store
    store.stop()


@pytest.fixture
def make_s3_server(make_server, minio):
    def make(name: str = "server", *arguments: str, **options):
        return make_server(name, store="s3", arguments=(*minio.serve_arguments(), *arguments),
                           **options)

    return make


def log_objects(minio: Minio, node_id: str = "host01") -> list[str]:
    directory: pathlib.Path = minio.objects / node_id / "wal"
    return sorted(path.name for path in directory.iterdir())


def test_kill_keeps_what_was_acknowledged(make_s3_server, minio):
    server = make_s3_server("server", "--wal-flush-interval=20ms").start()
    uuid = server.get("/ping").headers["cluster-uuid"]
    for i in range(30):
        server.must_write("foo", f"m,k=a v={i}i {i + 1}\nother s=\"x\" {i + 1}",
                          precision="nanosecond")
    server.kill()
    server.start()
    assert server.get("/ping").headers["cluster-uuid"] == uuid
    assert server.rows("foo", "SELECT count(*) AS n, sum(v) AS s FROM m") == [{"n": 30, "s": 435}]
    assert server.rows("foo", "SELECT count(*) AS n FROM other") == [{"n": 30}]
    server.must_write("foo", "m,k=a v=1i 31", precision="nanosecond")
    server.restart()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 31}]
    # Nothing but the bucket is needed, and all of the log is there in order.
    assert not server.data_dir.exists()
    names = log_objects(minio)
    assert names and all(re.fullmatch(r"[0-9]{20}\.wal", name) for name in names)


def test_writes_wait_for_the_flush_interval_together(make_s3_server, minio):
    server = make_s3_server("server", "--wal-flush-interval=1s").start()

    def write(number: int):
        server.must_write("foo", f"m v={number}i {number + 1}", precision="nanosecond")

    write(0)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(1, 21)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 21}]
    assert len(log_objects(minio)) <= 4


def wait_for_end(server) -> int:
    try:
        return server.process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"still running\n{server.log[-4000:]}") from None


@pytest.mark.parametrize("first_writes_before", [False, True])
def test_of_two_servers_the_one_that_writes_second_stops(make_s3_server, first_writes_before):
    arguments = ("--wal-flush-interval=20ms",)
    first = make_s3_server("first", *arguments).start()
    if first_writes_before:
        first.must_write("foo", "m v=1i 1", precision="nanosecond")
    second = make_s3_server("second", *arguments).start()
    second.must_write("foo", "m v=2i 2", precision="nanosecond")
    refused = first.write("foo", "m v=3i 3", precision="nanosecond")
    assert refused.status == 503, refused
    assert FENCED in refused.text
    assert wait_for_end(first) == 1, first.log[-4000:]
    assert f"Serve command failed: {FENCED}" in first.log
    assert "host01" in first.log
    # The other one goes on, and what it acknowledged is there.
    second.must_write("foo", "m v=4i 4", precision="nanosecond")
    second.restart()
    values = [row["v"] for row in second.rows("foo", "SELECT v FROM m ORDER BY time")]
    assert values == ([1, 2, 4] if first_writes_before else [2, 4])


def test_a_store_that_goes_away_for_a_moment(make_s3_server, minio):
    server = make_s3_server("server", "--wal-flush-interval=20ms").start()
    server.must_write("foo", "m v=1i 1", precision="nanosecond")
    minio.pause()
    replies = []
    writer = threading.Thread(
        target=lambda: replies.append(server.write("foo", "m v=2i 2", precision="nanosecond")))
    writer.start()
    # What is visible stays so meanwhile; the write is neither acknowledged nor refused yet.
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 1}]
    assert not replies
    minio.resume()
    writer.join()
    assert replies[0].status == 204, replies[0]
    server.kill()
    server.start()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 2}]


def test_a_missing_object_is_refused(make_s3_server, minio):
    server = make_s3_server("server", "--wal-flush-interval=20ms").start()
    for i in range(3):
        server.must_write("foo", f"m v=1i {i + 1}", precision="nanosecond")
    assert server.stop() == 0
    names = log_objects(minio)
    missing = minio.objects / "host01" / "wal" / names[1]
    missing.rename(minio.objects.parent / "kept")
    server.spawn()
    assert wait_for_end(server) == 1
    assert f"'host01/wal/{names[1]}': that object is missing" in server.log
    (minio.objects.parent / "kept").rename(missing)
    server.start()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 3}]
