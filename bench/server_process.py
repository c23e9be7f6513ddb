"""Starts and stops the server under test and reads what the kernel knows of it."""

import http.client
import json
import os
import pathlib
import signal
import subprocess
import time


class Server:
    """`influxdb3 serve` on a free port over a data directory of its own."""

    def __init__(self, binary, directory, extra_arguments=(), environment=None):
        self.binary = binary
        self.directory = pathlib.Path(directory)
        self.extra_arguments = list(extra_arguments)
        self.environment = environment or {}
        self.process = None
        self.port = None
        self.log_path = self.directory / "server.log"

    def start(self, timeout_seconds=300):
        """Returns the seconds from start to the first good answer."""
        self.directory.mkdir(parents=True, exist_ok=True)
        address_file = self.directory / "address"
        address_file.unlink(missing_ok=True)
        command = [self.binary, "serve", "--node-id", "bench", "--object-store", "file",
                   "--data-dir", str(self.directory / "data"), "--http-bind", "127.0.0.1:0",
                   "--tcp-listener-file-path", str(address_file), *self.extra_arguments]
        started = time.monotonic()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL,
                                            env={**os.environ, **self.environment})
        while time.monotonic() - started < timeout_seconds:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log_tail()}")
            if self.healthy(address_file):
                return time.monotonic() - started
            time.sleep(0.005)
        self.kill()
        raise RuntimeError(f"the server did not answer in {timeout_seconds} s: {self.log_tail()}")

    def healthy(self, address_file):
        try:
            self.port = int(address_file.read_text().strip().rsplit(":", 1)[1])
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, IndexError, ValueError, http.client.HTTPException):
            return False

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def memory_bytes(self, field):
        """`VmRSS` now or `VmHWM`, the highest so far."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        return 0

    def query(self, database, sql):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        body = json.dumps({"db": database, "q": sql, "format": "json"})
        connection.request("POST", "/api/v3/query_sql", body,
                           {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise RuntimeError(f"query answered {response.status}: {text[:300]}")
        return json.loads(text)

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("POST", path, body)
        response = connection.getresponse()
        text = response.read().decode()
        if response.status >= 300:
            raise RuntimeError(f"{path} answered {response.status}: {text[:300]}")

    def write(self, database, lines):
        self.post(f"/api/v3/write_lp?db={database}&precision=nanosecond", lines)

    def store_all(self, compact=False):
        """Returns when all rows are in Parquet files; needs INFLUXDB3_TEST_HOOKS."""
        self.post("/debug/store_all" + ("?compact=true" if compact else ""), b"")

    def parquet_bytes(self):
        return self.metric("influxdb3_parquet_bytes")

    def parquet_count(self):
        return int(self.metric("influxdb3_parquet_files"))

    def metric(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/metrics")
        for line in connection.getresponse().read().decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise RuntimeError(f"no metric {name}")

    def log_tail(self, lines=5):
        return " | ".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])
