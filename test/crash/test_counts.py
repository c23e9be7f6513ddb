"""No moment in which a query misses a row or has it twice: one asks all the time while rows move from
memory into files and these into other files."""

import http.client
import pathlib
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from server_process import ServerProcess, find_binary  # noqa: E402

DATABASE = "counts"
QUERIES = 90
ROWS_PER_WRITE = 50
SECOND_NS = 1_000_000_000


@pytest.fixture
def server(tmp_path):
    if find_binary() is None:
        pytest.skip("no influxdb3 binary: build it or set INFLUXDB3_BINARY")
    started = ServerProcess(tmp_path, environment={"INFLUXDB3_TEST_HOOKS": "1"}, arguments=(
        "--wal-snapshot-size=1", "--gen1-duration=1m", "--wal-flush-interval=1ms")).start()
    yield started
    started.kill()


class Repeating(threading.Thread):
    """Sends requests until told to end."""

    def __init__(self, server: ServerProcess, stop: threading.Event):
        super().__init__()
        self.server = server
        self.stop = stop
        self.failure: BaseException | None = None

    def run(self):
        connection = http.client.HTTPConnection(self.server.address, timeout=60)
        try:
            while not self.stop.is_set():
                self.step(connection)
        except BaseException as error:
            self.failure = error
        finally:
            connection.close()

    def post(self, connection, path: str, body: str):
        connection.request("POST", path, body.encode())
        response = connection.getresponse()
        text = response.read()
        assert response.status == 204, (path, response.status, text)


class Writer(Repeating):
    """New rows of value 1, each with a key of its own; and each write's rows once more, in the write
    after the next, so that the same keys lie in several files."""

    def __init__(self, server, stop, number: int, step_ns: int):
        super().__init__(server, stop)
        self.number = number
        self.step_ns = step_ns
        self.sent = 0  # rows of its own key
        self.done = 0  # those acknowledged
        self.earlier: list[str] = []

    def step(self, connection):
        lines = "\n".join(f"m,writer=w{self.number},part=p{row % 7} v=1i {row * self.step_ns}"
                          for row in range(self.sent, self.sent + ROWS_PER_WRITE))
        self.sent += ROWS_PER_WRITE
        again = self.earlier.pop(0) if len(self.earlier) > 1 else ""
        self.earlier.append(lines)
        self.post(connection, f"/api/v3/write_lp?db={DATABASE}&precision=nanosecond",
                  "\n".join(filter(None, (lines, again))))
        self.done += ROWS_PER_WRITE


class Storer(Repeating):
    compact = False

    def step(self, connection):
        self.compact = not self.compact
        self.post(connection, "/debug/store_all" + ("?compact=true" if self.compact else ""), "")


def test_each_query_has_each_row_once(server):
    stop = threading.Event()
    # Rows of one writer lie close, those of the other in many chunks.
    writers = [Writer(server, stop, 0, 1_000_000), Writer(server, stop, 1, 7 * SECOND_NS)]
    threads = [*writers, Storer(server, stop)]
    server.must_write(DATABASE, "m,writer=none,part=p v=0i 0", precision="nanosecond")
    for thread in threads:
        thread.start()
    try:
        counts = [(0, 0)]
        for number in range(QUERIES):
            counts.append(ask(server, writers, number, counts[-1]))
            for thread in threads:
                if thread.failure is not None:
                    raise thread.failure
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert counts[-1] > (0, 0)
    server.restart()
    for writer in writers:
        rows = server.rows(DATABASE, "SELECT count(*) AS n FROM m "
                                     f"WHERE writer = 'w{writer.number}'")
        assert rows == [{"n": writer.sent}]


def ask(server, writers, number: int, before: tuple[int, int]) -> tuple[int, int]:
    done = [writer.done for writer in writers]
    if number % 3 == 0:
        [row] = server.rows(DATABASE, "SELECT count(*) AS n FROM m")
        counted, low = row["n"] - 1, sum(done)
        assert low <= counted <= sum(writer.sent for writer in writers), (number, low, counted)
        assert counted >= sum(before), (number, before, counted)
        return before
    # By the keys of files, and by values that only a whole scan has.
    column = "count(*)" if number % 3 == 1 else "CAST(sum(v) AS BIGINT)"
    rows = {row["writer"]: row["n"] for row in server.rows(
        DATABASE, f"SELECT writer, {column} AS n FROM m WHERE writer <> 'none' GROUP BY writer")}
    counted = tuple(rows.get(f"w{writer.number}", 0) for writer in writers)
    for place, writer in enumerate(writers):
        assert done[place] <= counted[place] <= writer.sent, (number, writer.number, done, counted)
        assert counted[place] >= before[place], (number, writer.number, before, counted)
    return counted
