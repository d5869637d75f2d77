#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bundle, verify and unbundle give the image back, with its holes and the bundle's time.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw" 12
expect_status 0 forge bundle "${signing[@]}" --arch x86_64 --mtime 1000000000 -d "$dir/bundle" \
  "$dir/small.raw"
[[ $(<"$dir/out") == "$dir/bundle/small.manifest.xml" ]] || fail "stdout is not the manifest's path"
[[ $(ls "$dir/bundle") == $'small.manifest.xml\nsmall.part.0\nsmall.part.1' ]] || fail "other files"
expect_status 0 forge verify --strict -c "$keys/user-cert.pem" -k "$keys/user-key.pem" "$dir/bundle"
expect_status 0 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/back.raw"
cmp "$dir/small.raw" "$dir/back.raw"
[[ $(stat -c %Y "$dir/back.raw") == 1000000000 ]] || fail "the time was not restored"
[[ $(stat -c %b "$dir/back.raw") -lt $((13 * 2048)) ]] || fail "the hole was filled"
