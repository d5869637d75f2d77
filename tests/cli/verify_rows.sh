#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# verify takes manifests and folders, gives a row each and the worst status.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/one"
cp -r "$dir/one" "$dir/two"
cp "$dir/two/small.manifest.xml" "$dir/two/again.manifest.xml"
expect_status 0 forge verify "$dir/one/small.manifest.xml" "$dir/two"
[[ $(grep -c 'small.manifest.xml$' "$dir/out") == 2 ]] || fail "not a row each"
expect_out 'again.manifest.xml$'
echo nonsense >"$dir/two/again.manifest.xml"
expect_status 3 forge verify "$dir/one" "$dir/two"
truncate -s 16 "$dir/one/small.part.0"
expect_status 5 forge verify "$dir/two" "$dir/one"
expect_err '2 of 3 bundles are not right'
mkdir "$dir/none"
expect_status 3 forge verify "$dir/none"
expect_err 'no \*.manifest.xml in'
