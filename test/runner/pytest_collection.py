"""Lets pytest collect `*.test` files: one item per file and config. Imported by conftest.py.

INFLUXDB3_TEST_CONFIGS names the configs to run (comma separated, or `all`); without it each config
runs its share of the files, drawn by INFLUXDB3_TEST_SEED or else by the commit.

Files run a few at a time, each with a server of its own: INFLUXDB3_TEST_JOBS, else one more than
the cores, as a restarting server leaves them idle."""

import concurrent.futures
import functools
import os
import pathlib
import subprocess

import pytest

from . import config as configs
from .execution import Failure, run_file
from .server import ROOT, ServerError, find_binary
from .test_file import ParseError, parse_test_file


@functools.cache
def seed() -> str:
    given = os.environ.get("INFLUXDB3_TEST_SEED")
    if given:
        return given
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                            text=True, check=False)
    return commit.stdout.strip() or "no commit"


def configs_of(file_name: str) -> list[configs.Config]:
    names = os.environ.get("INFLUXDB3_TEST_CONFIGS", "")
    if not names:
        return [c for c in configs.load_all() if c.has_share_in(file_name, seed())]
    if names == "all":
        return configs.load_all()
    return [configs.load(name) for name in names.split(",")]


class Runs:
    """The runs of a session's items: begun in their order by a few threads when the first of them is
    waited for."""

    def __init__(self):
        self.pool: concurrent.futures.ThreadPoolExecutor | None = None
        self.futures: dict[pytest.Item, concurrent.futures.Future] = {}

    def wait_for(self, item: "DataItem"):
        if self.pool is None:
            jobs = int(os.environ.get("INFLUXDB3_TEST_JOBS") or (os.cpu_count() or 1) + 1)
            self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
            self.futures = {other: self.pool.submit(other.run_file) for other in
                            item.session.items if isinstance(other, DataItem)}
        self.futures[item].result()

    def cancel(self):
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)


RUNS = Runs()


class DataFile(pytest.File):
    def collect(self):
        parsed = parse_test_file(self.path, ROOT)
        for config in configs_of(parsed.name):
            yield DataItem.from_parent(self, name=config.name, parsed=parsed, config_used=config)


class DataItem(pytest.Item):
    def __init__(self, *, parsed, config_used, **kwargs):
        super().__init__(**kwargs)
        self.parsed = parsed
        self.config_used = config_used

    def run_file(self):
        missing = [r for r in self.parsed.requirements if r not in self.config_used.features]
        if missing:
            pytest.skip(f"config {self.config_used.name} has no {', '.join(missing)}")
        binary = find_binary()
        if binary is None:
            pytest.skip("no influxdb3 binary: build it or set INFLUXDB3_BINARY")
        run_file(self.parsed, self.config_used, binary)

    def runtest(self):
        RUNS.wait_for(self)

    def repr_failure(self, excinfo):
        if excinfo.errisinstance((Failure, ServerError, RuntimeError)):
            notes = getattr(excinfo.value, "__notes__", [])
            return "\n".join([str(excinfo.value), *notes])
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, f"{self.parsed.name} [{self.config_used.name}]"


def collect_file(file_path: pathlib.Path, parent):
    if file_path.suffix == ".test":
        return DataFile.from_parent(parent, path=file_path)
    return None


__all__ = ["RUNS", "ParseError", "collect_file", "seed"]
