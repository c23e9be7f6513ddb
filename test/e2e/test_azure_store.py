"""The Azure store against a real server: Azurite."""

import pytest

from store_servers import Azurite, run_suite


@pytest.fixture
def azurite(tmp_path):
    server = Azurite(tmp_path)
    yield server
    server.stop()


def test_it_keeps_the_contract_of_all_stores(azurite):
    run_suite("azure_store_test", "*StoreConformance*:*OnAServer*",
              INFLUXDB3_TEST_AZURE_ENDPOINT=azurite.endpoint,
              INFLUXDB3_TEST_AZURE_CONTAINER=azurite.BUCKET,
              INFLUXDB3_TEST_AZURE_ACCOUNT=azurite.ACCOUNT,
              INFLUXDB3_TEST_AZURE_ACCESS_KEY=azurite.KEY)
