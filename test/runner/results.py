"""Results of queries as rows of canonical text, whatever format carried them, and their comparison.

Canonical text: NULL is `NULL`, an empty string `(empty)`, line breaks and tabs are `\\n`, `\\r`, `\\t`;
lists and structs are compact JSON."""

import json
import math
import re

FLOAT_TOLERANCE = 1e-9  # relative; sums depend on the order of their terms
_FLOAT = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
NOT_FINITE = ("NaN", "inf", "-inf")
_EXPLICIT_NULL = "<not finite>"  # JSON has only `null` for these


class RawFloat(str):
    """A JSON number with a fraction or an exponent, as it was written."""


class Members(list):
    """The members of a JSON object in order; keys may repeat."""


def cell_text(value) -> str:
    if value is None:
        return _EXPLICIT_NULL
    if isinstance(value, RawFloat):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, list):
        return _compact(value)
    return str(value)


def text_cell(text: str) -> str:
    if text == "":
        return "(empty)"
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _compact(value) -> str:
    if isinstance(value, Members):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_compact(v)}"
                              for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_compact(v) for v in value) + "]"
    if isinstance(value, RawFloat):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def decode_json(body: bytes, lines: bool) -> list[Members]:
    text = body.decode()

    def decode(part):
        return json.loads(part, object_pairs_hook=Members, parse_float=RawFloat)

    if not lines:
        return decode(text)
    return [decode(line) for line in text.split("\n") if line]


def rows_from_objects(objects: list[Members], names: list[str]) -> list[list[str]]:
    rows = []
    for members in objects:
        row, at = [], 0
        for name in names:
            if at < len(members) and members[at][0] == name:
                row.append(cell_text(members[at][1]))
                at += 1
            else:
                row.append("NULL")
        if at != len(members):
            raise ValueError(f"keys {[k for k, _ in members]} do not follow the columns {names}")
        rows.append(row)
    return rows


def decode_csv(body: bytes) -> list[list[str | None]]:
    """Records of cells; None is a cell without anything, not even quotes."""
    text = body.decode()
    records: list[list[str | None]] = []
    record: list[str | None] = []
    at = 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"' or text[end:end + 2] == '""':
                end += 2 if text[end] == '"' else 1
            record.append(text[at + 1:end].replace('""', '"'))
            at = end + 1
        else:
            end = min(i for i in (text.find(",", at), text.find("\n", at)) if i >= 0)
            record.append(text[at:end] or None)
            at = end
        if text[at] == "\n":
            records.append(record)
            record = []
        elif text[at + 1] == "\n":
            record.append(None)
            at += 1
            records.append(record)
            record = []
        at += 1
    return records


def rows_from_csv(records: list[list[str | None]]) -> list[list[str]]:
    if records and len(records[0]) == 1:
        # A lone NULL is written as `""`, since a line with nothing would be no record.
        return [["NULL" if not record[0] else text_cell(record[0])] for record in records]
    return [["NULL" if cell is None else text_cell(cell) for cell in record] for record in records]


def sort_rows(rows: list[list[str]], sort: str) -> list[list[str]]:
    if sort == "rowsort":
        return sorted(rows)
    if sort == "valuesort":
        return [[value] for value in sorted(value for row in rows for value in row)]
    return rows


def same_cell(actual: str, expected: str) -> bool:
    if actual == expected:
        return True
    if actual == _EXPLICIT_NULL:
        return expected in NOT_FINITE
    if not (_is_float(actual) and _is_float(expected)):
        return False
    return math.isclose(float(actual), float(expected), rel_tol=FLOAT_TOLERANCE, abs_tol=1e-300)


def _is_float(text: str) -> bool:
    """With a fraction or an exponent: `3` and `3.0` are different answers."""
    match = _FLOAT.fullmatch(text)
    return match is not None and (match[1] is not None or match[2] is not None)


def same_rows(actual: list[list[str]], expected: list[list[str]], one_column_csv: bool) -> bool:
    if len(actual) != len(expected):
        return False
    for got, wanted in zip(actual, expected):
        if one_column_csv:
            wanted = ["NULL" if cell == "(empty)" else cell for cell in wanted]
        if len(got) != len(wanted) or not all(map(same_cell, got, wanted)):
            return False
    return True


def rows_text(rows: list[list[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)
