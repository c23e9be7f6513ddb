"""The S3 store against a real server: MinIO."""

import shutil
import subprocess

import pytest

from store_servers import Minio, run_suite


@pytest.fixture
def start_minio(tmp_path):
    """Starts MinIO with one bucket; returns its endpoint."""
    servers = []

    def start(scheme: str, *arguments: str) -> str:
        servers.append(Minio(tmp_path, *arguments, scheme=scheme))
        return servers[-1].endpoint

    yield start
    for server in servers:
        server.stop()


def run(gtest_filter: str, endpoint: str, **environment) -> None:
    run_suite("s3_store_test", gtest_filter, INFLUXDB3_TEST_S3_ENDPOINT=endpoint,
              INFLUXDB3_TEST_S3_BUCKET=Minio.BUCKET,
              INFLUXDB3_TEST_S3_ACCESS_KEY_ID=Minio.KEY_ID,
              INFLUXDB3_TEST_S3_SECRET_ACCESS_KEY=Minio.SECRET, **environment)


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
