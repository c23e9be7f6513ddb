"""Lets pytest collect `*.test` files: one item per file and config. Imported by conftest.py.

INFLUXDB3_TEST_CONFIGS names the configs to run (comma separated, or `all`); without it those run
that are not marked `"always": false`."""

import os
import pathlib

import pytest

from . import config as configs
from .execution import Failure, run_file
from .server import ROOT, ServerError, find_binary
from .test_file import ParseError, parse_test_file


def chosen_configs() -> list[configs.Config]:
    names = os.environ.get("INFLUXDB3_TEST_CONFIGS", "")
    if not names:
        return [c for c in configs.load_all() if c.always]
    if names == "all":
        return configs.load_all()
    return [configs.load(name) for name in names.split(",")]


class DataFile(pytest.File):
    def collect(self):
        parsed = parse_test_file(self.path, ROOT)
        for config in chosen_configs():
            yield DataItem.from_parent(self, name=config.name, parsed=parsed, config_used=config)


class DataItem(pytest.Item):
    def __init__(self, *, parsed, config_used, **kwargs):
        super().__init__(**kwargs)
        self.parsed = parsed
        self.config_used = config_used

    def runtest(self):
        missing = [r for r in self.parsed.requirements if r not in self.config_used.features]
        if missing:
            pytest.skip(f"config {self.config_used.name} has no {', '.join(missing)}")
        binary = find_binary()
        if binary is None:
            pytest.skip("no influxdb3 binary: build it or set INFLUXDB3_BINARY")
        run_file(self.parsed, self.config_used, binary)

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


__all__ = ["collect_file", "ParseError"]
