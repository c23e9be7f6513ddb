"""Rows out of each format, and when two cells count as the same."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

from runner import results  # noqa: E402


def test_json_keeps_order_nulls_and_number_texts():
    objects = results.decode_json(
        b'[{"a":1,"f":1.0e10,"s":""},{"f":null,"s":"x\\ty"},{"a":true,"s":[1,{"k":2.5}]}]', False)
    assert results.rows_from_objects(objects, ["a", "f", "s"]) == [
        ["1", "1.0e10", "(empty)"], ["NULL", "<not finite>", "x\\ty"],
        ["true", "NULL", '[1,{"k":2.5}]']]


def test_json_objects_may_repeat_a_key():
    objects = results.decode_json(b'{"k":1,"k":2}\n{"k":3,"k":4}\n', True)
    assert results.rows_from_objects(objects, ["k", "k"]) == [["1", "2"], ["3", "4"]]


def test_json_keys_must_follow_the_columns():
    with pytest.raises(ValueError):
        results.rows_from_objects(results.decode_json(b'[{"b":1,"a":2}]', False), ["a", "b"])


def test_csv_tells_null_from_empty():
    records = results.decode_csv(b'a,b\n1,\n"",x\n"p,""q""\nr",2\n,\n')
    assert records[0] == ["a", "b"]
    assert results.rows_from_csv(records[1:]) == [
        ["1", "NULL"], ["(empty)", "x"], ['p,"q"\\nr', "2"], ["NULL", "NULL"]]


def test_a_lone_csv_cell_may_be_null():
    assert results.rows_from_csv(results.decode_csv(b'""\n1\n')) == [["NULL"], ["1"]]
    assert results.same_rows([["NULL"]], [["(empty)"]], one_column_csv=True)


@pytest.mark.parametrize("actual, expected, same", [
    ("3", "3", True), ("3", "3.0", False), ("3.0", "3", False), ("3", "4", False),
    ("0.30000000000000004", "0.3", True), ("1.0e10", "10000000000.0", True),
    ("0.3001", "0.3", False), ("<not finite>", "NaN", True), ("<not finite>", "inf", True),
    ("<not finite>", "NULL", False), ("1.0", "-1.0", False), ("0.0", "0.0", True),
])
def test_cells(actual, expected, same):
    assert results.same_cell(actual, expected) is same


def test_sorting():
    rows = [["b", "1"], ["a", "2"]]
    assert results.sort_rows(rows, "nosort") == rows
    assert results.sort_rows(rows, "rowsort") == [["a", "2"], ["b", "1"]]
    assert results.sort_rows(rows, "valuesort") == [["1"], ["2"], ["a"], ["b"]]
