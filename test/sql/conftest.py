"""Lets pytest collect the data files of this folder."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from runner.pytest_collection import RUNS, collect_file, seed  # noqa: E402


def pytest_collect_file(file_path, parent):
    return collect_file(file_path, parent)


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"data files were drawn by INFLUXDB3_TEST_SEED={seed()}")


def pytest_sessionfinish():
    RUNS.cancel()
