#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A bundle that is there is refused; --force replaces exactly its files.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle" 25
cp -a "$dir/bundle" "$dir/before"
expect_status 1 forge bundle "${signing[@]}" -d "$dir/bundle" "$dir/small.raw"
expect_err 'small\..* exists already'
diff -r "$dir/before" "$dir/bundle"
touch "$dir/bundle/small.part.x" "$dir/bundle/small.partial" "$dir/bundle/other.part.0"
small_image "$dir/small.raw" 3
expect_status 0 forge bundle "${signing[@]}" --force -d "$dir/bundle" "$dir/small.raw"
files=(other.part.0 small.manifest.xml small.part.0 small.part.x small.partial)
[[ $(ls "$dir/bundle") == "$(printf '%s\n' "${files[@]}")" ]] ||
  fail "wrong files: $(ls "$dir/bundle")"
expect_status 0 forge verify -k "$keys/user-key.pem" "$dir/bundle/small.manifest.xml"
