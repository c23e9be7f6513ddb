"""The language of the data files: what is read, and what is refused with which line."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

from runner.test_file import (ParseError, Query, Restart, Statement, Write,  # noqa: E402
                              parse_test_file)

HEADER = "# name: case.test\n# description: a case\n# group: [test]\n\n"


def parse(tmp_path, text, header=HEADER):
    path = tmp_path / "case.test"
    path.write_text(header + text, encoding="utf-8")
    return parse_test_file(path, tmp_path)


def test_reads_the_header(tmp_path):
    parsed = parse(tmp_path, "require restart\n")
    assert (parsed.description, parsed.group) == ("a case", "[test]")
    assert parsed.requirements == ["restart"]


def test_reads_a_write(tmp_path):
    (write,) = parse(tmp_path, "lp house precision=second partial no_sync\nm f=1 1\n\nm f=2 2\n"
                               "----\nok\n").records
    assert isinstance(write, Write)
    assert (write.database, write.precision, write.partial, write.no_sync) == \
        ("house", "second", True, True)
    assert write.body == b"m f=1 1\n\nm f=2 2"
    assert write.error_status is None


def test_reads_a_refused_write(tmp_path):
    (write,) = parse(tmp_path, "lp d\nm f=x\n----\nerror 400\nfirst text\n<REGEX>:a.c\n").records
    assert write.error_status == 400
    assert write.error_texts == ["first text", "<REGEX>:a.c"]


def test_decodes_escapes_only_when_asked(tmp_path):
    plain, decoded = parse(tmp_path, "lp d\nm f=1\\r\n----\nok\n\n"
                                     "lp d escapes\nm f=1\\r\\x41\\\\\\,\n----\nok\n").records
    assert plain.body == b"m f=1\\r"
    assert decoded.body == b"m f=1\rA\\\\,"


def test_reads_queries(tmp_path):
    (query,) = parse(tmp_path, "db house\n\nquery IIT rowsort names same\nSELECT a,\n  b\n----\n"
                               "a\tb\tc\n1\tNULL\t(empty)\n\n").records
    assert isinstance(query, Query)
    assert (query.database, query.columns, query.sort) == ("house", 3, "rowsort")
    assert (query.names, query.label) == (True, "same")
    assert query.sql == "SELECT a,\n  b"
    assert query.expected == [["a", "b", "c"], ["1", "NULL", "(empty)"]]


def test_knows_where_a_query_expects_its_rows(tmp_path):
    (query,) = parse(tmp_path, "db d\nquery I\nSELECT 1\n----\n1\n2\n\n").records
    lines = (tmp_path / "case.test").read_text().split("\n")
    assert lines[slice(*query.expected_lines)] == ["1", "2"]


def test_reads_statements_and_parameters(tmp_path):
    ok, refused = parse(tmp_path, "db d\nparams {\"a\": 1}\nstatement ok\nSELECT $a\n\n"
                                  "statement error 405\nDROP TABLE t\n----\nnot supported\n").records
    assert isinstance(ok, Statement) and ok.ok and ok.params == {"a": 1}
    assert not refused.ok and refused.error_status == 405 and refused.params is None
    assert refused.error_texts == ["not supported"]


def test_reads_restart_and_crash(tmp_path):
    restart, crash = parse(tmp_path, "restart\n\ncrash\n").records
    assert isinstance(restart, Restart) and not restart.crash and crash.crash


def test_unrolls_loops(tmp_path):
    records = parse(tmp_path, "db d\nforeach t a b\nloop i 0 2\nquery I\nSELECT ${i} FROM ${t}\n"
                              "----\n${i}\n\nendloop\nendloop\n").records
    assert [(r.sql, r.expected) for r in records] == [
        ("SELECT 0 FROM a", [["0"]]), ("SELECT 1 FROM a", [["1"]]),
        ("SELECT 0 FROM b", [["0"]]), ("SELECT 1 FROM b", [["1"]])]
    assert all(r.expected_lines is None for r in records)


def test_conditions_hold_for_the_next_record_only(tmp_path):
    first, second = parse(tmp_path, "skipif csv # cannot tell\nonlyif json # only there\nrestart\n\n"
                                    "restart\n").records
    assert first.skip_reason("csv") == "cannot tell"
    assert first.skip_reason("jsonl") == "only there"
    assert first.skip_reason("json") is None
    assert second.skip_reason("csv") is None


@pytest.mark.parametrize("text, line, problem", [
    ("sleep 1\n", 5, "unknown directive `sleep`"),
    ("query I\nSELECT 1\n----\n1\n", 5, "no `db NAME` before this"),
    ("db d\nquery 3\nSELECT 1\n----\n", 6, "expected `query"),
    ("db d\nquery I\nSELECT 1\n", 6, "no `----` after this"),
    ("lp d fast\nm f=1\n----\nok\n", 5, "unknown option `fast`"),
    ("lp d\nm f=1\n----\nfine\n", 5, "expected `ok` or `error"),
    ("lp d\nm f=1\n----\nok\nand more\n", 5, "expected `ok` or `error"),
    ("request POST\n----\nok\n", 5, "expected `request METHOD /PATH`"),
    ("request POST path\n----\nok\n", 5, "expected `request METHOD /PATH`"),
    ("lp d file=x.lp\nm f=1\n----\nok\n", 5, "takes no body"),
    ("skipif csv\nrestart\n", 5, "expected `skipif CONFIG reason`"),
    ("restart\n\nskipif csv # why\n", 8, "nothing behind it"),
    ("foreach t\nendloop\n", 5, "expected `foreach"),
    ("loop i 0 2\n", 5, "loop without endloop"),
    ("endloop\n", 5, "endloop without a loop"),
    ("db d\nparams {\n", 6, "params is not JSON"),
    ("db d\nstatement ok 400\nSELECT 1\n", 6, "expected `statement ok`"),
])
def test_refuses_what_it_does_not_know(tmp_path, text, line, problem):
    with pytest.raises(ParseError) as error:
        parse(tmp_path, text)
    assert f"case.test:{line}: " in str(error.value)
    assert problem in str(error.value)


def test_the_name_must_be_the_path(tmp_path):
    with pytest.raises(ParseError, match="the name in the header is `other.test`"):
        parse(tmp_path, "", HEADER.replace("case.test", "other.test"))


def test_the_header_must_be_whole(tmp_path):
    with pytest.raises(ParseError, match="the header needs `# group"):
        parse(tmp_path, "", "# name: case.test\n# description: a case\n")
