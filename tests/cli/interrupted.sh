#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGTERM ends a run with 143 and leaves nothing; a killed run's leftovers go with the next.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw" 200
mkdir "$dir/bundle"
# started COMMAND: run it until its work directory is there.
started() {
  "$@" >/dev/null 2>"$dir/err" &
  for _ in {1..100}; do
    if [[ -n $(ls -A "$dir/bundle") ]]; then return; fi
    sleep 0.02
  done
  fail "nothing happens"
}
started "$FORGE" bundle "${signing[@]}" --level 12 -r x86_64 -d "$dir/bundle" "$dir/small.raw"
# Twice at once, as timeout(1) sends it: to the process, and to its group.
kill "$!"
kill "$!" || true
status=0
wait "$!" || status=$?
[[ $status == 143 ]] || fail "status $status"
expect_empty "$dir/bundle"
started "$FORGE" bundle "${signing[@]}" --level 12 -r x86_64 -d "$dir/bundle" "$dir/small.raw"
kill -KILL "$!"
wait "$!" || true
[[ -z $(find "$dir/bundle" -maxdepth 1 -name 'small*') ]] || fail "a killed run looks like a bundle"
small_image "$dir/small.raw"
expect_status 0 forge bundle "${signing[@]}" -r x86_64 -d "$dir/bundle" "$dir/small.raw"
[[ $(ls -A "$dir/bundle") == $'small.manifest.xml\nsmall.part.0' ]] ||
  fail "something is left: $(ls -A "$dir/bundle")"
