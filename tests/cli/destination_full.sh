#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A destination that is full is a failure that leaves nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

requires unshare
unshare -rm true 2>/dev/null || skip "this host gives no namespaces"
small_image "$dir/small.raw" 12
mkdir "$dir/full"
cat >"$dir/within" <<'EOF'
mount -t tmpfs -o size=8m none "$1" || exit 98
status=0
"${@:2}" || status=$?
[[ -z $(ls -A "$1") ]] || exit 99
exit "$status"
EOF
expect_status 1 unshare -rm bash "$dir/within" "$dir/full" "$FORGE" bundle "${signing[@]}" \
  -d "$dir/full" "$dir/small.raw"
expect_err 'No space left on device|free'

mkdir "$dir/tree"
cp "$dir/small.raw" "$dir/tree"
for source in small.raw tree; do
  expect_status 1 unshare -rm bash "$dir/within" "$dir/full" "$FORGE" convert "$dir/$source" -o "$dir/full/new.raw"
  expect_err 'No space left on device|free'
done
