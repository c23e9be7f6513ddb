#!/usr/bin/env bash
# Installs what end-to-end tests run against into .deps/: the object stores MinIO and fake-gcs-server
# (built by Go) and Azurite (npm), and Telegraf (Go), with the few plugins that its test uses. Safe to
# run again: what has the pinned version stays. A program that cannot be installed is no error: the
# reason goes to .deps/NAME.missing and its tests are skipped with it. INFLUXDB3_TEST_SERVERS=off
# installs nothing.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
deps="$root/.deps"
# shellcheck source=tools/versions.env
source "$root/tools/versions.env"
mkdir -p "$deps/bin"

say() { echo "test servers: $*" >&2; }

# missing NAME REASON: leaves the reason for the tests.
missing() {
  say "no $1: $2"
  echo "$2" >"$deps/$1.missing"
}

# current NAME VERSION: succeeds when that version is installed.
current() { [[ -x "$deps/bin/$1" && "$(cat "$deps/$1.stamp" 2>/dev/null)" == "$2" ]]; }

installed() {
  echo "$2" >"$deps/$1.stamp"
  rm -f "$deps/$1.missing"
}

# go_program NAME PACKAGE VERSION [BUILD TAGS]
go_program() {
  local name="$1" package="$2" version="$3" tags="${4:-}"
  local stamp="$version${tags:+ $tags}"
  current "$name" "$stamp" && return
  if ! command -v go >/dev/null; then
    missing "$name" "Go is not installed, which builds it"
    return
  fi
  say "building $name $version"
  # GOBIN does not take part in cross builds, and a build for another machine is of no use here.
  if env -u GOOS -u GOARCH GOBIN="$deps/bin" \
    go install -tags "$tags" "$package@$version" >"$deps/$name.log" 2>&1; then
    installed "$name" "$stamp"
  else
    missing "$name" "go install failed, see .deps/$name.log"
  fi
}

azurite() {
  current azurite "$AZURITE_VERSION" && return
  if ! command -v npm >/dev/null; then
    missing azurite "npm is not installed, which fetches it"
    return
  fi
  say "installing azurite $AZURITE_VERSION"
  rm -rf "$deps/azurite"
  mkdir -p "$deps/azurite"
  if npm install --prefix "$deps/azurite" --no-save --no-audit --no-fund --silent \
    "azurite@$AZURITE_VERSION" >"$deps/azurite.log" 2>&1; then
    ln -sf "../azurite/node_modules/.bin/azurite-blob" "$deps/bin/azurite"
    installed azurite "$AZURITE_VERSION"
  else
    missing azurite "npm install failed, see .deps/azurite.log"
  fi
}

if [[ "${INFLUXDB3_TEST_SERVERS:-}" == off ]]; then
  for name in minio fake-gcs-server azurite telegraf; do
    [[ -x "$deps/bin/$name" ]] || missing "$name" "INFLUXDB3_TEST_SERVERS=off"
  done
  exit
fi
azurite
go_program fake-gcs-server github.com/fsouza/fake-gcs-server "$FAKE_GCS_VERSION"
go_program minio github.com/minio/minio "$MINIO_VERSION"
go_program telegraf github.com/influxdata/telegraf/cmd/telegraf "$TELEGRAF_VERSION" \
  custom,inputs.file,outputs.influxdb,outputs.influxdb_v2,parsers.influx,serializers.influx
