"""The S3 store against a real server: MinIO, when one is installed beside the other tools."""

import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.request

import pytest

from server_process import find_binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY_ID = "conformance"
SECRET = "conformance-secret"
BUCKET = "rows"


def find_minio():
    own = ROOT / ".deps" / "bin" / "minio"
    return str(own) if own.exists() else shutil.which("minio")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for held in sockets:
        held.bind(("127.0.0.1", 0))
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def wait_until_live(endpoint: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "MinIO ended"
        try:
            with urllib.request.urlopen(endpoint + "/minio/health/live", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("MinIO did not answer within 30 s")


@pytest.fixture
def minio_endpoint(tmp_path):
    minio = find_minio()
    if minio is None:
        pytest.skip("no MinIO: put its binary at .deps/bin/minio or on the PATH")
    (tmp_path / "store" / BUCKET).mkdir(parents=True)
    port, console_port = free_ports(2)
    environment = dict(os.environ, MINIO_ROOT_USER=KEY_ID, MINIO_ROOT_PASSWORD=SECRET)
    with open(tmp_path / "minio.log", "wb") as log:
        process = subprocess.Popen(
            [minio, "server", "--quiet", "--address", f"127.0.0.1:{port}",
             "--console-address", f"127.0.0.1:{console_port}", str(tmp_path / "store")],
            env=environment, stdout=log, stderr=log)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        wait_until_live(endpoint, process)
        yield endpoint
    finally:
        process.kill()
        process.wait()


def test_it_keeps_the_contract_of_all_stores(minio_endpoint):
    suite = pathlib.Path(find_binary()).parent / "src" / "object_store" / "s3_store_test"
    environment = dict(os.environ, INFLUXDB3_TEST_S3_ENDPOINT=minio_endpoint,
                       INFLUXDB3_TEST_S3_BUCKET=BUCKET, INFLUXDB3_TEST_S3_ACCESS_KEY_ID=KEY_ID,
                       INFLUXDB3_TEST_S3_SECRET_ACCESS_KEY=SECRET)
    result = subprocess.run([str(suite), "--gtest_filter=*StoreConformance*"], env=environment,
                            capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout[-4000:]
    assert "SKIPPED" not in result.stdout
