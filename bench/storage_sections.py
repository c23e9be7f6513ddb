"""What bench/run.py measures of snapshots, Parquet files and compaction."""

import datetime
import statistics
import threading
import time

import tsbs_queries
from server_process import Server

DATABASE = "bench"
HOOKS = {"INFLUXDB3_TEST_HOOKS": "1"}
WINDOW_NS = 600_000_000_000
# Further apart than the chunks that one snapshot puts into one file.
SPARSE_WINDOW_NS = 12 * WINDOW_NS
FILES_TARGETS_MS = {
    **{name: 10 for name in tsbs_queries.TARGETS_MS if name.startswith("single-groupby")},
    "double-groupby-1": 500, "lastpoint": 50,
}


def write_rows(load, options, server, rows, hosts):
    [result] = load(options.build, "write", "--port", server.port, "--database", DATABASE,
                    "--rows", rows, "--hosts", hosts, check=True)
    return result


class SmallWriter(threading.Thread):
    """Writes a row of its own again and again; knows how long each took."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.seconds = []
        self.stopping = False

    def run(self):
        number = 0
        while not self.stopping:
            number += 1
            begun = time.monotonic()
            self.server.write(DATABASE, f"small v={number}i {number}")
            self.seconds.append(time.monotonic() - begun)
            time.sleep(0.001)

    def stop(self):
        self.stopping = True
        self.join()


def measure_snapshot(options, report, directory, load):
    server = Server(options.binary, directory / "snapshot", environment=HOOKS)
    server.start()
    try:
        write_rows(load, options, server, options.snapshot_rows, options.ingest_hosts)
        before = SmallWriter(server)
        before.start()
        time.sleep(2)
        before.stop()
        during = SmallWriter(server)
        during.start()
        begun = time.monotonic()
        server.store_all()
        seconds = time.monotonic() - begun
        during.stop()
        report.add(f"snapshot of {options.snapshot_rows / 1e6:.0f} M rows", "<= 5 s",
                   f"{seconds:.2f} s", seconds <= 5 * options.snapshot_rows / 5e6)
        longest = max(during.seconds) * 1e3
        report.add("  longest small write meanwhile", "<= 50 ms more",
                   f"{longest:.1f} ms (before: {max(before.seconds) * 1e3:.1f})",
                   longest - max(before.seconds) * 1e3 <= 50)
        report.add("  Parquet, per row", "",
                   f"{server.parquet_bytes() / options.snapshot_rows:.1f} B")
    finally:
        server.stop()


def measure_query_type(options, report, server, queries, name, target_ms, load, prefix=""):
    """The median of one TSBS query type over HTTP, hosts and times drawn anew each time."""
    text = "".join(f"{name}\t{queries.query(name)}\n" for _ in range(options.repeat + 2))
    results = load(options.build, "query", "--port", server.port, "--database", DATABASE,
                   input=text)[2:]
    errors = [result for result in results if result["status"] != 200]
    if errors or not results:
        report.fail(prefix + name, errors[0]["error"] if errors else "no answer")
        return
    median = statistics.median(result["ms"] for result in results)
    slowest = max(result["ms"] for result in results)
    target = "" if target_ms is None else f"<= {target_ms} ms"
    met = None if target_ms is None else median <= target_ms
    report.add(prefix + name, target,
               f"{median:.2f} ms (slowest of {len(results)}: {slowest:.2f})", met)


def measure_files(options, report, directory, load):
    server = Server(options.binary, directory / "files", environment=HOOKS)
    server.start()
    try:
        write_rows(load, options, server, options.file_rows, options.query_hosts)
        server.store_all(compact=True)
        report.add(f"{options.file_rows / 1e6:.0f} M rows in Parquet, per row", "",
                   f"{server.parquet_bytes() / options.file_rows:.1f} B in "
                   f"{server.parquet_count()} files")
        queries = tsbs_queries.QuerySet(options.file_rows, options.query_hosts)
        for name in tsbs_queries.TARGETS_MS:
            measure_query_type(options, report, server, queries, name, FILES_TARGETS_MS.get(name),
                               load, prefix="files: ")
    finally:
        server.stop()


def median_ms(server, sql, repeat=5):
    seconds = []
    for _ in range(repeat):
        begun = time.monotonic()
        server.query(DATABASE, sql)
        seconds.append(time.monotonic() - begun)
    return statistics.median(seconds) * 1e3


def measure_late(options, report, directory, load):
    """Late rows, each in a window and so in a file of its own; then compaction."""
    server = Server(options.binary, directory / "late", environment=HOOKS)
    server.start()
    try:
        count = options.late_windows
        for begin in range(0, count, 1000):
            server.write(DATABASE, "\n".join(
                f"late,host=host_{host} v={window}i {window * SPARSE_WINDOW_NS}"
                for window in range(begin, min(begin + 1000, count)) for host in range(4)))
        server.store_all()
        files = server.parquet_count()
        server.kill()
        started = server.start()
        report.add(f"start with {files} files", "", f"{started * 1e3:.0f} ms")
        # Thirty days and the whole table.
        begin = datetime.datetime(1970, 1, 1) + datetime.timedelta(
            seconds=count // 2 * SPARSE_WINDOW_NS // 10**9)
        month = ("SELECT count(*) AS n FROM late WHERE time >= "
                 f"'{tsbs_queries.timestamp(begin)}' AND time < "
                 f"'{tsbs_queries.timestamp(begin + datetime.timedelta(days=30))}'")
        whole = "SELECT host, max(v) AS m FROM late GROUP BY host"
        before = median_ms(server, month), median_ms(server, whole)
        begun = time.monotonic()
        server.store_all(compact=True)
        seconds = time.monotonic() - begun
        after = median_ms(server, month), median_ms(server, whole)
        report.add(f"{count} late windows: 30 days, all", "",
                   f"{before[0]:.1f}, {before[1]:.1f} ms in {files} files")
        report.add("  after compaction", "a few files",
                   f"{after[0]:.1f}, {after[1]:.1f} ms in {server.parquet_count()} files "
                   f"({seconds:.1f} s)", server.parquet_count() <= 10)
    finally:
        server.stop()


def measure_bounded(options, report, directory, load):
    """Many rows through a server with little memory for them."""
    limit_mb = 512
    server = Server(options.binary, directory / "bounded",
                    [f"--force-snapshot-mem-threshold={limit_mb}mb",
                     "--parquet-mem-cache-size=128mb", "--exec-mem-pool-bytes=256mb"])
    server.start()
    try:
        result = write_rows(load, options, server, options.bounded_rows, options.ingest_hosts)
        peak_gb = server.memory_bytes("VmHWM") / 1e9
        [answer] = server.query(DATABASE, "SELECT count(*) AS row_count FROM cpu")
        if answer["row_count"] != options.bounded_rows:
            raise RuntimeError(f"{answer['row_count']} rows are there")
        report.add(f"resident memory: peak over {options.bounded_rows / 1e6:.0f} M rows, "
                   f"{limit_mb} MB of them buffered", "<= 2.15 GB", f"{peak_gb:.2f} GB",
                   peak_gb <= 2.15)
        report.add("  durable ingest meanwhile", "",
                   f"{result['rows_per_second'] / 1e3:.0f} k rows/s")
        server.kill()
        seconds = server.start()
        [answer] = server.query(DATABASE, "SELECT count(*) AS row_count FROM cpu")
        if answer["row_count"] != options.bounded_rows:
            raise RuntimeError(f"{answer['row_count']} rows came back")
        report.add("  restart after kill -9", "",
                   f"{seconds:.2f} s, {server.memory_bytes('VmHWM') / 1e9:.2f} GB at the peak")
    finally:
        server.stop()


def measure_ingest_with_snapshots(options, report, directory, load):
    rates = []
    for name, arguments in (("without", []),
                            ("with", ["--wal-snapshot-size=2", "--wal-flush-interval=200ms"])):
        server = Server(options.binary, directory / f"ingest_{name}_snapshots", arguments)
        server.start()
        try:
            result = write_rows(load, options, server, options.rows, options.ingest_hosts)
            rates.append(result["rows_per_second"])
        finally:
            server.stop()
    report.add("durable ingest while snapshots and compaction run", ">= 750 k rows/s",
               f"{rates[1] / 1e3:.0f} k rows/s, {rates[1] / rates[0]:.2f} of that without",
               rates[1] >= 750e3)
