#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An old tool that is interrupted says so, ends with 255 and leaves nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

small_image "$dir/small.raw" 200
mkdir "$dir/bundle"
ec2-bundle-image "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r x86_64 -i "$dir/small.raw" \
  -d "$dir/bundle" >"$dir/out" 2>"$dir/err" &
for _ in {1..200}; do
  if [[ -n $(ls -A "$dir/bundle") ]]; then break; fi
  sleep 0.02
done
kill "$!"
status=0
wait "$!" || status=$?
[[ $status == 255 ]] || fail "status $status"
expect_err '^ec2-bundle-image interrupted\.$'
[[ $(<"$dir/out") == "Bundling image file..." ]] || fail "other lines: $(<"$dir/out")"
expect_empty "$dir/bundle"
