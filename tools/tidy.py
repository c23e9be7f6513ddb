"""House rules that need no compiler: file, line and function length, banned calls, leftover markers,
files that no CMake target owns. Exits 1 with one line per violation.

Files and functions already over a guide length are listed in tools/tidy_allowlist.txt with the length
they may have; the list may only shrink: an entry that is no longer needed is a violation too."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALLOWLIST = ROOT / "tools" / "tidy_allowlist.txt"
WIDTH_MAX = 100
FILE_LINES_MAX = {".h": 200, ".cc": 400}
TEST_LINES_MAX = 1000
FUNCTION_LINES_MAX = 70

BANNED = {
    r"\bstd::this_thread::sleep": "wait on a condition, or use util::Clock",
    r"(?<![_\w])(?:usleep|nanosleep)\(": "wait on a condition, or use util::Clock",
    r"\bsystem_clock::now\b": "use util::Clock",
    r"\.detach\(\)": "keep the thread and join it",
    r"\b(?:strcpy|strcat|sprintf|gets)\(": "use std::string or fmt",
    r"\busing namespace std\b": "name what you use",
    r"\bassert\(": "use CHECK or DCHECK",
    r"\bstd::cout\b": "library code does not print",
}
BANNED_ALLOWED_IN = {
    r"\bsystem_clock::now\b": ["src/util/clock.cc"],
    r"\bstd::cout\b": ["src/cli/", "src/app/", "bench/", "fuzz/"],
}
MARKER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
FUNCTION_END = re.compile(r"^(?:  )?\}$")


def tracked_files() -> list[pathlib.Path]:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def function_lengths(lines: list[str]):
    """(name line, first line number, length) of each block that opens at the end of a line with no
    indentation (or two, for members in a class) and closes with a brace of the same indentation."""
    for indent in ("", "  "):
        start = None
        for number, line in enumerate(lines, 1):
            opens = (line.startswith(indent) and not line[len(indent):].startswith((" ", "}"))
                     and line.rstrip().endswith("{") and "(" in line)
            if opens and not line.lstrip().startswith(("namespace", "class", "struct", "enum", "if",
                                                       "for", "while", "switch", "extern")):
                start = number
            elif line.rstrip() == indent + "}" and start is not None:
                yield lines[start - 1].strip(), start, number - start + 1
                start = None


def is_test(relative: str) -> bool:
    return "/tests/" in relative or relative.startswith(("test/", "fuzz/", "bench/")) \
        or "/bench/" in relative or "/testing/" in relative


def check_cpp(relative: str, text: str) -> dict[str, tuple[int, int]]:
    """Violations that an allowlist entry can excuse: key -> (actual, allowed)."""
    lines = text.splitlines()
    suffix = pathlib.PurePath(relative).suffix
    found = {}
    limit = TEST_LINES_MAX if is_test(relative) else FILE_LINES_MAX[suffix]
    if len(lines) > limit:
        found[relative] = (len(lines), limit)
    for head, start, length in function_lengths(lines):
        if length > FUNCTION_LINES_MAX and not is_test(relative):
            name = re.search(r"([\w:~]+)\s*\(", head)
            found[f"{relative}:{name.group(1) if name else start}"] = (length, FUNCTION_LINES_MAX)
    return found


def check_text(relative: str, text: str) -> list[str]:
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > WIDTH_MAX and relative.endswith((".h", ".cc")) and 'R"' not in line \
                and "http" not in line:
            problems.append(f"{relative}:{number}: {len(line)} columns, at most {WIDTH_MAX}")
        if MARKER.search(line) and not relative.startswith("tools/tidy"):
            problems.append(f"{relative}:{number}: leftover marker")
        if not relative.startswith("src/"):
            continue
        for pattern, instead in BANNED.items():
            excused = any(relative.startswith(p) for p in BANNED_ALLOWED_IN.get(pattern, []))
            if not excused and not is_test(relative) and re.search(pattern, line):
                problems.append(f"{relative}:{number}: banned call; {instead}")
    return problems


def unowned_sources(files: list[str]) -> list[str]:
    """Sources that no CMakeLists.txt between them and the root mentions."""
    problems = []
    for relative in files:
        if not relative.endswith((".cc", ".h")) or not relative.startswith(("src/", "fuzz/", "bench/")):
            continue
        folder = (ROOT / relative).parent
        owned = False
        while folder != ROOT and not owned:
            cmake = folder / "CMakeLists.txt"
            if cmake.exists():
                mention = (ROOT / relative).relative_to(folder).as_posix()
                owned = re.search(rf"(?:^|[\s/\"]){re.escape(mention)}(?:[\s\")]|$)",
                                  cmake.read_text()) is not None
            folder = folder.parent
        if not owned:
            problems.append(f"{relative}: belongs to no CMake target")
    return problems


def main() -> int:
    allowed = {}
    if ALLOWLIST.exists():
        for line in ALLOWLIST.read_text().splitlines():
            if line and not line.startswith("#"):
                key, length = line.rsplit(" ", 1)
                allowed[key] = int(length)
    problems, excusable = [], {}
    files = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    for relative in files:
        if not relative.endswith((".h", ".cc", ".py", ".sh", ".cmake", "CMakeLists.txt")):
            continue
        text = (ROOT / relative).read_text(encoding="utf-8")
        problems += check_text(relative, text)
        if relative.endswith((".h", ".cc")):
            excusable |= check_cpp(relative, text)
    problems += unowned_sources(files)
    if "--write-allowlist" in sys.argv:
        ALLOWLIST.write_text("# Longer than the guide, with the length they may have. May only "
                             "shrink.\n" + "".join(f"{key} {actual}\n" for key, (actual, _)
                                                   in sorted(excusable.items())))
        return 0
    for key, (actual, limit) in sorted(excusable.items()):
        if actual > allowed.get(key, limit):
            problems.append(f"{key}: {actual} lines, at most {allowed.get(key, limit)}")
    for key in sorted(set(allowed) - set(excusable)):
        problems.append(f"tools/tidy_allowlist.txt: {key} is no longer too long; remove the entry")
    print("\n".join(problems) if problems else f"{len(files)} files follow the house rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
