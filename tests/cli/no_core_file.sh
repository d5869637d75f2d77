#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A crash leaves no core file with keys in it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

[[ $(sed 's/ .*//' /proc/sys/kernel/core_pattern) != '|'* ]] || skip "core files go to a program here"
small_image "$dir/small.raw" 200
cd "$dir"
ulimit -c unlimited 2>/dev/null || true
"$FORGE" bundle "${signing[@]}" --level 12 -r x86_64 -d "$dir/bundle" "$dir/small.raw" \
  >/dev/null 2>&1 &
sleep 0.3
grep -Eq 'Max core file size +0 +0 ' "/proc/$!/limits" || fail "core files are allowed"
kill -KILL "$!"
