"""Telegraf writes to the endpoints of 1.x and 2.x. tools/test_servers.sh installs it."""

import subprocess

import pytest

from store_servers import find_program

RUN_SECONDS_MAX = 120
LINES = "\n".join(f'cpu,host=h{i % 7} usage={i}.5,n={i}i,ok=true,note="line {i}" {i}'
                  for i in range(2500))
OUTPUTS = {
    "v1": '[[outputs.influxdb]]\nurls = ["{url}"]\ndatabase = "metrics"\n'
          'skip_database_creation = true\ncontent_encoding = "{encoding}"\n',
    "v2": '[[outputs.influxdb_v2]]\nurls = ["{url}"]\ntoken = "any"\norganization = "ours"\n'
          'bucket = "metrics"\ncontent_encoding = "{encoding}"\n',
}


def collect_once(folder, output: str, lines: str = LINES) -> str:
    """Telegraf reads the lines and writes them, 1,000 at a time; returns what it says."""
    program = find_program("telegraf")
    (folder / "lines.txt").write_text(lines)
    config = folder / "telegraf.conf"
    config.write_text('[agent]\nomit_hostname = true\nprecision = "1ns"\nmetric_batch_size = 1000\n'
                      f'[[inputs.file]]\nfiles = ["{folder / "lines.txt"}"]\n'
                      f'data_format = "influx"\n{output}')
    done = subprocess.run([program, "--config", str(config), "--once"], cwd=folder, text=True,
                          capture_output=True, timeout=RUN_SECONDS_MAX, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_metrics_arrive(server, tmp_path, version, encoding):
    said = collect_once(tmp_path, OUTPUTS[version].format(url=server.url, encoding=encoding))
    assert " E! " not in said, said
    [totals] = server.rows("metrics", "SELECT count(*) AS n, count(DISTINCT host) AS hosts, "
                                      "sum(n) AS sum, sum(usage) AS usage FROM cpu")
    assert totals == {"n": 2500, "hosts": 7, "sum": 3_123_750, "usage": 3_125_000.0}
    [row] = server.rows("metrics", "SELECT * FROM cpu WHERE n = 2499")
    assert row == {"host": "h0", "n": 2499, "note": "line 2499", "ok": True,
                   "time": "1970-01-01T00:00:00.000002499", "usage": 2499.5}


@pytest.mark.parametrize(("version", "reason"), [
    ("v1", "400 Bad Request): line protocol parsing error"),
    ("v2", "invalid column type for column 'usage'"),
])
def test_a_refused_batch_is_reported(server, tmp_path, version, reason):
    server.must_write("metrics", "cpu usage=1 1")
    said = collect_once(tmp_path, OUTPUTS[version].format(url=server.url, encoding="gzip"),
                        'cpu usage="high" 2')
    assert reason in said
    assert server.rows("metrics", "SELECT count(*) AS n FROM cpu") == [{"n": 1}]
