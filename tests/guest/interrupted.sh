#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGTERM ends a run with an appliance within 5 seconds and leaves nothing; after SIGKILL the next
# run removes what was left; the input stays as it was each time.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance
disk=$dir/disk.raw work=$dir/work
cp "$FORGE_FIXTURES/debian.raw" "$disk"
mkdir "$work" "$dir/out.d" "$dir/run"
chmod 0700 "$dir/run"
before=$(sha256 "$disk") mtime=$(stat -c %Y.%y "$disk")
export XDG_RUNTIME_DIR=$dir/run TMPDIR=$work

unchanged() {
  [[ $(sha256 "$disk") == "$before" && $(stat -c %Y.%y "$disk") == "$mtime" ]] || fail "the input was changed"
}

# started SECONDS: a run that never ends by itself, given so much time; $run is its process.
started() {
  "$FORGE" customize "$disk" -o "$dir/out.d/new.raw" --tmpdir "$work" \
    --run-command 'while :; do sleep 1; done' >/dev/null 2>"$dir/err" &
  run=$!
  sleep "$1"
  kill -0 "$run" || { cat "$dir/err" >&2 && fail "it ended by itself"; }
}

for seconds in 3 30; do # in the launch, and in the guest's command
  started "$seconds"
  begun=$(date +%s%N)
  kill -TERM "$run"
  status=0
  wait "$run" || status=$?
  took=$((($(date +%s%N) - begun) / 1000000))
  [[ $status == 143 ]] || { cat "$dir/err" >&2 && fail "status $status after SIGTERM"; }
  ((took < 5000)) || fail "it took $took ms to end"
  expect_err 'interrupted'
  expect_empty "$dir/out.d"
  [[ -z $(find "$work" -name '.forge-*') ]] || fail "left in the work directory: $(ls -A "$work")"
  [[ -z $(find "$dir/run" -name '.forge-session-*') ]] || fail "a session is still noted"
  unchanged
done

started 30
sockets=$(cat "$dir"/run/.forge-session-*)
[[ -d $sockets ]] || fail "libguestfs's socket directory is not noted"
kill -KILL "$run"
wait "$run" || true
unchanged
[[ -z $(find "$dir/out.d" -mindepth 1 -not -path '*/.forge-*') ]] || fail "a killed run left an image"
[[ $(find "$work" -name '.forge-*') ]] || fail "the killed run was expected to leave its directory"
expect_status 0 forge customize "$disk" -o "$dir/out.d/new.raw" --tmpdir "$work" --hostname after
[[ -z $(find "$work" -name '.forge-*') ]] || fail "not removed: $(ls -A "$work")"
[[ $(ls -A "$dir/out.d") == new.raw ]] || fail "beside the result: $(ls -A "$dir/out.d")"
[[ ! -e $sockets ]] || fail "$sockets was not removed"
[[ -z $(find "$dir/run" -name '.forge-session-*') ]] || fail "a session is still noted"
unchanged
