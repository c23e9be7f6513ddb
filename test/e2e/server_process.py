"""A server of the real binary for end-to-end tests: start, requests, command line, stop."""

import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from runner.server import find_binary  # noqa: E402

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60
REQUEST_SECONDS_MAX = 60
POLL_SECONDS = 0.01


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without variables that would change what the binary does."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("INFLUXDB3_", "LOG_", "AWS_"))}
    environment.update(more)
    return environment


class Reply:
    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.reason = response.reason
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"<{self.status} {self.body[:500]!r}>"


class ServerProcess:
    """Data and log live in `directory`; the same directory can be started again."""

    def __init__(self, directory: pathlib.Path, *, store: str = "file", node_id: str = "host01",
                 arguments: tuple[str, ...] = (), environment: dict[str, str] | None = None,
                 data_dir: pathlib.Path | None = None):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.binary = find_binary()
        self.store = store
        self.node_id = node_id
        self.arguments = tuple(arguments)
        self.environment = environment or {}
        self.data_dir = data_dir or self.directory / "data"
        self.process: subprocess.Popen | None = None
        self.address = ""

    @property
    def log_path(self) -> pathlib.Path:
        return self.directory / "server.log"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def command(self) -> list[str]:
        command = [str(self.binary), "serve", f"--node-id={self.node_id}",
                   f"--object-store={self.store}", "--http-bind=127.0.0.1:0",
                   f"--tcp-listener-file-path={self.directory / 'address'}"]
        if self.store == "file":
            command.append(f"--data-dir={self.data_dir}")
        return [*command, *self.arguments]

    def spawn(self, prefix: tuple[str, ...] = (), **popen) -> "ServerProcess":
        (self.directory / "address").unlink(missing_ok=True)
        with self.log_path.open("ab") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **popen}
            self.process = subprocess.Popen([*prefix, *self.command()], cwd=self.directory,
                                            env=clean_environment(**self.environment), **streams)
        return self

    def start(self, **popen) -> "ServerProcess":
        self.spawn(**popen)
        return self.wait_until_ready()

    def wait_until_ready(self) -> "ServerProcess":
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.answers():
            assert self.process.poll() is None, (
                f"ended with code {self.process.returncode} at start\n{self.log[-4000:]}")
            assert time.monotonic() < deadline, f"not ready\n{self.log[-4000:]}"
            time.sleep(POLL_SECONDS)
        return self

    def answers(self) -> bool:
        try:
            self.address = (self.directory / "address").read_text().strip()
            return bool(self.address) and self.get("/health").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """A clean stop; returns the exit code."""
        self.process.send_signal(signal_number)
        try:
            return self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {STOP_SECONDS_MAX} s\n{self.log[-4000:]}")

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> "ServerProcess":
        assert self.stop() == 0, self.log[-4000:]
        return self.start()

    # HTTP

    def request(self, method: str, path: str, body: bytes | str | None = None,
                headers: dict[str, str] | None = None, **parameters) -> Reply:
        """`parameters` go into the query string; None values are left out."""
        given = {name: value for name, value in parameters.items() if value is not None}
        if given:
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(given)
        connection = http.client.HTTPConnection(self.address, timeout=REQUEST_SECONDS_MAX)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, path, data, headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str, **parameters) -> Reply:
        return self.request("GET", path, **parameters)

    def post_json(self, path: str, value, method: str = "POST") -> Reply:
        return self.request(method, path, json.dumps(value), {"Content-Type": "application/json"})

    def write(self, database: str, lines: str | bytes, **parameters) -> Reply:
        return self.request("POST", "/api/v3/write_lp", lines, db=database, **parameters)

    def must_write(self, database: str, lines: str | bytes, **parameters):
        reply = self.write(database, lines, **parameters)
        assert reply.status == 204, reply

    def query(self, database: str, sql: str, **parameters) -> Reply:
        return self.get("/api/v3/query_sql", db=database, q=sql, **parameters)

    def rows(self, database: str, sql: str) -> list[dict]:
        reply = self.query(database, sql)
        assert reply.status == 200, reply
        return reply.json()

    # command line

    def cli(self, *arguments: str, input: str | bytes | None = None,
            environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        return run_binary(*arguments, input=input, cwd=self.directory,
                          environment={"INFLUXDB3_HOST_URL": self.url, **(environment or {})})

    def must_cli(self, *arguments: str, **options) -> str:
        done = self.cli(*arguments, **options)
        assert done.returncode == 0, done
        return done.stdout


def run_binary(*arguments: str, input: str | bytes | None = None, cwd=None,
               environment: dict[str, str] | None = None,
               text: bool = True) -> subprocess.CompletedProcess:
    if isinstance(input, bytes):
        text = False
    stdin = {} if input is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run([str(find_binary()), *arguments], input=input, capture_output=True,
                          text=text, cwd=cwd, timeout=REQUEST_SECONDS_MAX,
                          env=clean_environment(**(environment or {})), **stdin)
