"""The Google store against a server that speaks its language: fake-gcs-server."""

import json
import urllib.request

import pytest

from store_servers import StoreServer, find_store_server, free_ports, run_suite

BUCKET = "rows"


@pytest.fixture
def gcs_endpoint(tmp_path):
    server_path = find_store_server("fake-gcs-server")
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    server = StoreServer(
        [server_path, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend",
         "memory", "-external-url", endpoint, "-public-host", f"127.0.0.1:{port}", "-log-level",
         "error"],
        endpoint + "/_internal/healthcheck", tmp_path / "gcs.log")
    try:
        request = urllib.request.Request(f"{endpoint}/storage/v1/b?project=test", method="POST",
                                         data=json.dumps({"name": BUCKET}).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30):
            pass
        yield endpoint
    finally:
        server.stop()


def test_it_keeps_the_contract_of_all_stores(gcs_endpoint):
    run_suite("google_store_test", "*StoreConformance*:*OnAServer*",
              INFLUXDB3_TEST_GOOGLE_ENDPOINT=gcs_endpoint,
              INFLUXDB3_TEST_GOOGLE_BUCKET=BUCKET)
