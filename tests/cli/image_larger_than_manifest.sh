#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An image that is larger than its manifest says is stopped there.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
manifest=$dir/bundle/small.manifest.xml
for size in 1048576 4194303 4194305 8388608; do
  sed -i "s,<size>[0-9]*,<size>$size," "$manifest"
  expect_status 5 forge unbundle "$manifest" -k "$keys/user-key.pem" -o "$dir/back"
  expect_err '4194304|size|bytes'
  [[ -z $(find "$dir" -name 'back*' -o -name '.forge-*') ]] || fail "something is left"
  expect_status 5 forge verify -k "$keys/user-key.pem" "$manifest"
done
