#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A key that does not open the bundle is told apart from a damaged bundle.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
expect_status 3 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/other-key.pem" \
  -o "$dir/back"
expect_err 'not a key of this bundle'
expect_status 3 forge verify -k "$keys/other-key.pem" "$dir/bundle"
expect_err 'not a key of this bundle'
printf x | dd of="$dir/bundle/small.part.0" bs=1 seek=1000 conv=notrunc status=none
expect_status 5 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/back"
expect_err 'small.part.0'
[[ -z $(find "$dir" -name 'back*' -o -name '.forge-*') ]] || fail "something is left"
