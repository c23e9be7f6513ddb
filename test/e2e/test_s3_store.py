"""The S3 store against a real server: MinIO."""

import shutil
import subprocess

import pytest

from store_servers import StoreServer, find_store_server, free_ports, run_suite

KEY_ID = "conformance"
SECRET = "conformance-secret"
BUCKET = "rows"


@pytest.fixture
def start_minio(tmp_path):
    """Starts MinIO with one bucket; returns its endpoint."""
    servers = []

    def start(scheme: str, *arguments: str) -> str:
        minio = find_store_server("minio")
        (tmp_path / "store" / BUCKET).mkdir(parents=True)
        port, console_port = free_ports(2)
        endpoint = f"{scheme}://127.0.0.1:{port}"
        servers.append(StoreServer(
            [minio, "server", "--quiet", "--address", f"127.0.0.1:{port}",
             "--console-address", f"127.0.0.1:{console_port}", *arguments,
             str(tmp_path / "store")],
            endpoint + "/minio/health/live", tmp_path / "minio.log",
            MINIO_ROOT_USER=KEY_ID, MINIO_ROOT_PASSWORD=SECRET))
        return endpoint

    yield start
    for server in servers:
        server.stop()


def run(gtest_filter: str, endpoint: str, **environment) -> None:
    run_suite("s3_store_test", gtest_filter, INFLUXDB3_TEST_S3_ENDPOINT=endpoint,
              INFLUXDB3_TEST_S3_BUCKET=BUCKET, INFLUXDB3_TEST_S3_ACCESS_KEY_ID=KEY_ID,
              INFLUXDB3_TEST_S3_SECRET_ACCESS_KEY=SECRET, **environment)


def test_it_keeps_the_contract_of_all_stores(start_minio):
    run("*StoreConformance*:*OnAServer*", start_minio("http"))


def test_it_speaks_tls(start_minio, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command to make a certificate with")
    certificates = tmp_path / "certs"
    certificates.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
         str(certificates / "private.key"), "-out", str(certificates / "public.crt")],
        check=True, capture_output=True)
    endpoint = start_minio("https", "--certs-dir", str(certificates))
    run("S3OverTls.*", endpoint,
        INFLUXDB3_TEST_S3_CA_FILE=str(certificates / "public.crt"))
