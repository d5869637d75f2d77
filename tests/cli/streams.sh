#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# stdout has results only; progress is JSON on stderr when asked for, and -q is quiet.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw" 25
expect_status 0 forge bundle "${signing[@]}" -r x86_64 --progress json -d "$dir/one" "$dir/small.raw"
[[ $(wc -l <"$dir/out") == 1 ]] || fail "more than the path is on stdout"
grep '^{' "$dir/err" | python3 -c 'import json, sys
for line in sys.stdin: json.loads(line)["event"]'
expect_status 0 forge bundle "${signing[@]}" -q -d "$dir/two" "$dir/small.raw"
[[ ! -s $dir/err ]] || fail "-q is not quiet"
