#!/usr/bin/env bash
# Installs what a build and the tests need: system packages, DuckDB, Arrow and a Python environment.
# Safe to run again: each step is skipped when its result is already there. Fetched files stay in
# .deps/, never in the repository, and are checked against the sums in tools/versions.env.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
deps="$root/.deps"
downloads="$deps/downloads"
# shellcheck source=tools/versions.env
source "$root/tools/versions.env"
mkdir -p "$downloads"

say() { echo "setup: $*" >&2; }
die() { echo "setup: error: $*" >&2; exit 1; }

packages=(
  g++ make cmake ninja-build ccache git ca-certificates unzip
  clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
  libboost1.81-dev libfmt-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libsimdjson-dev
  libzstd-dev liblz4-dev zlib1g-dev libdeflate-dev libxxhash-dev libssl-dev
  libcurl4-openssl-dev libnghttp2-dev prometheus-cpp-dev libgtest-dev libgmock-dev libbenchmark-dev
  libfast-float-dev python3 python3-venv python3-pip
)

install_packages() {
  command -v dpkg-query >/dev/null || die "this script installs Debian packages; on another \
system install the counterparts of: ${packages[*]}"
  local missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
      missing+=("$package")
  done
  command -v npm >/dev/null || missing+=(npm)
  ((${#missing[@]} == 0)) && return
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  say "installing system packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >"$deps/apt.log" 2>&1 ||
    die "apt-get failed; see .deps/apt.log"
}

# verify FILE SHA256: succeeds when the downloaded file is there and has that sum.
verify() { [[ -f "$downloads/$1" ]] && echo "$2  $downloads/$1" | sha256sum --status -c -; }
require() { verify "$1" "$2" || die "$1 does not have the expected SHA-256 $2"; }

fetch() {
  if ! verify "$DUCKDB_NODE_FILE" "$DUCKDB_NODE_SHA256"; then
    say "fetching the DuckDB $DUCKDB_VERSION library"
    (cd "$downloads" && npm pack --silent "$DUCKDB_NODE_PACKAGE" >/dev/null)
    require "$DUCKDB_NODE_FILE" "$DUCKDB_NODE_SHA256"
  fi
  if ! verify "$DUCKDB_SDIST_FILE" "$DUCKDB_SDIST_SHA256"; then
    say "fetching the DuckDB $DUCKDB_VERSION headers"
    "$deps/venv/bin/pip" download --quiet --no-deps --no-binary duckdb -d "$downloads" \
      "duckdb==$DUCKDB_VERSION"
    require "$DUCKDB_SDIST_FILE" "$DUCKDB_SDIST_SHA256"
  fi
  if ! verify "$PYARROW_FILE" "$PYARROW_SHA256"; then
    say "fetching Arrow $PYARROW_VERSION"
    "$deps/venv/bin/pip" download --quiet --no-deps --only-binary :all: --python-version 3.11 \
      --implementation cp --abi cp311 --platform manylinux_2_28_x86_64 -d "$downloads" \
      "pyarrow==$PYARROW_VERSION"
    require "$PYARROW_FILE" "$PYARROW_SHA256"
  fi
}

# stamp NAME TEXT: succeeds when step NAME was done with exactly these inputs.
stamp() { [[ "$(cat "$deps/$1.stamp" 2>/dev/null)" == "$2" ]]; }

unpack() {
  if ! stamp duckdb "$DUCKDB_NODE_SHA256 $DUCKDB_SDIST_SHA256"; then
    say "unpacking DuckDB"
    rm -rf "$deps/duckdb"
    mkdir -p "$deps/duckdb/lib" "$deps/duckdb/include"
    tar -xzf "$downloads/$DUCKDB_NODE_FILE" -C "$deps/duckdb/lib" --strip-components=1 \
      package/libduckdb.so
    tar -xzf "$downloads/$DUCKDB_SDIST_FILE" -C "$deps/duckdb/include" --strip-components=5 \
      "duckdb-$DUCKDB_VERSION/external/duckdb/src/include"
    echo "$DUCKDB_NODE_SHA256 $DUCKDB_SDIST_SHA256" >"$deps/duckdb.stamp"
  fi
  if ! stamp arrow "$PYARROW_SHA256"; then
    say "unpacking Arrow"
    rm -rf "$deps/arrow" "$deps/arrow.tmp"
    mkdir -p "$deps/arrow.tmp" "$deps/arrow/lib"
    unzip -q "$downloads/$PYARROW_FILE" -d "$deps/arrow.tmp"
    mv "$deps/arrow.tmp/pyarrow/include" "$deps/arrow/include"
    local library name
    for library in "$deps/arrow.tmp/pyarrow"/lib{arrow,parquet}*.so.*; do
      [[ "$library" == *libarrow_python* ]] && continue
      name="$(basename "$library")"
      mv "$library" "$deps/arrow/lib/$name"
      ln -sf "$name" "$deps/arrow/lib/${name%%.so.*}.so"
    done
    rm -rf "$deps/arrow.tmp"
    echo "$PYARROW_SHA256" >"$deps/arrow.stamp"
  fi
}

python_environment() {
  local wanted
  wanted="$(sha256sum "$root/tools/requirements.txt")"
  [[ -x "$deps/venv/bin/pip" ]] || /usr/bin/python3 -m venv "$deps/venv"
  stamp venv "$wanted" && return
  say "installing the Python packages of the tests"
  "$deps/venv/bin/pip" install --quiet --disable-pip-version-check -r "$root/tools/requirements.txt"
  echo "$wanted" >"$deps/venv.stamp"
}

install_packages
python_environment
fetch
unpack
