"""The official JavaScript, Go and Java clients and the JDBC driver: programs in clients/, which run
when their tool chain is on the machine and their packages could be fetched; else they are skipped."""

import functools
import hashlib
import json
import pathlib
import shutil
import subprocess

import pytest

PROGRAMS = pathlib.Path(__file__).resolve().parent / "clients"
BUILDS = pathlib.Path(__file__).resolve().parent.parent.parent / ".deps" / "clients"
INSTALL_SECONDS_MAX = 600
RUN_SECONDS_MAX = 120
JAVA = ["java", "--add-opens=java.base/java.nio=ALL-UNNAMED", "-cp", "lib/*:."]
STEPS = {
    "js": [["npm", "install", "--no-audit", "--no-fund", "--silent"]],
    "go": [["go", "build", "-o", "client", "."]],
    "java": [["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"],
             ["javac", "-cp", "lib/*", "ClientMain.java", "JdbcMain.java"]],
}
TOOLS = {"js": ["node", "npm"], "go": ["go"], "java": ["java", "javac", "mvn"]}

MISSING_TABLE = "Error during planning: table 'public.iox.nothing' not found"
BAD_WRITE = ("invalid column type for column 'temp', expected iox::column_type::field::float, got "
             "iox::column_type::field::string")


@functools.cache
def build(language: str) -> pathlib.Path | str:
    """The folder of the built program, or why there is none."""
    missing = [tool for tool in TOOLS[language] if shutil.which(tool) is None]
    if missing:
        return f"not on this machine: {', '.join(missing)}"
    sources = sorted(path for path in (PROGRAMS / language).iterdir() if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    folder = BUILDS / language
    stamp = folder / "built"
    if stamp.exists() and stamp.read_text() == digest:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sources:
        shutil.copy(path, folder)
    for step in STEPS[language]:
        try:
            done = subprocess.run(step, cwd=folder, capture_output=True, text=True,
                                  timeout=INSTALL_SECONDS_MAX, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return f"`{' '.join(step)}` took more than {INSTALL_SECONDS_MAX} s"
        if done.returncode != 0:
            return f"`{' '.join(step)}` failed: {(done.stdout + done.stderr)[-300:]}"
    stamp.write_text(digest)
    return folder


def run(language: str, *command: str) -> str:
    folder = build(language)
    if isinstance(folder, str):
        pytest.skip(folder)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                          timeout=RUN_SECONDS_MAX, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_javascript_client(server):
    seen = json.loads(run("js", "node", "main.mjs", server.url))
    assert seen["rows"] == [{"room": "Kitchen", "temp": 21.5, "hum": 40},
                            {"room": "Hall", "temp": 19, "hum": None},
                            {"room": "Attic", "temp": 5, "hum": None}]
    assert seen["points"] == [{"tag": "Kitchen", "field": 21.5}, {"tag": "Hall", "field": 19},
                              {"tag": "Attic", "field": 5}]
    assert seen["parameters"] == [21.5]
    assert MISSING_TABLE in seen["missing_table"]
    assert "database not found: nowhere" in seen["missing_database"]
    assert BAD_WRITE in seen["bad_write"]
    assert seen["version"].startswith("3.")


def test_go_client(server):
    seen = json.loads(run("go", "./client", server.url))
    rows = [{"room": "Kitchen", "temp": 21.5}, {"room": "Hall", "temp": 19}]
    assert seen["rows"] == rows
    assert seen["points"] == rows
    assert seen["parameters"] == [21.5]
    assert MISSING_TABLE in seen["missing_table"]
    assert "code = InvalidArgument" in seen["missing_table"]
    assert "code = NotFound desc = database not found: nowhere" in seen["missing_database"]
    assert BAD_WRITE in seen["bad_write"]
    assert seen["version"].startswith("3.")


def test_java_client(server):
    lines = run("java", *JAVA, "ClientMain", server.url).splitlines()
    assert lines[:5] == ["row Kitchen 21.5", "row Hall 19.0", "point Kitchen 21.5",
                         "point Hall 19.0", "parameter 21.5"]
    assert lines[5].startswith("missing_table") and MISSING_TABLE in lines[5]
    assert lines[6] == "missing_database database not found: nowhere"
    assert lines[7].startswith("bad_write") and BAD_WRITE in lines[7]
    assert lines[8].startswith("version 3.")


def test_jdbc_driver(server):
    server.must_write("home", "home,room=Kitchen temp=21.5 1700000000000000000\n"
                              "home,room=Hall temp=19 1700000060000000000",
                      precision="nanosecond")
    lines = run("java", *JAVA, "JdbcMain", server.address).splitlines()
    assert lines[:4] == ["row Kitchen 21.5", "row Hall 19.0", "parameter Kitchen", "later Hall"]
    assert lines[4].startswith("missing_table") and MISSING_TABLE in lines[4]
    assert lines[5:] == ["product InfluxDB IOx", "read_only true", "table home", "column room YES",
                         "column temp YES", "column time NO"]
