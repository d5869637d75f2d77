#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An image or a manifest that is not there is invalid input.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

expect_status 3 forge bundle "${signing[@]}" -d "$dir/bundle" "$dir/none.raw"
expect_err 'none.raw: No such file'
expect_empty "$dir/bundle"
for verb in verify inspect; do
  expect_status 3 forge "$verb" "$dir/none.manifest.xml"
  expect_err 'none.manifest.xml: No such file'
done
expect_status 3 forge unbundle "$dir/none.manifest.xml" -k "$keys/user-key.pem" -o "$dir/back"
expect_err 'none.manifest.xml: No such file'
[[ ! -e $dir/back ]] || fail "there is an output"
