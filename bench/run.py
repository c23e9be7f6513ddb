#!/usr/bin/env python3
"""Measures the server on this machine and prints each figure beside its target.

The server, the load generator and the micro-benchmarks must have been built for release:
`./dev bench` does that. A missed target is reported, not an error.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import storage_sections
import tsbs_queries
from server_process import Server

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECTIONS = ["parse", "ack", "ingest", "memory", "query", "stream", "snapshot", "files", "late",
            "bounded", "ingest_with_snapshots"]
RAW_ROW_BYTES = 8 + 4 + 10 * 8  # time, series and ten floats
WRITE_DATABASE = storage_sections.DATABASE


class Report:
    """Rows of (what, target, figure, met); `met` is None where there is no target."""

    def __init__(self):
        self.rows = []
        self.failures = 0

    def add(self, what, target, figure, met=None):
        self.rows.append((what, target, figure, met))

    def fail(self, what, error):
        self.failures += 1
        self.rows.append((what, "", f"failed: {error}", False))

    def print(self):
        heads = ("what", "target", "figure", "")
        marks = {None: "", True: "met", False: "MISSED"}
        lines = [(what, target, figure, marks[met]) for what, target, figure, met in self.rows]
        widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(3)]
        for line in [heads, tuple("-" * width for width in widths) + ("",), *lines]:
            cells = [line[i].ljust(widths[i]) for i in range(3)]
            print("  ".join([*cells, line[3]]).rstrip())


def machine():
    model = platform.processor() or platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {model}, {memory_gib:.0f} GiB, {platform.platform()}"


def micro_benchmark(build, name, pattern="."):
    """The entries of a Google Benchmark's JSON output."""
    binaries = [path for path in build.rglob(name) if path.is_file() and os.access(path, os.X_OK)]
    if not binaries:
        raise RuntimeError(f"{name} was not built")
    output = subprocess.run([binaries[0], "--benchmark_format=json",
                             f"--benchmark_filter={pattern}"],
                            check=True, capture_output=True, text=True).stdout
    return json.loads(output)["benchmarks"]


def load(build, command, *arguments, **options):
    """Runs the load generator; returns its lines."""
    text = subprocess.run([build / "bench" / "load_generator", command, *map(str, arguments)],
                          stdout=subprocess.PIPE, text=True, **options).stdout
    return [json.loads(line) for line in text.splitlines()]


def measure_parse(options, report, _directory):
    entries = [entry for entry in micro_benchmark(options.build, "batch_builder_bench")
               if "bytes_per_second" in entry]
    rates = {kind: min(entry["bytes_per_second"] for entry in entries
                       if entry["name"].startswith(f"BM_Build{kind}/")) / 1e6
             for kind in ("Integers", "Floats")}
    report.add("line protocol into write batches, one core", ">= 500 MB/s",
               f"{rates['Integers']:.0f} MB/s integers, {rates['Floats']:.0f} MB/s floats",
               min(rates.values()) >= 500)


def measure_ack(options, report, directory):
    server = Server(options.binary, directory / "ack")
    server.start()
    try:
        arguments = ["--port", server.port, "--database", WRITE_DATABASE, "--writers", 1,
                     "--rows-per-request", 1]
        load(options.build, "write", *arguments, "--rows", 20, check=True)
        [result] = load(options.build, "write", *arguments, "--rows", options.small_writes,
                        check=True)
    finally:
        server.stop()
    median, p99 = result["ack_median_ms"], result["ack_p99_ms"]
    report.add("durable write of one line, 1 writer: median", "<= 5 ms", f"{median:.2f} ms",
               median <= 5)
    report.add("durable write of one line, 1 writer: 99 %", "<= 25 ms", f"{p99:.2f} ms", p99 <= 25)


def measure_ingest(options, report, directory):
    server = Server(options.binary, directory / "ingest")
    server.start()
    try:
        empty_bytes = server.memory_bytes("VmRSS")
        [result] = load(options.build, "write", "--port", server.port, "--database",
                        WRITE_DATABASE, "--rows", options.rows, "--hosts", options.ingest_hosts,
                        check=True)
        peak_gb = server.memory_bytes("VmHWM") / 1e9
        bytes_per_row = (server.memory_bytes("VmRSS") - empty_bytes) / result["rows"]
        rate, median = result["rows_per_second"], result["ack_median_ms"]
        report.add("durable ingest over HTTP, 8 writers, 5,000 lines a request", ">= 750 k rows/s",
                   f"{rate / 1e3:.0f} k rows/s, {result['bytes'] / result['seconds'] / 1e6:.0f} "
                   "MB/s", rate >= 750e3)
        report.add("  acknowledgement: median", "<= 40 ms", f"{median:.1f} ms", median <= 40)
        report.add("  acknowledgement: 99 %", "", f"{result['ack_p99_ms']:.1f} ms")
        report.add("  resident memory: peak", "",
                   f"{peak_gb:.2f} GB with {result['rows'] / 1e6:.1f} M rows buffered")
        report.add("  resident memory: after, per row", "",
                   f"{bytes_per_row:.0f} B = {bytes_per_row / RAW_ROW_BYTES:.2f} x raw")
        server.kill()
        measure_replay(server, report, result["rows"])
    finally:
        server.stop()


def measure_replay(server, report, rows):
    seconds = server.start()
    [answer] = server.query(WRITE_DATABASE, "SELECT count(*) AS row_count FROM cpu")
    if answer["row_count"] != rows:
        raise RuntimeError(f"{rows} rows were acknowledged, {answer['row_count']} came back")
    report.add("WAL replay: start to first answer, after kill -9", ">= 2 M rows/s",
               f"{rows / seconds / 1e6:.2f} M rows/s ({seconds:.2f} s)", rows / seconds >= 2e6)


def measure_memory(options, report, _directory):
    entries = micro_benchmark(options.build, "buffer_bench", "BM_Apply/4000/5000")
    ratio = entries[0]["of_raw_bytes"]
    report.add("memory per buffered row, all counted", "<= 1.3 x raw", f"{ratio:.2f} x raw",
               ratio <= 1.3)
    report.add("  applying batches of 5,000 rows, one core", "",
               f"{entries[0]['items_per_second'] / 1e6:.1f} M rows/s")


def measure_query(options, report, directory):
    server = Server(options.binary, directory / "query")
    server.start()
    try:
        load(options.build, "write", "--port", server.port, "--database", WRITE_DATABASE,
             "--rows", options.query_rows, "--hosts", options.query_hosts, check=True)
        queries = tsbs_queries.QuerySet(options.query_rows, options.query_hosts)
        for name, target_ms in tsbs_queries.TARGETS_MS.items():
            storage_sections.measure_query_type(options, report, server, queries, name, target_ms,
                                                load)
    finally:
        server.stop()


STREAM_SQL = "SELECT time, hostname, usage_user, usage_system, usage_idle FROM cpu"
STREAM_RUNS = 3


def stream_once(port):
    """Reads the whole result on one Flight connection: rows, and seconds to its first rows and to
    its end."""
    from pyarrow import flight
    ticket = flight.Ticket(json.dumps({"database": WRITE_DATABASE, "sql_query": STREAM_SQL,
                                       "query_type": "sql"}).encode())
    with flight.connect(f"grpc+tcp://127.0.0.1:{port}") as client:
        started = time.monotonic()
        rows, first_seconds = 0, 0.0
        for chunk in client.do_get(ticket):
            if rows == 0 and chunk.data.num_rows > 0:
                first_seconds = time.monotonic() - started
            rows += chunk.data.num_rows
        return rows, first_seconds, time.monotonic() - started


def measure_stream(options, report, directory):
    server = Server(options.binary, directory / "stream")
    server.start()
    try:
        load(options.build, "write", "--port", server.port, "--database", WRITE_DATABASE,
             "--rows", options.stream_rows, "--hosts", options.ingest_hosts, check=True)
        before_bytes = server.memory_bytes("VmRSS")
        runs = [stream_once(server.port) for _ in range(STREAM_RUNS)]
        grown_mb = (server.memory_bytes("VmHWM") - before_bytes) / 1e6
    finally:
        server.stop()
    rows = runs[0][0]
    first_ms = statistics.median(run[1] for run in runs) * 1e3
    rate = rows / statistics.median(run[2] for run in runs)
    report.add(f"{rows / 1e6:.1f} M rows of 5 columns to the Python client: first batch",
               "<= 100 ms", f"{first_ms:.1f} ms", first_ms <= 100)
    report.add("  rows on one connection", ">= 2 M rows/s", f"{rate / 1e6:.2f} M rows/s",
               rate >= 2e6)
    report.add("  memory of the server meanwhile, at most", "", f"{max(grown_mb, 0):.0f} MB more")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION",
                        help=f"what to measure: {', '.join(SECTIONS)} (all)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--rows", type=int, default=4_000_000, help="rows of the ingest run")
    parser.add_argument("--ingest-hosts", type=int, default=1000)
    parser.add_argument("--small-writes", type=int, default=1000)
    parser.add_argument("--query-rows", type=int, default=1_000_000)
    parser.add_argument("--query-hosts", type=int, default=100)
    parser.add_argument("--snapshot-rows", type=int, default=5_000_000)
    parser.add_argument("--file-rows", type=int, default=10_000_000)
    parser.add_argument("--late-windows", type=int, default=10_000)
    parser.add_argument("--bounded-rows", type=int, default=20_000_000)
    parser.add_argument("--stream-rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=30, help="runs of each query type")
    parser.add_argument("--keep", action="store_true", help="keep data and logs of the servers")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.binary = options.build / "influxdb3"
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"unknown section: {', '.join(sorted(unknown))}")
    return options


def main():
    options = parse_options()
    report = Report()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="influxdb3-bench-"))
    try:
        for section in options.sections or SECTIONS:
            print(f"measuring: {section} …", file=sys.stderr)
            try:
                if measure := globals().get(f"measure_{section}"):
                    measure(options, report, directory)
                else:
                    getattr(storage_sections, f"measure_{section}")(options, report, directory, load)
            except (OSError, RuntimeError, ValueError, KeyError,
                    subprocess.CalledProcessError) as error:
                report.fail(section, error)
    finally:
        if options.keep:
            print(f"data and logs: {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"machine: {machine()}")
    report.print()
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
