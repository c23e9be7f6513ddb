"""The S3 store against a real server: MinIO."""

import pytest

from store_servers import StoreServer, find_store_server, free_ports, run_suite

KEY_ID = "conformance"
SECRET = "conformance-secret"
BUCKET = "rows"


@pytest.fixture
def minio_endpoint(tmp_path):
    minio = find_store_server("minio")
    (tmp_path / "store" / BUCKET).mkdir(parents=True)
    port, console_port = free_ports(2)
    endpoint = f"http://127.0.0.1:{port}"
    server = StoreServer(
        [minio, "server", "--quiet", "--address", f"127.0.0.1:{port}",
         "--console-address", f"127.0.0.1:{console_port}", str(tmp_path / "store")],
        endpoint + "/minio/health/live", tmp_path / "minio.log",
        MINIO_ROOT_USER=KEY_ID, MINIO_ROOT_PASSWORD=SECRET)
    yield endpoint
    server.stop()


def test_it_keeps_the_contract_of_all_stores(minio_endpoint):
    run_suite("s3_store_test", "*StoreConformance*:*OnAServer*",
              INFLUXDB3_TEST_S3_ENDPOINT=minio_endpoint,
              INFLUXDB3_TEST_S3_BUCKET=BUCKET,
              INFLUXDB3_TEST_S3_ACCESS_KEY_ID=KEY_ID,
              INFLUXDB3_TEST_S3_SECRET_ACCESS_KEY=SECRET)
