"""Starts a server on the embedded file store, writes the guide's sample, queries it and leaves the
server running; `stop` ends it. Used by `./dev quickstart` and `./dev stop`."""

import os
import pathlib
import signal
import subprocess
import sys
import time

SAMPLE = """\
cpu,host=Alpha,region=us-west,application=webserver val=1i,usage_percent=20.5,status="OK"
cpu,host=Bravo,region=us-east,application=database val=2i,usage_percent=55.2,status="OK"
cpu,host=Charlie,region=us-west,application=cache val=3i,usage_percent=65.4,status="OK"
cpu,host=Bravo,region=us-east,application=database val=4i,usage_percent=70.1,status="Warn"
cpu,host=Bravo,region=us-central,application=database val=5i,usage_percent=80.5,status="OK"
cpu,host=Alpha,region=us-west,application=webserver val=6i,usage_percent=25.3,status="Warn"
"""
QUERY = "SELECT host, region, val, usage_percent, status FROM cpu ORDER BY val"
START_SECONDS_MAX = 60


def running_pid(directory: pathlib.Path) -> int | None:
    """The process id in the pid file if that process lives and is a server of ours."""
    try:
        pid = int((directory / "pid").read_text())
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if b"influxdb3" in command else None


def start_server(binary: str, directory: pathlib.Path, bind: str) -> tuple[int, str] | None:
    address_file = directory / "address"
    address_file.unlink(missing_ok=True)
    log = open(directory / "server.log", "ab")
    server = subprocess.Popen(
        [binary, "serve", "--node-id=host01", "--object-store=file",
         f"--data-dir={directory / 'data'}", f"--http-bind={bind}",
         f"--tcp-listener-file-path={address_file}"],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if server.poll() is not None:
            return None
        if address_file.exists() and address_file.read_text().strip():
            (directory / "pid").write_text(str(server.pid))
            return server.pid, address_file.read_text().strip()
        time.sleep(0.05)
    server.kill()
    return None


def start(binary: str, directory: pathlib.Path) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    pid = running_pid(directory)
    if pid is None:
        # The guide's port; a free one when something else has it.
        started = start_server(binary, directory, "127.0.0.1:8181") or start_server(
            binary, directory, "127.0.0.1:0")
        if started is None:
            sys.stderr.write((directory / "server.log").read_text()[-4000:])
            sys.stderr.write("quickstart: the server did not start\n")
            return 1
        pid, address = started
    else:
        address = (directory / "address").read_text().strip()
    host = f"http://{address}"
    print(f"server: process {pid} at {host}, data in {directory / 'data'}")
    for command in (["write", "--host", host, "--database=mydb", SAMPLE],
                    ["query", "--host", host, "--database=mydb", QUERY]):
        shown = " ".join(word if " " not in word else f"'{word.splitlines()[0]}…'"
                         if "\n" in word else f'"{word}"' for word in command)
        print(f"$ influxdb3 {shown}", flush=True)
        done = subprocess.run([binary, *command], stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            return done.returncode
    binary_shown = os.path.relpath(binary)
    print(f"\nThe server keeps running. Use it:  {binary_shown} query --host {host} "
          f"--database=mydb \"SELECT * FROM cpu\"\nStop it:  ./dev stop   (process {pid})")
    return 0


def stop(directory: pathlib.Path) -> int:
    pid = running_pid(directory)
    if pid is None:
        print("no quickstart server is running")
        return 0
    os.kill(pid, signal.SIGTERM)
    for _ in range(600):
        if running_pid(directory) is None:
            break
        time.sleep(0.05)
    else:
        print(f"process {pid} did not stop within 30 seconds", file=sys.stderr)
        return 1
    (directory / "pid").unlink(missing_ok=True)
    print(f"stopped process {pid}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "start":
        sys.exit(start(sys.argv[2], pathlib.Path(sys.argv[3])))
    if len(sys.argv) == 3 and sys.argv[1] == "stop":
        sys.exit(stop(pathlib.Path(sys.argv[2])))
    sys.exit("usage: quickstart.py start BINARY DIRECTORY | stop DIRECTORY")
