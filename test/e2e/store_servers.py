"""Object stores of others, as processes on free ports: what tools/test_servers.sh installs."""

import os
import pathlib
import shutil
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


def find_store_server(name: str) -> str:
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

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


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
