"""Object stores of others, as processes on free ports: what tools/test_servers.sh installs."""

import base64
import email.utils
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from server_process import find_binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 60


def find_program(name: str) -> str:
    """The path of its program; skips the test, saying why, when there is none."""
    own = ROOT / ".deps" / "bin" / name
    program = str(own) if own.exists() else shutil.which(name)
    if program is not None:
        return program
    reason = ROOT / ".deps" / f"{name}.missing"
    why = reason.read_text().strip() if reason.exists() else "tools/test_servers.sh installs it"
    pytest.skip(f"no {name}: {why}")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for held in sockets:
        held.bind(("127.0.0.1", 0))
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


class StoreServer:
    """One running server. `live_url` answers, with any status, when it is ready."""

    def __init__(self, command: list[str], live_url: str, log_path: pathlib.Path, **environment):
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(command, env=dict(os.environ, **environment),
                                            stdout=log, stderr=log)
        try:
            self._wait_until_live(live_url, log_path)
        except BaseException:
            self.stop()
            raise

    def _wait_until_live(self, url: str, log_path: pathlib.Path) -> None:
        untrusting = ssl._create_unverified_context() if url.startswith("https") else None
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail("the store ended: " + log_path.read_text(errors="replace")[-2000:])
            try:
                with urllib.request.urlopen(url, timeout=1, context=untrusting):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        pytest.fail(f"the store did not answer within {START_SECONDS_MAX} s")

    def pause(self) -> None:
        """Requests hang until resume()."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Minio(StoreServer):
    """A store that speaks S3, with one bucket. Its data stay in `directory`."""

    KEY_ID = "conformance"
    SECRET = "conformance-secret"
    BUCKET = "rows"

    def __init__(self, directory: pathlib.Path, *arguments: str, scheme: str = "http"):
        minio = find_program("minio")
        self.objects = directory / "store" / self.BUCKET
        self.objects.mkdir(parents=True, exist_ok=True)
        port, console_port = free_ports(2)
        self.endpoint = f"{scheme}://127.0.0.1:{port}"
        super().__init__(
            [minio, "server", "--quiet", "--address", f"127.0.0.1:{port}",
             "--console-address", f"127.0.0.1:{console_port}", *arguments,
             str(directory / "store")],
            self.endpoint + "/minio/health/live", directory / "minio.log",
            MINIO_ROOT_USER=self.KEY_ID, MINIO_ROOT_PASSWORD=self.SECRET)

    def serve_arguments(self) -> tuple[str, ...]:
        """What a server with --object-store=s3 needs besides."""
        return (f"--bucket={self.BUCKET}", f"--aws-endpoint={self.endpoint}", "--aws-allow-http",
                f"--aws-access-key-id={self.KEY_ID}", f"--aws-secret-access-key={self.SECRET}")


class Azurite(StoreServer):
    """A store that speaks Azure's blob language, with one container."""

    ACCOUNT = "conformance"
    KEY = base64.b64encode(b"the key of the conformance tests").decode()
    BUCKET = "rows"

    def __init__(self, directory: pathlib.Path):
        azurite = find_program("azurite")
        (port,) = free_ports(1)
        self.endpoint = f"http://127.0.0.1:{port}/{self.ACCOUNT}"
        super().__init__(
            [azurite, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--disableTelemetry",
             "--location", str(directory / "store")],
            self.endpoint, directory / "azurite.log", AZURITE_ACCOUNTS=f"{self.ACCOUNT}:{self.KEY}")
        self._create_container()

    def _create_container(self) -> None:
        date = email.utils.formatdate(usegmt=True)
        to_sign = ("PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:2022-11-02\n"
                   f"/{self.ACCOUNT}/{self.ACCOUNT}/{self.BUCKET}\nrestype:container")
        digest = hmac.new(base64.b64decode(self.KEY), to_sign.encode(), hashlib.sha256).digest()
        request = urllib.request.Request(
            f"{self.endpoint}/{self.BUCKET}?restype=container", method="PUT",
            headers={"x-ms-date": date, "x-ms-version": "2022-11-02",
                     "Authorization": f"SharedKey {self.ACCOUNT}:{base64.b64encode(digest).decode()}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 201

    def serve_arguments(self) -> tuple[str, ...]:
        return (f"--bucket={self.BUCKET}", f"--azure-endpoint={self.endpoint}",
                "--azure-allow-http", f"--azure-storage-account={self.ACCOUNT}",
                f"--azure-storage-access-key={self.KEY}")


class FakeGoogle(StoreServer):
    """A store that speaks Google's language, with one bucket, in memory."""

    BUCKET = "rows"

    def __init__(self, directory: pathlib.Path):
        program = find_program("fake-gcs-server")
        (port,) = free_ports(1)
        self.endpoint = f"http://127.0.0.1:{port}"
        super().__init__(
            [program, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend",
             "memory", "-external-url", self.endpoint, "-public-host", f"127.0.0.1:{port}",
             "-log-level", "error"],
            self.endpoint + "/_internal/healthcheck", directory / "gcs.log")
        request = urllib.request.Request(
            f"{self.endpoint}/storage/v1/b?project=test", method="POST",
            data=json.dumps({"name": self.BUCKET}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30):
            pass
        self.account = directory / "account.json"
        self.account.write_text(json.dumps({"disable_oauth": True, "gcs_base_url": self.endpoint}))

    def serve_arguments(self) -> tuple[str, ...]:
        return (f"--bucket={self.BUCKET}", f"--google-service-account={self.account}")


def run_suite(binary: str, gtest_filter: str, **environment) -> None:
    """Runs a unit-test binary of the object stores against a server; none may be skipped."""
    suite = pathlib.Path(find_binary()).parent / "src" / "object_store" / binary
    if not suite.exists():
        pytest.skip(f"{binary} is not built")
    result = subprocess.run([str(suite), f"--gtest_filter={gtest_filter}"],
                            env=dict(os.environ, **environment), capture_output=True, text=True,
                            timeout=300)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-1000:]
    assert "SKIPPED" not in result.stdout
    assert "[  PASSED  ] 0 tests" not in result.stdout
