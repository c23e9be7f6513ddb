"""Kills a server at random moments under load and checks what is there after each restart.

Writers send batches: rows of several tables with one batch id. The oracle knows which batches were
only sent (pending) and which were acknowledged. After a restart
  - every acknowledged batch is there, whole, in every table,
  - every pending batch is there whole or not at all,
  - rows whose deletion was acknowledged are gone and stay so; otherwise all or none of a table are,
  - no row is there twice and none that was never sent,
  - databases and tables whose creation or deletion was acknowledged are there or gone,
  - the same queries give the same answers a second time.
Pending batches are sent again now and then, so that a batch may be written twice by its client.

The server is killed with SIGKILL, or kills itself at a named fault point (--fault-point). Its data lie
in files, in files with snapshots and compaction every few milliseconds (--store snapshots), or in a
bucket (--store s3) of a MinIO that runs all the time, with snapshots too."""

import argparse
import json
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "test" / "e2e"))
sys.path.insert(0, str(ROOT / "test" / "crash"))
from crash_load import DATABASE, TABLES, Batch, Oracle, Storer, Writer  # noqa: E402
from server_process import ServerProcess  # noqa: E402
from store_servers import Minio  # noqa: E402

HOOKS = {"INFLUXDB3_TEST_HOOKS": "1"}
LIFE_SECONDS_MAX = 0.8  # of a server between its readiness and its end
FAULT_POINT_SECONDS_MAX = 3.0
FAULT_POINT_EXIT_CODE = 137
# A point that is passed once in a hundred commits: the server may take longer to reach it.
SELDOM_FAULT_POINT_SECONDS_MAX = 60.0
FIRST_DEATH_SECONDS_MAX = 15.0  # on a busy machine, too


class CrashFailure(Exception):
    """What was found to be wrong."""


def is_seldom(fault_point: str) -> bool:
    return fault_point in ("persist.after_full_manifest", "persist.old_manifest_deleted")


def fault_points(store: str = "file") -> list[str]:
    """The names, from the headers that list them, of those that a record passes there."""
    def names(header: str) -> list[str]:
        return re.findall(r'"([a-z_]+\.[a-z_]+)"', (ROOT / "src" / header).read_text())

    if store == "snapshots":
        # Files are orphans only some time after the crash that made them.
        return ["wal.run_removed", *names("buffer/fault_points.h"),
                *(name for name in names("persist/fault_points.h")
                  if name != "persist.orphan_deleted")]
    points = names("wal/fault_points.h")
    if store == "file":
        return points
    return names("wal/store_fault_points.h") + points[points.index("wal.after_sync"):]


class CrashLoop:
    def __init__(self, binary: pathlib.Path, rounds: int, seed: int, writers: int = 4,
                 fault_point: str | None = None, report=print, store: str = "file"):
        self.rng = random.Random(seed)
        self.seed = seed
        self.rounds = rounds
        self.writer_count = writers
        self.fault_point = fault_point
        self.report = report
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="influxdb3-crash-"))
        self.minio: Minio | None = None
        self.store = store
        self.server = self.make_server(store)
        self.server.binary = binary
        self.oracle = Oracle()
        self.next_batches = [0] * writers
        self.fault_point_deaths = 0

    def make_server(self, store: str) -> ServerProcess:
        snapshots = ("--wal-snapshot-size=1", "--gen1-duration=1m")
        if store == "file":
            return ServerProcess(self.directory)
        if store == "snapshots":
            return ServerProcess(self.directory,
                                 arguments=(*snapshots, "--wal-flush-interval=1ms"))
        minio_directory = self.directory / "minio"
        minio_directory.mkdir()
        self.minio = Minio(minio_directory)
        # A life holds some flushes.
        return ServerProcess(self.directory, store=store, arguments=(
            *self.minio.serve_arguments(), *snapshots, "--wal-flush-interval=20ms"))

    def run(self):
        """Raises CrashFailure and keeps the directory when something is wrong."""
        self.report(f"crash loop: seed {self.seed}, {self.rounds} rounds, {self.writer_count} "
                    f"writers, {self.fault_point or 'SIGKILL'}")
        try:
            for number in range(self.rounds):
                self.one_round(number)
            if self.fault_point is not None and self.fault_point_deaths == 0:
                raise CrashFailure(f"no server passed {self.fault_point}")
            self.start(with_fault=False)
            self.verify()
            if self.server.stop() != 0:
                raise CrashFailure("the last stop was not clean")
            self.server.start()
            self.verify()
        except BaseException:
            self.end_processes()
            self.oracle.save(self.directory / "oracle.jsonl")
            self.report(f"seed {self.seed}: data, log and oracle are kept in {self.directory}")
            raise
        self.end_processes()
        shutil.rmtree(self.directory)
        done = sum(b.acknowledged for b in self.oracle.batches.values())
        self.report(f"{len(self.oracle.batches)} batches sent, {done} acknowledged, all as they "
                    "must be"
                    + (f", {self.fault_point_deaths} deaths at {self.fault_point}"
                       if self.fault_point else ""))

    def end_processes(self):
        self.server.kill()
        if self.minio is not None:
            self.minio.stop()

    def one_round(self, number: int):
        self.start(with_fault=False)
        if number > 0:
            self.verify()
        if self.fault_point is not None:
            # The point is armed on a server of its own, so that verifying cannot pass it.
            self.server.kill()
            if not self.start(with_fault=True):
                return
        threads = [Writer(w, self.server, self.oracle, self.rng.getrandbits(32),
                          self.next_batches[w]) for w in range(self.writer_count)]
        writers = list(threads)
        if self.store == "snapshots":
            threads.append(Storer(self.server, self.rng.getrandbits(32)))
        for thread in threads:
            thread.start()
        try:
            self.end_server()
        finally:
            self.server.kill()
            for thread in threads:
                thread.join()
        for writer in writers:
            self.next_batches[writer.number] = writer.next_batch
        for thread in threads:
            if thread.failure:
                raise CrashFailure(thread.failure)

    def start(self, with_fault: bool) -> bool:
        """False when the server ended at its fault point before it was ready."""
        self.server.environment = dict(HOOKS) if self.store == "snapshots" else {}
        if with_fault:
            # The first server dies for certain; a later passing may never come.
            first = self.fault_point_deaths == 0 or is_seldom(self.fault_point)
            passing = 1 if first else self.rng.choice((1, 1, 2, 3, 5, 10, 20))
            self.server.environment["INFLUXDB3_FAULT_POINT"] = f"{self.fault_point}:{passing}"
            self.server.spawn()
            while not self.server.answers():
                if self.server.process.poll() is not None:
                    self.count_death()
                    return False
                time.sleep(0.005)
            return True
        if self.rng.random() < 0.2:  # die while starting, replay included
            self.server.spawn()
            time.sleep(self.rng.random() * 0.2)
            self.server.kill()
        self.server.start()
        return True

    def end_server(self):
        if self.fault_point is None:
            time.sleep(self.rng.random() * LIFE_SECONDS_MAX)
            if self.server.process.poll() is not None:
                raise CrashFailure(f"the server ended by itself\n{self.server.log[-4000:]}")
        else:
            seconds = FAULT_POINT_SECONDS_MAX
            if is_seldom(self.fault_point):
                seconds = SELDOM_FAULT_POINT_SECONDS_MAX
            elif self.fault_point_deaths == 0:
                seconds = FIRST_DEATH_SECONDS_MAX
            deadline = time.monotonic() + seconds
            while self.server.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            self.count_death()
        self.server.kill()

    def count_death(self):
        code = self.server.process.poll()
        if code == FAULT_POINT_EXIT_CODE:
            self.fault_point_deaths += 1
        elif code is not None:
            raise CrashFailure(f"the server ended with {code}\n{self.server.log[-4000:]}")

    # Checks

    def verify(self):
        first = self.answers()
        if self.answers() != first:
            raise CrashFailure("the same queries gave different answers")
        self.check_batches(first)
        self.check_databases()

    def query(self, sql: str) -> list[dict]:
        path = "/api/v3/query_sql?" + urllib.parse.urlencode({"db": DATABASE, "q": sql})
        reply = self.server.get(path)
        if reply.status == 404 and b"database not found" in reply.body:
            return []
        if reply.status == 400 and b"not found" in reply.body:
            return []  # the table's first batch was lost with its pending writer
        if reply.status != 200:
            raise CrashFailure(f"{sql} answered {reply}")
        return reply.json()

    def answers(self) -> dict[str, list[dict]]:
        return {table: self.query(
            "SELECT batch, count(*) AS n, sum(v) AS s, count(DISTINCT time) AS times "
            f"FROM {table} GROUP BY batch ORDER BY batch") for table in TABLES}

    def check_batches(self, answers: dict[str, list[dict]]):
        found: dict[str, dict[str, dict]] = {}
        for table, rows in answers.items():
            for row in rows:
                if table in found.setdefault(row["batch"], {}):
                    raise CrashFailure(f"batch {row['batch']} has two groups in {table}")
                found[row["batch"]][table] = row
        for batch_id in found:
            if batch_id not in self.oracle.batches:
                raise CrashFailure(f"batch {batch_id} was never sent")
        for batch in self.oracle.batches.values():
            self.check_batch(batch, found.get(batch.id, {}))

    @staticmethod
    def check_batch(batch: Batch, rows: dict[str, dict]):
        if not rows and not batch.acknowledged:
            return
        there = {table: (row["n"], row["s"], row["times"]) for table, row in rows.items()}
        for table, deleted in list(batch.deleted.items()):
            if deleted is None:  # both answers are right, from now on this one
                if table in there:
                    del batch.deleted[table]
                else:
                    batch.deleted[table] = True
        expected = {table: (count, batch.sums[table], count)
                    for table, count in batch.counts.items() if table not in batch.deleted}
        if there != expected:
            state = "acknowledged" if batch.acknowledged else "pending"
            raise CrashFailure(f"{state} batch {batch.id}, deleted from {list(batch.deleted)}: "
                               f"expected {expected}, found {there}")

    def check_databases(self):
        reply = self.server.get("/api/v3/configure/database?format=json")
        if reply.status != 200:
            raise CrashFailure(f"listing the databases answered {reply}")
        names = {row["iox::database"] for row in reply.json()}
        for name, there in self.oracle.databases.items():
            if there is None:
                self.oracle.databases[name] = name in names
            elif there != (name in names):
                raise CrashFailure(f"database {name}: expected there={there}, found {names}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--store", choices=("file", "snapshots", "s3"), default="file")
    parser.add_argument("--fault-point", default=None, help="a name, or `all` for each in turn")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    points = fault_points(options.store) if options.fault_point == "all" else [options.fault_point]
    for point in points:
        try:
            CrashLoop(options.binary.resolve(), options.rounds, seed, options.writers, point,
                      store=options.store).run()
        except (CrashFailure, AssertionError) as failure:
            print(f"FAILED (seed {seed}): {failure}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
