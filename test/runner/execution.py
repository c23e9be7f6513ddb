"""Runs the records of one file against a server and compares what comes back."""

import dataclasses
import http.client
import json
import pathlib
import re
import urllib.parse

from . import results
from .config import Config
from .server import ROOT, Server
from .test_file import Query, Record, Request, Restart, Statement, TestFile, Write

REQUEST_SECONDS_MAX = 120
BARRIER_DATABASE = "runner_barrier"


class Failure(Exception):
    """A record whose outcome is not the expected one."""

    def __init__(self, file: TestFile, record: Record, problem: str):
        super().__init__(f"{file.name}:{record.line}: {problem}")


class Failures(Failure):
    """All of them in one file: the later records run although an earlier one failed."""

    def __init__(self, failures: list[Failure]):
        Exception.__init__(self, "\n\n".join(map(str, failures)))


@dataclasses.dataclass
class Update:
    """New expected lines for a query whose answer differs."""
    lines: tuple[int, int]
    rows: list[list[str]]


class Execution:
    """With `collect_updates` a differing query is remembered instead of being a failure."""

    def __init__(self, file: TestFile, config: Config, server: Server, collect_updates=False):
        self.file = file
        self.config = config
        self.server = server
        self.collect_updates = collect_updates
        self.updates: list[Update] = []
        self.labelled: dict[str, tuple[int, list[list[str]]]] = {}
        self.connection: http.client.HTTPConnection | None = None
        self.odd_write = False
        self.counts = {"query": 0, "statement": 0, "lp": 0, "request": 0}

    def run(self):
        self.server.start()
        failures = []
        for record in self.file.records:
            if record.skip_reason(self.config.name) is not None:
                continue
            try:
                self.run_record(record)
            except Failure as failure:
                failures.append(failure)
            except Exception as error:
                error.add_note(f"at {self.file.name}:{record.line}")
                raise
        self.server.stop()
        if failures:
            raise Failures(failures)

    def run_record(self, record: Record):
        if isinstance(record, Write):
            self.counts["lp"] += 1
            self.run_write(record)
            self.after_write(record.no_sync)
        elif isinstance(record, Query):
            self.counts["query"] += 1
            self.run_query(record)
        elif isinstance(record, Statement):
            self.counts["statement"] += 1
            self.run_statement(record)
            self.after_write(False)
        elif isinstance(record, Request):
            self.counts["request"] += 1
            self.run_request(record)
            self.after_write(False)
        elif isinstance(record, Restart):
            self.restart(record.crash)

    def after_write(self, no_sync: bool):
        if no_sync:
            # The log is in order: once this later write is durable, the earlier one is too.
            status, body = self.request("POST", f"/api/v3/write_lp?db={BARRIER_DATABASE}",
                                        b"barrier passed=true 1")
            if status != 204:
                raise RuntimeError(f"the write behind a no_sync write failed: {status} {body!r}")
        after = self.config.after_write
        if after in ("restart", "crash"):
            self.restart(after == "crash")
        elif after == "snapshot_odd":
            # What is written then lies in files and in memory, with rows of the same keys in both.
            self.odd_write = not self.odd_write
            if self.odd_write:
                self.store_all(compact=False)
        elif after is not None:
            self.store_all(compact=after == "compact")

    def store_all(self, compact: bool):
        """All rows go into Parquet files before the next record."""
        path = "/debug/store_all" + ("?compact=true" if compact else "")
        status, body = self.request("POST", path, b"")
        if status != 204:
            raise RuntimeError(f"{path}: {status} {body!r}")

    def restart(self, crash: bool):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        self.server.restart(crash)

    def request(self, method: str, path: str, body: bytes, headers=None) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.server.address,
                                                         timeout=REQUEST_SECONDS_MAX)
        try:
            self.connection.request(method, path, body, headers or {})
            response = self.connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise RuntimeError(f"{method} {path}: {error!r}\n{self.server.state()}\n"
                               f"{self.server.log_tail()}") from error

    # Writes

    def run_write(self, record: Write):
        body = (ROOT / record.file).read_bytes() if record.file else record.body
        status, reply = self.request("POST", _write_path(record), body)
        wanted = record.error_status or 204
        if status != wanted:
            raise Failure(self.file, record,
                          f"status {status}, expected {wanted}: {reply.decode(errors='replace')}")
        self.check_texts(record, record.error_texts, _readable_error(reply))

    def run_request(self, record: Request):
        headers = {"Content-Type": "application/json"} if record.body else {}
        status, reply = self.request(record.method, record.path, record.body, headers)
        text = reply.decode(errors="replace")
        if record.error_status is None:
            if not 200 <= status < 300:
                raise Failure(self.file, record, f"status {status}: {text}")
            return
        if status != record.error_status:
            raise Failure(self.file, record,
                          f"status {status}, expected {record.error_status}: {text}")
        self.check_texts(record, record.error_texts, _readable_error(reply))

    def check_texts(self, record: Record, texts: list[str], reply: str):
        for text in texts:
            if text.startswith("<REGEX>:"):
                found = re.search(text[len("<REGEX>:"):], reply) is not None
            else:
                found = text in reply
            if not found:
                raise Failure(self.file, record, f"`{text}` is not in the reply:\n{reply}")

    # Queries

    def ask(self, record: Query | Statement, result_format: str) -> tuple[int, bytes]:
        request = {"db": record.database, "q": record.sql, "format": result_format}
        if record.params is not None:
            request["params"] = record.params
        return self.request("POST", "/api/v3/query_sql", json.dumps(request).encode(),
                            {"Content-Type": "application/json"})

    def rows_of(self, record: Query, result_format: str) -> tuple[list[str], list[list[str]]]:
        """Names of the columns and the rows; without rows the names are unknown: []."""
        status, body = self.ask(record, result_format)
        if status != 200:
            raise Failure(self.file, record, f"status {status}: {body.decode(errors='replace')}")
        if result_format == "csv":
            records = results.decode_csv(body)
            names = [name or "" for name in records[0]] if records else []
            return names, results.rows_from_csv(records[1:])
        objects = results.decode_json(body, lines=result_format == "jsonl")
        if not objects:
            return [], []
        names = [key for key, _ in objects[0]]
        if any([key for key, _ in members] != names for members in objects) \
                or len(names) != record.columns:
            # A key is left out where the value is NULL; only CSV's header has all of them.
            names, _ = self.rows_of(record, "csv")
        return names, results.rows_from_objects(objects, names)

    def run_query(self, record: Query):
        names, rows = self.rows_of(record, self.config.format)
        if rows and len(names) != record.columns:
            raise Failure(self.file, record,
                          f"{len(names)} columns, expected {record.columns}: {names}")
        rows = results.sort_rows(rows, record.sort)
        expected = record.expected
        if record.names and expected:
            if rows and names != expected[0]:
                self.differs(record, [names, *rows], "the column names differ")
                return
            expected = expected[1:]
        self.check_label(record, rows)
        if record.label is not None and not expected:
            return
        # Expectations may stand in any order where the order does not matter.
        expected = results.sort_rows(expected, record.sort)
        one_column_csv = self.config.format == "csv" and record.columns == 1
        if not results.same_rows(rows, expected, one_column_csv):
            self.differs(record, [names, *rows] if record.names else rows, "the rows differ")

    def check_label(self, record: Query, rows: list[list[str]]):
        if record.label is None:
            return
        line, first = self.labelled.setdefault(record.label, (record.line, rows))
        if not results.same_rows(rows, first, False):
            raise Failure(self.file, record,
                          f"not the rows of line {line}, which has the same label\n"
                          f"here:\n{results.rows_text(rows)}\nthere:\n{results.rows_text(first)}")

    def differs(self, record: Query, rows: list[list[str]], problem: str):
        if self.collect_updates and record.expected_lines is not None:
            self.updates.append(Update(record.expected_lines, rows))
            return
        raise Failure(self.file, record,
                      f"{problem}\n{record.sql}\nexpected:\n{results.rows_text(record.expected)}\n"
                      f"got:\n{results.rows_text(rows)}")

    def run_statement(self, record: Statement):
        status, body = self.ask(record, self.config.format)
        reply = body.decode(errors="replace")
        if record.ok:
            if status != 200:
                raise Failure(self.file, record, f"status {status}: {reply}\n{record.sql}")
            return
        if status < 400 or (record.error_status or status) != status:
            raise Failure(self.file, record,
                          f"status {status}, expected {record.error_status or 'an error'}: "
                          f"{reply}\n{record.sql}")
        self.check_texts(record, record.error_texts, reply)


def _write_path(record: Write) -> str:
    options = {}
    if record.precision:
        options["precision"] = record.precision
    if record.endpoint == "v2":
        return "/api/v2/write?" + urllib.parse.urlencode({"bucket": record.database, **options})
    if record.endpoint == "v1":
        return "/write?" + urllib.parse.urlencode({"db": record.database, **options})
    options["accept_partial"] = "true" if record.partial else "false"
    if record.no_sync:
        options["no_sync"] = "true"
    return "/api/v3/write_lp?" + urllib.parse.urlencode({"db": record.database, **options})


def _readable_error(reply: bytes) -> str:
    """The raw reply and, when it is JSON, its texts unescaped: `error`, then `line N: message:
    original line` for each bad line."""
    raw = reply.decode(errors="replace")
    try:
        body = json.loads(raw)
    except ValueError:
        return raw
    if not isinstance(body, dict):
        return raw
    data = body.get("data", [])
    items = data if isinstance(data, list) else [data]
    lines = [str(body.get("error", body.get("message", "")))]
    for item in items:
        lines.append(f"line {item.get('line_number')}: {item.get('error_message')}: "
                     f"{item.get('original_line')}")
    return "\n".join([raw, *lines])


def run_file(file: TestFile, config: Config, binary: pathlib.Path,
             collect_updates: bool = False) -> Execution:
    """Starts a server, runs the file, stops the server. Keeps the data directory on failure and
    says where it is."""
    server = Server(binary, list(config.serve_arguments), dict(config.environment))
    execution = Execution(file, config, server, collect_updates)
    try:
        execution.run()
    except BaseException as error:
        server.remove(keep_data=True)
        error.add_note(f"data and log of the server: {server.directory}")
        raise
    server.remove()
    return execution
