"""What the crash loop does to a server: clients that write, delete and write again, and what they know."""

import dataclasses
import http.client
import json
import pathlib
import random
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "test" / "e2e"))
from server_process import ServerProcess  # noqa: E402

DATABASE = "crash"
TABLES = ("small", "wide", "tagged")
# Columns of the table `wide` come and go over the run, so that catalog changes ride along.
WIDE_FIELDS = 60
FIRST_TIME_NS = 1_700_000_000_000_000_000
BATCH_SPACING_NS = 10_000_000


@dataclasses.dataclass
class Batch:
    id: str
    lines: str
    counts: dict[str, int]  # rows per table
    sums: dict[str, int]    # of the field v per table
    no_sync: bool = False
    acknowledged: bool = False
    # Per table: whether its rows were deleted; None while the answer is not known.
    deleted: dict[str, bool | None] = dataclasses.field(default_factory=dict)


class Oracle:
    def __init__(self):
        self.lock = threading.Lock()  # guards everything below
        self.batches: dict[str, Batch] = {}
        self.databases: dict[str, bool | None] = {}  # there, gone or unknown

    def pending(self) -> list[Batch]:
        with self.lock:
            return [b for b in self.batches.values() if not b.acknowledged]

    def deletable(self) -> list[Batch]:
        with self.lock:
            return [b for b in self.batches.values() if b.acknowledged and not b.deleted]

    def save(self, path: pathlib.Path):
        with self.lock, path.open("w") as file:
            for batch in self.batches.values():
                file.write(json.dumps(dataclasses.asdict(batch)) + "\n")
            file.write(json.dumps({"databases": self.databases}) + "\n")


def make_batch(rng: random.Random, writer: int, number: int) -> Batch:
    batch_id = f"w{writer}-{number}"
    size = rng.choice((1, 1, 2, 3, 10, 10, 50, 2000))
    lines, counts, sums = [], {}, {}
    for table in rng.sample(TABLES, rng.randint(1, len(TABLES))):
        for row in range(size):
            value = rng.randrange(1_000_000)
            # A series and time of its own for each row: rows never replace each other.
            key = f"{table},writer=w{writer},row=r{row % 8}"
            extra = ""
            if table == "tagged":
                key += f",kind=k{number % 5}"
            if table == "wide":
                extra = f",f{number % WIDE_FIELDS}={number}i"
            timestamp = FIRST_TIME_NS + number * BATCH_SPACING_NS + row
            lines.append(f'{key} batch="{batch_id}",v={value}i{extra} {timestamp}')
            counts[table] = counts.get(table, 0) + 1
            sums[table] = sums.get(table, 0) + value
    rng.shuffle(lines)
    return Batch(batch_id, "\n".join(lines), counts, sums, no_sync=rng.random() < 0.1)


class Writer(threading.Thread):
    """Writes until the server goes away."""

    def __init__(self, number: int, server: ServerProcess, oracle: Oracle, seed: int,
                 first_batch: int):
        super().__init__(name=f"writer-{number}")
        self.number = number
        self.address = server.address
        self.oracle = oracle
        self.rng = random.Random(seed)
        self.next_batch = first_batch
        self.failure: str | None = None

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            while self.failure is None:
                self.step(connection)
        except (OSError, http.client.HTTPException):
            pass  # the server ended
        finally:
            connection.close()

    def step(self, connection: http.client.HTTPConnection):
        choice = self.rng.random()
        if choice < 0.03:
            self.change_databases(connection)
            return
        if choice < 0.1 and (mine := self.mine(self.oracle.pending())):
            self.send(connection, self.rng.choice(mine))
            return
        if choice < 0.13 and (mine := self.mine(self.oracle.deletable())):
            self.delete_rows(connection, self.rng.choice(mine))
            return
        batch = make_batch(self.rng, self.number, self.next_batch)
        self.next_batch += 1
        with self.oracle.lock:
            self.oracle.batches[batch.id] = batch
        self.send(connection, batch)

    def mine(self, batches: list[Batch]) -> list[Batch]:
        return [b for b in batches if b.id.startswith(f"w{self.number}-")]

    def delete_rows(self, connection: http.client.HTTPConnection, batch: Batch):
        """The rows of a whole batch, by their times; now and then of some of its tables only."""
        start = FIRST_TIME_NS + int(batch.id.split("-")[1]) * BATCH_SPACING_NS
        for table in batch.counts:
            batch.deleted[table] = None
            status, body = self.request(connection, "POST", "/api/v3/delete", json.dumps({
                "db": DATABASE, "table": table, "start": start,
                "stop": start + BATCH_SPACING_NS - 1,
                "predicate": f"writer = 'w{self.number}'"}).encode())
            if status in (429, 500, 503):
                return
            if status not in (200, 204):
                self.failure = f"deleting {batch.id} answered {status}: {body[:500]!r}"
                return
            batch.deleted[table] = True
            if self.rng.random() < 0.2:
                return

    def send(self, connection: http.client.HTTPConnection, batch: Batch):
        query = f"db={DATABASE}&precision=nanosecond" + ("&no_sync=true" if batch.no_sync else "")
        status, body = self.request(connection, "POST", f"/api/v3/write_lp?{query}",
                                    batch.lines.encode())
        if status == 204:
            # no_sync promises nothing: such a batch stays pending.
            batch.acknowledged = not batch.no_sync
        elif status not in (429, 500, 503):
            self.failure = f"{batch.id} answered {status}: {body[:500]!r}"

    def change_databases(self, connection: http.client.HTTPConnection):
        name = f"side{self.number}"
        with self.oracle.lock:
            there = self.oracle.databases.get(name, False)
            self.oracle.databases[name] = None
        path = "/api/v3/configure/database"
        if there:
            status, body = self.request(connection, "DELETE", f"{path}?db={name}", None)
        else:
            status, body = self.request(connection, "POST", path,
                                        json.dumps({"db": name}).encode())
        # After a change whose outcome is unknown, both answers of the server are right.
        expected = {True: {200}, False: {200}, None: {200, 404, 409}}[there]
        if status not in expected:
            self.failure = f"{name} (there: {there}) answered {status}: {body[:500]!r}"
        with self.oracle.lock:
            self.oracle.databases[name] = not there

    @staticmethod
    def request(connection, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        is_json = "configure" in path or "delete" in path
        headers = {"Content-Type": "application/json"} if is_json else {}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()


class Storer(threading.Thread):
    """Brings all rows into files and compacts these, again and again, until the server goes away."""

    def __init__(self, server: ServerProcess, seed: int):
        super().__init__(name="storer")
        self.address = server.address
        self.rng = random.Random(seed)
        self.failure: str | None = None

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            while self.failure is None:
                time.sleep(self.rng.random() * 0.02)
                connection.request("POST", "/debug/store_all?compact=true", b"")
                response = connection.getresponse()
                body = response.read()
                if response.status != 204:
                    self.failure = f"storing all answered {response.status}: {body[:500]!r}"
        except (OSError, http.client.HTTPException):
            pass  # the server ended
        finally:
            connection.close()
