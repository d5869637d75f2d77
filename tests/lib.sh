# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What shell tests share; a test begins with:  . "$(dirname "$0")/../lib.sh"
#
# $dir is a folder of the test's own, removed when it ends. From ctest come FORGE (the program),
# FORGE_SOURCE, FORGE_BUILD and FORGE_FIXTURES (debian.raw ubuntu.raw fedora.raw windows.raw keys/).
set -euo pipefail

dir=$(mktemp -d "${TMPDIR:-/tmp}/forge-test.XXXXXX")
exit_commands=()
beside_process=

run_exit_commands() {
  local status=$? i
  set +e
  if [[ $beside_process ]]; then kill "$beside_process"; wait "$beside_process"; fi
  for ((i = ${#exit_commands[@]} - 1; i >= 0; i--)); do eval "${exit_commands[i]}"; done
  rm -rf "$dir"
  exit "$status"
}
trap run_exit_commands EXIT
trap 'exit 143' INT TERM

# on_exit COMMAND: run it when the test ends, the last one given first.
on_exit() { exit_commands+=("$1"); }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# skip REASON: this test has no meaning here.
skip() {
  echo "skipped: $*" >&2
  exit 77
}

# lacks REASON: a skip on a developer's machine, a failure where everything has to be there.
lacks() {
  if [[ ${CI-} ]]; then fail "$* (not skipped, because CI is set)"; fi
  skip "$*"
}

# requires PROGRAM...: skip unless they are installed.
requires() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
}

# requires_appliance: go on only where libguestfs can start its appliance.
requires_appliance() {
  local kernel readable=
  for kernel in /boot/vmlinuz-*; do if [[ -r $kernel ]]; then readable=$kernel; fi; done
  [[ $readable || ${FORGE_APPLIANCE-} ]] || lacks "no readable kernel in /boot for the appliance"
  command -v supermin >/dev/null || [[ ${FORGE_APPLIANCE-} ]] || lacks "no appliance: supermin is missing"
}

# golden [NAME]: path of a bundle made by other people's tools.  bundle=$(golden A)
golden() {
  local folder=$FORGE_SOURCE/../shared/golden
  [[ -d $folder ]] || lacks "there are no golden bundles in ../shared/golden"
  realpath "$folder/${1-}"
}

# made_disk SCRIPT: the folder with what this script of fixtures makes, made if need be. A second time
# after a while, as apt's servers may be out of reach for a moment.
made_disk() { "$FORGE_SOURCE/fixtures/$1" || { sleep 60 && "$FORGE_SOURCE/fixtures/$1"; }; }

# debian_disk: the folder with debian.raw, debian.qcow2 and debian-compressed.qcow2.
debian_disk() { made_disk debian-disk; }

# serve FOLDER: over HTTP, on this host's loopback, until the test ends; its port is in $port.
serve() {
  python3 -u -m http.server --bind 127.0.0.1 --directory "$1" 0 >"$dir/port" 2>"$dir/requests" &
  on_exit "kill $! 2>/dev/null"
  # shellcheck disable=SC2034 # used by the tests
  until port=$(grep -oE 'port [0-9]+' "$dir/port" | cut -d ' ' -f 2); do sleep 0.1; done
}

forge() { "$FORGE" "$@"; }

# expect_status N COMMAND...: run it; its output is left in $dir/out and $dir/err.
expect_status() {
  local wanted=$1 status=0
  shift
  echo "+ $*"
  "$@" >"$dir/out" 2>"$dir/err" || status=$?
  if [[ $status != "$wanted" ]]; then
    sed 's/^/out: /' "$dir/out" >&2
    sed 's/^/err: /' "$dir/err" >&2
    fail "exit status $status instead of $wanted: $*"
  fi
}

# beside COMMAND...: start it and go on beside it. done_beside: wait until it ends, which has to be well.
beside() {
  echo "+ $* &"
  "$@" >"$dir/beside" 2>&1 &
  beside_process=$!
}
done_beside() {
  local status=0
  wait "$beside_process" || status=$?
  beside_process=
  [[ $status == 0 ]] || { cat "$dir/beside" >&2 && fail "exit status $status of what ran beside"; }
}

# expect_out REGEX, expect_err REGEX: what the last command of expect_status must have said.
expect_out() { grep -Eq -e "$1" "$dir/out" || { cat "$dir/out" >&2 && fail "standard output lacks: $1"; }; }
expect_err() { grep -Eq -e "$1" "$dir/err" || { cat "$dir/err" >&2 && fail "standard error lacks: $1"; }; }

# expect_empty FOLDER: nothing in it, or no such folder.
expect_empty() {
  [[ ! -e $1 || -z $(ls -A "$1") ]] || { ls -lA "$1" >&2 && fail "$1 should be empty"; }
}

# sha256 FILE: its digest alone.
sha256() { sha256sum <"$1" | cut -d ' ' -f 1; }
