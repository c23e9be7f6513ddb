"""Checks the include rules: modules depend downward only, heavy libraries are confined to the folders
named here, every header says `#pragma once`. Exits 1 with one line per violation."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

# module -> modules it may include besides itself, `model` and `util`.
ALLOWED = {
    "util": set(),
    "model": set(),
    "protocol/line_protocol": set(),
    "object_store": set(),
    "catalog": {"object_store"},
    "wal": {"object_store"},
    "persist": {"object_store"},
    "buffer": {"wal", "persist", "catalog"},
    "caches": {"wal", "catalog", "object_store"},
    "ingest": {"protocol/line_protocol", "catalog", "wal", "buffer"},
    "query": {"buffer", "persist", "caches", "catalog", "object_store"},
    "auth": {"catalog"},
    "engine": {"ingest", "query", "caches", "catalog", "wal"},
    "server": {"auth", "engine", "ingest", "query", "caches", "catalog", "ui"},
    "client": set(),
    "app": None,  # composition root: everything
    "cli": {"client", "app"},
}
NO_MODEL = {"util", "protocol/line_protocol", "object_store", "client"}

# include prefix -> folders below src/ that may use it.
CONFINED = {
    "duckdb": ["query/duckdb", "query/tests"],
    "pybind11/": ["engine/python"],
    "arrow/flight/": ["server/flight"],
    "boost/beast": ["server/http", "server/tests", "client", "object_store/s3"],
    "boost/asio": ["server", "client", "object_store/s3", "app"],
    "nghttp2/": ["server/http", "server/tests"],
    "parquet/": ["persist", "query/format"],
    "arrow/": ["model", "buffer", "persist", "query", "caches", "server/flight"],
    "CLI/": ["cli"],
    "curl/": ["client", "object_store"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def module_of(path: str) -> str | None:
    for name in sorted(ALLOWED, key=len, reverse=True):
        if path == name or path.startswith(name + "/"):
            return name
    return None


def is_test(relative: str) -> bool:
    return "/tests/" in relative or "/testing/" in relative or "/bench/" in relative


def check_own(relative: str, included: str) -> str | None:
    source, target = module_of(relative), module_of(included)
    if source is None:
        return f"{relative}: folder is not listed in tools/check_deps.py"
    if target is None:
        return f'{relative}: "{included}" is not a path from src/'
    if "_internal" in included and pathlib.PurePath(included).parent != pathlib.PurePath(
            relative).parent and not is_test(relative):
        return f"{relative}: {included} is internal to its folder"
    if source == target or ALLOWED[source] is None or target in ALLOWED[source]:
        return None
    if target == "util" or (target == "model" and source not in NO_MODEL):
        return None
    if is_test(relative):  # a test may wire up what its module's users would pass in
        return None
    return f"{relative}: {source} may not include {target} ({included})"


def check_file(path: pathlib.Path) -> list[str]:
    relative = path.relative_to(SRC).as_posix()
    text = path.read_text(encoding="utf-8")
    problems = []
    if path.suffix == ".h" and "#pragma once" not in text:
        problems.append(f"{relative}: header without #pragma once")
    if relative.startswith("server/http/") and '"server/flight/' in text or relative.startswith(
            "server/flight/") and '"server/http/' in text:
        problems.append(f"{relative}: server/http and server/flight do not include each other")
    for quote, included in INCLUDE.findall(text):
        if quote == '"' and (SRC / included).exists():
            problem = check_own(relative, included)
            if problem:
                problems.append(problem)
            continue
        for prefix in sorted(CONFINED, key=len, reverse=True):
            if included.startswith(prefix):
                if not any(relative.startswith(folder + "/") for folder in CONFINED[prefix]):
                    problems.append(f"{relative}: <{included}> is confined to "
                                    f"{', '.join(CONFINED[prefix])}")
                break
    return problems


def main() -> int:
    files = sorted(p for p in SRC.rglob("*") if p.suffix in (".h", ".cc"))
    problems = [problem for path in files for problem in check_file(path)]
    print("\n".join(problems) if problems else f"{len(files)} files follow the include rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
