"""The Google store against a server that speaks its language: fake-gcs-server."""

import pytest

from store_servers import FakeGoogle, run_suite


@pytest.fixture
def google(tmp_path):
    server = FakeGoogle(tmp_path)
    yield server
    server.stop()


def test_it_keeps_the_contract_of_all_stores(google):
    run_suite("google_store_test", "*StoreConformance*:*OnAServer*",
              INFLUXDB3_TEST_GOOGLE_ENDPOINT=google.endpoint,
              INFLUXDB3_TEST_GOOGLE_BUCKET=google.BUCKET)
