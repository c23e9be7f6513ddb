"""The Azure store against a real server: Azurite."""

import base64
import email.utils
import hashlib
import hmac
import urllib.request

import pytest

from store_servers import StoreServer, find_store_server, free_ports, run_suite

ACCOUNT = "conformance"
KEY = base64.b64encode(b"the key of the conformance tests").decode()
CONTAINER = "rows"


def create_container(endpoint: str) -> None:
    date = email.utils.formatdate(usegmt=True)
    to_sign = ("PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:2022-11-02\n"
               f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container")
    signature = hmac.new(base64.b64decode(KEY), to_sign.encode(), hashlib.sha256).digest()
    request = urllib.request.Request(
        f"{endpoint}/{CONTAINER}?restype=container", method="PUT",
        headers={"x-ms-date": date, "x-ms-version": "2022-11-02",
                 "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201


@pytest.fixture
def azurite_endpoint(tmp_path):
    azurite = find_store_server("azurite")
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
    server = StoreServer(
        [azurite, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--disableTelemetry",
         "--location", str(tmp_path / "store")],
        endpoint, tmp_path / "azurite.log", AZURITE_ACCOUNTS=f"{ACCOUNT}:{KEY}")
    try:
        create_container(endpoint)
        yield endpoint
    finally:
        server.stop()


def test_it_keeps_the_contract_of_all_stores(azurite_endpoint):
    run_suite("azure_store_test", "*StoreConformance*:*OnAServer*",
              INFLUXDB3_TEST_AZURE_ENDPOINT=azurite_endpoint,
              INFLUXDB3_TEST_AZURE_CONTAINER=CONTAINER,
              INFLUXDB3_TEST_AZURE_ACCOUNT=ACCOUNT,
              INFLUXDB3_TEST_AZURE_ACCESS_KEY=KEY)
