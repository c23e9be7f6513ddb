"""Lets pytest collect the data files of this folder."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from runner.pytest_collection import collect_file  # noqa: E402


def pytest_collect_file(file_path, parent):
    return collect_file(file_path, parent)
