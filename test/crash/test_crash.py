"""The crash loop as tests: random kills, and a death at each fault point of the log."""

import os
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from crash_load import Batch, Oracle  # noqa: E402
from crash_loop import CrashFailure, CrashLoop, fault_points, is_seldom  # noqa: E402
from server_process import find_binary  # noqa: E402

ROUNDS = int(os.environ.get("INFLUXDB3_CRASH_ROUNDS", "30"))
FAULT_POINT_ROUNDS = 3
SNAPSHOT_ROUNDS = 20
S3_ROUNDS = 10
S3_FAULT_POINT_ROUNDS = 2


@pytest.fixture
def binary():
    found = find_binary()
    if found is None:
        pytest.skip("no influxdb3 binary: build it or set INFLUXDB3_BINARY")
    return found.resolve()


@pytest.fixture
def seed() -> int:
    """Printed by the loop; INFLUXDB3_CRASH_SEED repeats a run."""
    given = os.environ.get("INFLUXDB3_CRASH_SEED")
    return int(given) if given else random.SystemRandom().getrandbits(32)


def test_random_kills(binary, seed):
    CrashLoop(binary, ROUNDS, seed).run()


@pytest.mark.parametrize("fault_point", fault_points())
def test_death_at_fault_point(binary, seed, fault_point):
    CrashLoop(binary, FAULT_POINT_ROUNDS, seed, fault_point=fault_point).run()


def test_random_kills_with_snapshots(binary, seed):
    CrashLoop(binary, SNAPSHOT_ROUNDS, seed, store="snapshots").run()


@pytest.mark.parametrize("fault_point", fault_points("snapshots"))
def test_death_at_fault_point_of_snapshots(binary, seed, fault_point):
    rounds = 1 if is_seldom(fault_point) else FAULT_POINT_ROUNDS
    CrashLoop(binary, rounds, seed, fault_point=fault_point, store="snapshots").run()


def test_random_kills_on_s3(binary, seed):
    CrashLoop(binary, S3_ROUNDS, seed, store="s3").run()


@pytest.mark.parametrize("fault_point", fault_points("s3"))
def test_death_at_fault_point_on_s3(binary, seed, fault_point):
    CrashLoop(binary, S3_FAULT_POINT_ROUNDS, seed, fault_point=fault_point, store="s3").run()


def test_the_checks_notice_what_they_are_for(binary):
    """The loop must be able to fail: each kind of wrong answer is found."""
    loop = CrashLoop(binary, 0, 1)
    loop.directory.rmdir()
    loop.oracle = Oracle()
    loop.oracle.batches = {
        "w0-0": Batch("w0-0", "", {"small": 2, "wide": 1}, {"small": 5, "wide": 7},
                      acknowledged=True),
        "w0-1": Batch("w0-1", "", {"small": 1, "wide": 1}, {"small": 1, "wide": 1})}

    loop.oracle.batches["w0-2"] = Batch("w0-2", "", {"small": 1, "wide": 1},
                                        {"small": 1, "wide": 1}, acknowledged=True,
                                        deleted={"small": True, "wide": True})

    def row(batch, n, s, times=None):
        return {"batch": batch, "n": n, "s": s, "times": n if times is None else times}

    whole = [row("w0-0", 2, 5)], [row("w0-0", 1, 7)]
    loop.check_batches({"small": whole[0], "wide": whole[1]})
    loop.check_batches({"small": whole[0] + [row("w0-1", 1, 1)],
                        "wide": whole[1] + [row("w0-1", 1, 1)]})
    for small, wide in (([], []),                                          # lost
                        (whole[0], []),                                    # lost in one table
                        ([row("w0-0", 1, 3)], whole[1]),                   # rows lost
                        ([row("w0-0", 4, 10, 2)], whole[1]),               # twice
                        ([row("w0-0", 2, 6)], whole[1]),                   # another value
                        (whole[0] + [row("w0-1", 1, 1)], whole[1]),        # pending in part
                        (whole[0] + [row("w0-2", 1, 1)], whole[1]),        # deleted
                        (whole[0] + [row("w9-9", 1, 1)], whole[1])):       # never sent
        with pytest.raises(CrashFailure):
            loop.check_batches({"small": small, "wide": wide})
