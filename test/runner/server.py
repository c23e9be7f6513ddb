"""A server process of the binary under test, on a free port with its own data directory."""

import http.client
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60
POLL_SECONDS = 0.005


class ServerError(Exception):
    """The server did not start, stop or answer as it must; holds the end of its log."""


def find_binary() -> pathlib.Path | None:
    """INFLUXDB3_BINARY, else the release build, else the newest other build."""
    named = os.environ.get("INFLUXDB3_BINARY")
    if named:
        return pathlib.Path(named).resolve()
    release = ROOT / "build" / "release" / "influxdb3"
    if release.exists():
        return release
    built = [p for pattern in ("build/*/influxdb3", "build/*/src/cli/influxdb3")
             for p in ROOT.glob(pattern) if p.is_file()]
    return max(built, key=lambda p: p.stat().st_mtime, default=None)


class Server:
    def __init__(self, binary: pathlib.Path, serve_arguments: list[str] | None = None,
                 environment: dict[str, str] | None = None):
        self.binary = binary
        self.serve_arguments = serve_arguments or []
        self.environment = environment or {}
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="influxdb3-test-"))
        self.log_path = self.directory / "server.log"
        self.address_path = self.directory / "address"
        self.process: subprocess.Popen | None = None
        self.address = ""

    def start(self):
        self.address_path.unlink(missing_ok=True)
        command = [str(self.binary), "serve", "--node-id=n", "--object-store=file",
                   f"--data-dir={self.directory / 'data'}", "--http-bind", "127.0.0.1:0",
                   "--tcp-listener-file-path", str(self.address_path), *self.serve_arguments]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=self.directory,
                                            env={**os.environ, **self.environment})
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._answers():
            if self.process.poll() is not None:
                raise ServerError(f"the server ended with code {self.process.returncode} "
                                  f"at start\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"no answer {START_SECONDS_MAX} s after start\n{self.log_tail()}")
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            self.address = self.address_path.read_text().strip()
            if not self.address:
                return False
            connection = http.client.HTTPConnection(self.address, timeout=5)
            connection.request("GET", "/health")
            status = connection.getresponse().status
            connection.close()
            return status == 200
        except OSError:
            return False

    def stop(self):
        """A clean stop; the server must end by itself with code 0."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(f"still running {STOP_SECONDS_MAX} s after SIGTERM\n{self.log_tail()}")
        if code != 0:
            raise ServerError(f"ended with code {code} after SIGTERM\n{self.log_tail()}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self, crash: bool = False):
        if crash:
            self.kill()
        else:
            self.stop()
        self.start()

    def remove(self, keep_data: bool = False):
        """Ends the process whatever its state; the data directory stays only when asked."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if not keep_data:
            shutil.rmtree(self.directory, ignore_errors=True)

    def state(self) -> str:
        code = self.process.poll()
        return "the server still runs" if code is None else f"the server ended with code {code}"

    def log_tail(self, lines: int = 30) -> str:
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return "server log:\n" + "\n".join(text.splitlines()[-lines:])
