"""Fixtures of the end-to-end tests. Each test gets servers of its own in a temporary directory."""

import pytest

from server_process import ServerProcess, find_binary


@pytest.fixture(autouse=True)
def needs_binary():
    if find_binary() is None:
        pytest.skip("no influxdb3 binary: build it or set INFLUXDB3_BINARY")


@pytest.fixture
def make_server(tmp_path):
    """Makes servers that are not started yet; all are ended after the test."""
    made = []

    def make(name: str = "server", **options) -> ServerProcess:
        server = ServerProcess(tmp_path / name, **options)
        made.append(server)
        return server

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def server(make_server) -> ServerProcess:
    """A running server on the file store."""
    return make_server().start()


@pytest.fixture
def cpu_server(server) -> ServerProcess:
    """A running server with the two rows that the byte-exact samples use, in database foo."""
    server.must_write("foo", "cpu,host=a usage=0.9 1000000000\ncpu,host=b usage=6 2000000000",
                      precision="nanosecond")
    return server
