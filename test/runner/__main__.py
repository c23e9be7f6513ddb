"""Runs data files by hand: python -m runner [--config NAME] [--update] FILE...  (from test/)"""

import argparse
import difflib
import pathlib
import sys

from . import config as configs
from .execution import Failure, Update, run_file
from .results import rows_text
from .server import ROOT, ServerError, find_binary
from .test_file import ParseError, parse_test_file


def apply_updates(path: pathlib.Path, updates: list[Update]):
    """Replaces the expected lines and prints what changed, for review."""
    old = path.read_text(encoding="utf-8").split("\n")
    new = list(old)
    for update in sorted(updates, key=lambda u: u.lines, reverse=True):
        begin, end = update.lines
        new[begin:end] = rows_text(update.rows).split("\n") if update.rows else []
    sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(
        old, new, str(path), str(path), lineterm=""))
    path.write_text("\n".join(new), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m runner")
    parser.add_argument("--config", default="default")
    parser.add_argument("--update", action="store_true",
                        help="rewrite the expected rows of queries that differ and print the diff")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    binary = find_binary()
    if binary is None:
        parser.error("no influxdb3 binary: build it or set INFLUXDB3_BINARY")
    config = configs.load(arguments.config)
    failed = 0
    for path in arguments.files:
        try:
            execution = run_file(parse_test_file(path, ROOT), config, binary, arguments.update)
        except (Failure, ServerError, ParseError, RuntimeError) as error:
            failed += 1
            print("\n".join([f"FAILED {error}", *getattr(error, "__notes__", [])]))
            continue
        print(f"ok {path} {execution.counts}")
        if execution.updates:
            apply_updates(path, execution.updates)
    return 1 if failed else 0


sys.exit(main())
