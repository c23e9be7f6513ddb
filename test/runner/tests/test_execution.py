"""Runs small files against a stand-in for the server."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

from runner.config import Config  # noqa: E402
from runner.execution import Failure, run_file  # noqa: E402
from runner.test_file import parse_test_file  # noqa: E402

FAKE = pathlib.Path(__file__).resolve().parent / "fake_server.py"
HEADER = "# name: case.test\n# description: a case\n# group: [test]\n\ndb d\n\n"
JSON = Config("default", "", features=("restart",))
CSV = Config("csv", "", format="csv")


def run(tmp_path, text, config=JSON, update=False):
    path = tmp_path / "case.test"
    path.write_text(HEADER + text)
    return run_file(parse_test_file(path, tmp_path), config, FAKE, update)


@pytest.mark.parametrize("config", [JSON, CSV])
def test_right_rows_pass(tmp_path, config):
    run(tmp_path, 'query TR names\n[{"a":"x","b":1.5},{"a":null,"b":2.0},{"a":"","b":null}]\n----\n'
                  "a\tb\nx\t1.5\nNULL\t2.0\n(empty)\tNULL\n", config)


@pytest.mark.parametrize("rows, problem", [
    ("x\t1.5", "the rows differ"), ("x\t1.5\nNULL\t2.5", "the rows differ"),
    ("NULL\t2.0\nx\t1.5", "the rows differ")])
def test_wrong_rows_fail(tmp_path, rows, problem):
    with pytest.raises(Failure, match=problem) as failure:
        run(tmp_path, f'query TR\n[{{"a":"x","b":1.5}},{{"a":null,"b":2.0}}]\n----\n{rows}\n')
    assert "case.test:7: " in str(failure.value)


def test_wrong_names_and_widths_fail(tmp_path):
    with pytest.raises(Failure, match="the column names differ"):
        run(tmp_path, 'query T names\n[{"a":"x"}]\n----\nb\nx\n')
    with pytest.raises(Failure, match="1 columns, expected 2"):
        run(tmp_path, 'query TT\n[{"a":"x"}]\n----\nx\n')


def test_sorting_and_labels(tmp_path):
    run(tmp_path, 'query I rowsort same\n[{"a":2},{"a":1}]\n----\n2\n1\n\n'
                  'query I rowsort same\n[{"a":1},{"a":2}]\n----\n')
    with pytest.raises(Failure, match="same label"):
        run(tmp_path, 'query I same\n[{"a":2}]\n----\n2\n\nquery I same\n[{"a":3}]\n----\n')


def test_errors_are_expected_or_not(tmp_path):
    run(tmp_path, "statement error 400\nselec\n----\nnot an\n<REGEX>:^not .*r$\n\n"
                  'statement ok\n[{"a":1}]\n')
    with pytest.raises(Failure, match="status 400, expected 404"):
        run(tmp_path, "statement error 404\nselec\n----\n")
    with pytest.raises(Failure, match="`other` is not in the reply"):
        run(tmp_path, "statement error\nselec\n----\nother\n")
    with pytest.raises(Failure, match="status 400"):
        run(tmp_path, "statement ok\nselec\n")


def test_writes(tmp_path):
    run(tmp_path, 'lp d\nbad\n----\nerror 400\nrefused\nline 1: no: bad "line"\n')
    with pytest.raises(Failure, match="status 400, expected 204"):
        run(tmp_path, "lp d\nbad\n----\nok\n")
    with pytest.raises(Failure, match="status 204, expected 400"):
        run(tmp_path, "lp d\nm f=1\n----\nerror 400\n")


@pytest.mark.parametrize("after_write", [None, "restart", "crash"])
def test_parameters_of_writes_over_restarts(tmp_path, after_write):
    run(tmp_path, "lp d precision=second partial\nm f=1\n----\nok\n\nrestart\n\n"
                  "lp d endpoint=v2 precision=ns\nm f=1\n----\nok\n\ncrash\n\n"
                  "query T\npaths\n----\n"
                  "/api/v3/write_lp?db=d&precision=second&accept_partial=true\n"
                  "/api/v2/write?bucket=d&precision=ns\n",
        Config("c", "", after_write=after_write))


def test_a_no_sync_write_is_followed_by_a_durable_one(tmp_path):
    run(tmp_path, "lp d no_sync\nm f=1\n----\nok\n\nquery T\npaths\n----\n"
                  "/api/v3/write_lp?db=d&accept_partial=false&no_sync=true\n"
                  "/api/v3/write_lp?db=runner_barrier\n")


def test_updates_are_collected(tmp_path):
    execution = run(tmp_path, 'query I names\n[{"a":1}]\n----\nb\n2\n', update=True)
    assert [(u.lines, u.rows) for u in execution.updates] == [((9, 11), [["a"], ["1"]])]


def test_a_server_that_does_not_start_is_reported(tmp_path):
    path = tmp_path / "case.test"
    path.write_text(HEADER)
    with pytest.raises(Exception, match="ended with code 1 at start"):
        run_file(parse_test_file(path, tmp_path), JSON, pathlib.Path("/bin/false"))


def test_requests(tmp_path):
    run(tmp_path, 'request POST /some/path?a=b\n{"c": 1}\n----\nok\n\n'
                  "request POST /other\n----\nok\n\n"
                  "request POST /other\nbad\n----\nerror 400\nrefused\n\n"
                  "query T\npaths\n----\n/some/path?a=b\n/other\n")
    with pytest.raises(Failure, match="status 400"):
        run(tmp_path, "request POST /x\nbad\n----\nok\n")
    with pytest.raises(Failure, match="status 204, expected 400"):
        run(tmp_path, "request POST /x\n----\nerror 400\n")
