"""A whole server on each kind of bucket: all it keeps is there, and mistakes are told at start."""

import subprocess
import time

import pytest

from store_servers import Azurite, FakeGoogle, Minio

STORES = {"s3": Minio, "azure": Azurite, "google": FakeGoogle}
SNAPSHOTS = ("--wal-snapshot-size=1", "--wal-flush-interval=20ms", "--gen1-duration=1m")
START_FAILURE_SECONDS_MAX = 40


@pytest.fixture(params=STORES)
def bucket(request, tmp_path):
    directory = tmp_path / "bucket"
    directory.mkdir()
    server = STORES[request.param](directory)
    server.kind = request.param
    yield server
    server.stop()


def serve(make_server, server_of_store, name="server", **changes):
    """A server on the bucket; `changes` replace options of the same name."""
    arguments = dict(argument.partition("=")[::2] for argument in server_of_store.serve_arguments())
    arguments.update({"--" + key.replace("_", "-"): value for key, value in changes.items()})
    return make_server(name, store=server_of_store.kind, arguments=(*SNAPSHOTS, *(
        f"{option}={value}" if value else option for option, value in arguments.items())))


def test_rows_survive_in_log_and_files(make_server, bucket):
    server = serve(make_server, bucket).start()
    for minute in range(40):
        server.must_write("foo", f"m,k=a v={minute}i {minute * 60_000_000_000}",
                          precision="nanosecond")
        assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": minute + 1}]
    files = server.rows("foo", "SELECT count(*) AS n FROM system.parquet_files "
                               "WHERE table_name = 'm'")
    assert files[0]["n"] > 0
    server.kill()
    server.start()
    assert server.rows("foo", "SELECT count(*) AS n, sum(v) AS s FROM m") == [{"n": 40, "s": 780}]
    server.restart()
    assert server.rows("foo", "SELECT v FROM m WHERE time < '1970-01-01T00:03:00Z' ORDER BY time") \
        == [{"v": 0}, {"v": 1}, {"v": 2}]


def failure_at_start(server) -> str:
    server.spawn()
    begun = time.monotonic()
    try:
        code = server.process.wait(START_FAILURE_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"still running\n{server.log[-4000:]}") from None
    assert code == 1, server.log
    assert time.monotonic() - begun < START_FAILURE_SECONDS_MAX
    lines = [line for line in server.log.splitlines() if line.startswith("Serve command failed")]
    assert len(lines) == 1, server.log
    return lines[0]


def test_a_missing_bucket_is_told(make_server, bucket):
    message = failure_at_start(serve(make_server, bucket, bucket="nowhere"))
    assert "the bucket does not exist" in message


def test_an_unreachable_endpoint_is_told(make_server, bucket):
    server = serve(make_server, bucket)
    bucket.stop()
    assert "it cannot be reached" in failure_at_start(server)


@pytest.mark.parametrize("kind, option, value", [
    ("s3", "aws_secret_access_key", "mistyped-key"),
    ("azure", "azure_storage_access_key", "d3Jvbmc="),
])
def test_wrong_credentials_are_told(make_server, tmp_path, kind, option, value):
    directory = tmp_path / "bucket"
    directory.mkdir()
    bucket = STORES[kind](directory)
    bucket.kind = kind
    try:
        message = failure_at_start(serve(make_server, bucket, **{option: value}))
        assert "the credentials are wrong" in message
        assert value not in message
    finally:
        bucket.stop()
