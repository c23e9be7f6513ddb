"""Reads `*.test` files into records. Knows nothing about servers.

The language is described in docs/testing.md."""

import dataclasses
import json
import pathlib
import re

SEPARATOR = "----"
SORTS = ("nosort", "rowsort", "valuesort")
LP_ENDPOINTS = ("v3", "v2", "v1")


class ParseError(Exception):
    """A test file that does not follow the language; the message names file and line."""


@dataclasses.dataclass
class Record:
    """What every kind of record has."""
    line: int
    skip_if: dict[str, str] = dataclasses.field(default_factory=dict)
    only_if: dict[str, str] = dataclasses.field(default_factory=dict)

    def skip_reason(self, config_name: str) -> str | None:
        if config_name in self.skip_if:
            return self.skip_if[config_name]
        if self.only_if and config_name not in self.only_if:
            return next(iter(self.only_if.values()))
        return None


@dataclasses.dataclass
class Write(Record):
    database: str = ""
    body: bytes = b""
    file: str | None = None
    precision: str | None = None
    partial: bool = False
    no_sync: bool = False
    endpoint: str = "v3"
    error_status: int | None = None
    error_texts: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Query(Record):
    database: str = ""
    sql: str = ""
    columns: int = 0
    sort: str = "nosort"
    label: str | None = None
    names: bool = False
    params: dict | None = None
    expected: list[list[str]] = dataclasses.field(default_factory=list)
    expected_lines: tuple[int, int] | None = None  # first and past-the-end index, for updates


@dataclasses.dataclass
class Statement(Record):
    database: str = ""
    sql: str = ""
    ok: bool = True
    error_status: int | None = None
    error_texts: list[str] = dataclasses.field(default_factory=list)
    params: dict | None = None


@dataclasses.dataclass
class Request(Record):
    """Any other request, with a JSON body or none."""
    method: str = ""
    path: str = ""
    body: bytes = b""
    error_status: int | None = None
    error_texts: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Restart(Record):
    crash: bool = False


@dataclasses.dataclass
class TestFile:
    __test__ = False  # not a class of tests, whatever its name
    path: pathlib.Path
    name: str
    description: str
    group: str
    requirements: list[str]
    records: list[Record]


@dataclasses.dataclass
class _Line:
    number: int  # from 1, in the file
    text: str
    from_loop: bool = False


class _Parser:
    def __init__(self, path: pathlib.Path, text: str):
        self.path = path
        self.header: dict[str, str] = {}
        self.requirements: list[str] = []
        self.records: list[Record] = []
        self.database = ""
        self.params: dict | None = None
        self.skip_if: dict[str, str] = {}
        self.only_if: dict[str, str] = {}
        lines = [_Line(i, t) for i, t in enumerate(text.split("\n"), 1)]
        self.lines = self.expand_loops(lines)
        self.at = 0

    def fail(self, line: int, problem: str):
        raise ParseError(f"{self.path}:{line}: {problem}")

    # Loops are unrolled before anything else, so every directive may stand in one.
    def expand_loops(self, lines: list[_Line]) -> list[_Line]:
        out: list[_Line] = []
        at = 0
        while at < len(lines):
            words = lines[at].text.split()
            if words and words[0] in ("foreach", "loop"):
                end = self.loop_end(lines, at)
                name, values = self.loop_values(lines[at].number, words)
                body = lines[at + 1:end]
                for value in values:
                    replaced = [_Line(l.number, l.text.replace("${" + name + "}", value), True)
                                for l in body]
                    out += self.expand_loops(replaced)
                at = end + 1
            elif words and words[0] == "endloop":
                self.fail(lines[at].number, "endloop without a loop")
            else:
                out.append(lines[at])
                at += 1
        return out

    def loop_end(self, lines: list[_Line], begin: int) -> int:
        depth = 0
        for at in range(begin, len(lines)):
            word = lines[at].text.split()[:1]
            if word in (["foreach"], ["loop"]):
                depth += 1
            elif word == ["endloop"]:
                depth -= 1
                if depth == 0:
                    return at
        self.fail(lines[begin].number, "loop without endloop")

    def loop_values(self, line: int, words: list[str]) -> tuple[str, list[str]]:
        if words[0] == "foreach" and len(words) >= 3:
            return words[1], words[2:]
        if words[0] == "loop" and len(words) == 4:
            try:
                return words[1], [str(i) for i in range(int(words[2]), int(words[3]))]
            except ValueError:
                pass
        self.fail(line, "expected `foreach NAME VALUE...` or `loop NAME FIRST PAST_END`")

    def parse(self) -> TestFile:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            text = line.text.strip()
            if text.startswith("#"):
                self.take_header(text)
            elif text:
                self.take_directive(line, text.split())
        last = self.lines[-1].number if self.lines else 1
        if self.skip_if or self.only_if or self.params is not None:
            self.fail(last, "a skipif, onlyif or params with nothing behind it")
        for key in ("name", "description", "group"):
            if not self.header.get(key):
                self.fail(1, f"the header needs `# {key}: ...`")
        return TestFile(self.path, self.header["name"], self.header["description"],
                        self.header["group"], self.requirements, self.records)

    def take_header(self, text: str):
        match = re.match(r"#\s*(name|description|group)\s*:\s*(.*)", text)
        if match:
            self.header.setdefault(match[1], match[2].strip())

    def take_directive(self, line: _Line, words: list[str]):
        handler = {
            "db": self.take_db, "lp": self.take_lp, "query": self.take_query,
            "statement": self.take_statement, "restart": self.take_restart,
            "crash": self.take_restart, "request": self.take_request, "require": self.take_require, "skipif": self.take_condition,
            "onlyif": self.take_condition, "params": self.take_params,
        }.get(words[0])
        if handler is None:
            self.fail(line.number, f"unknown directive `{words[0]}`")
        handler(line, words)

    def add(self, record: Record):
        record.skip_if, self.skip_if = self.skip_if, {}
        record.only_if, self.only_if = self.only_if, {}
        self.records.append(record)

    def take_db(self, line: _Line, words: list[str]):
        if len(words) != 2:
            self.fail(line.number, "expected `db NAME`")
        self.database = words[1]

    def take_require(self, line: _Line, words: list[str]):
        if len(words) != 2:
            self.fail(line.number, "expected `require FEATURE`")
        self.requirements.append(words[1])

    def take_condition(self, line: _Line, words: list[str]):
        if len(words) < 3:
            self.fail(line.number, f"expected `{words[0]} CONFIG reason`")
        conditions = self.skip_if if words[0] == "skipif" else self.only_if
        conditions[words[1]] = " ".join(words[2:]).lstrip("# ")

    def take_params(self, line: _Line, words: list[str]):
        try:
            self.params = json.loads(line.text.strip()[len("params"):])
        except ValueError as error:
            self.fail(line.number, f"params is not JSON: {error}")

    def take_restart(self, line: _Line, words: list[str]):
        if len(words) != 1:
            self.fail(line.number, f"`{words[0]}` takes nothing")
        self.add(Restart(line.number, crash=words[0] == "crash"))

    def take_until_separator(self, begin: _Line) -> list[str]:
        body = []
        while self.at < len(self.lines):
            text = self.lines[self.at].text
            self.at += 1
            if text == SEPARATOR:
                return body
            body.append(text)
        self.fail(begin.number, f"no `{SEPARATOR}` after this")

    def take_expectation(self) -> list[str]:
        """The lines up to the next blank one."""
        begin = self.at
        while self.at < len(self.lines) and self.lines[self.at].text.strip() != "":
            self.at += 1
        return [l.text for l in self.lines[begin:self.at]]

    def take_lp(self, line: _Line, words: list[str]):
        if len(words) < 2:
            self.fail(line.number, "expected `lp DATABASE [options]`")
        record = Write(line.number, database=words[1])
        escapes = False
        for word in words[2:]:
            key, _, value = word.partition("=")
            if word in ("partial", "no_sync"):
                setattr(record, word, True)
            elif word == "escapes":
                escapes = True
            elif key in ("precision", "file") and value:
                setattr(record, key, value)
            elif key == "endpoint" and value in LP_ENDPOINTS:
                record.endpoint = value
            else:
                self.fail(line.number, f"unknown option `{word}` of lp")
        body = "\n".join(self.take_until_separator(line)).encode()
        record.body = _decode_escapes(body) if escapes else body
        if record.file and record.body:
            self.fail(line.number, "lp with file= takes no body")
        record.error_status, record.error_texts = self.take_outcome(line)
        self.add(record)

    def take_request(self, line: _Line, words: list[str]):
        if len(words) != 3 or not words[2].startswith("/"):
            self.fail(line.number, "expected `request METHOD /PATH`")
        record = Request(line.number, method=words[1], path=words[2])
        record.body = "\n".join(self.take_until_separator(line)).encode()
        record.error_status, record.error_texts = self.take_outcome(line)
        self.add(record)

    def take_outcome(self, line: _Line) -> tuple[int | None, list[str]]:
        lines = self.take_expectation()
        if lines == ["ok"]:
            return None, []
        match = re.fullmatch(r"error (\d{3})", lines[0].strip()) if lines else None
        if match is None:
            self.fail(line.number, "expected `ok` or `error <http status>` and texts")
        return int(match[1]), lines[1:]

    def take_query(self, line: _Line, words: list[str]):
        if len(words) < 2 or not re.fullmatch(r"[A-Z]+", words[1]):
            self.fail(line.number, "expected `query COLUMNS [sort] [names] [label]`")
        record = Query(line.number, database=self.required_database(line), columns=len(words[1]))
        for word in words[2:]:
            if word in SORTS:
                record.sort = word
            elif word == "names":
                record.names = True
            elif record.label is None:
                record.label = word
            else:
                self.fail(line.number, f"two labels: `{record.label}` and `{word}`")
        record.sql = "\n".join(self.take_until_separator(line))
        first = self.lines[self.at] if self.at < len(self.lines) else line
        record.expected = [text.split("\t") for text in self.take_expectation()]
        if not first.from_loop:
            record.expected_lines = (first.number - 1, first.number - 1 + len(record.expected))
        record.params, self.params = self.params, None
        self.add(record)

    def take_statement(self, line: _Line, words: list[str]):
        match = re.fullmatch(r"statement (ok|error)( \d{3})?", " ".join(words))
        if match is None or (match[1] == "ok" and match[2]):
            self.fail(line.number, "expected `statement ok` or `statement error [http status]`")
        record = Statement(line.number, database=self.required_database(line), ok=match[1] == "ok")
        if record.ok:
            record.sql = "\n".join(self.take_expectation())
        else:
            record.error_status = int(match[2]) if match[2] else None
            record.sql = "\n".join(self.take_until_separator(line))
            record.error_texts = self.take_expectation()
        record.params, self.params = self.params, None
        self.add(record)

    def required_database(self, line: _Line) -> str:
        if not self.database:
            self.fail(line.number, "no `db NAME` before this")
        return self.database


def _decode_escapes(body: bytes) -> bytes:
    r"""`\r`, `\n`, `\t`, `\0`, `\\` and `\xHH`; other backslashes stay."""
    simple = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}

    def replace(match: re.Match) -> bytes:
        code = match[1]
        return simple[code] if code in simple else bytes([int(code[1:], 16)])

    return re.sub(rb"\\([rnt0\\]|x[0-9a-fA-F]{2})", replace, body)


def parse_test_file(path: pathlib.Path, root: pathlib.Path) -> TestFile:
    """`root` is the repository: the name in the header must be the path from there."""
    parsed = _Parser(path, path.read_text(encoding="utf-8")).parse()
    wanted = path.resolve().relative_to(root.resolve()).as_posix()
    if parsed.name != wanted:
        raise ParseError(f"{path}:1: the name in the header is `{parsed.name}`, not `{wanted}`")
    return parsed
