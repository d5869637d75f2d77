#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A part that is missing, short, long or flipped is a mismatch that names it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle" 12
part=$dir/bundle/small.part.1
cp "$part" "$dir/good"
damage() {
  case $1 in
    missing) rm "$part" ;;
    short) truncate -s -16 "$part" ;;
    long) head -c 16 /dev/zero >>"$part" ;;
    flipped) printf x | dd of="$part" bs=1 seek=4242 conv=notrunc status=none ;;
  esac
}
for kind in missing short long flipped; do
  cp "$dir/good" "$part"
  damage "$kind"
  expect_status 5 forge verify "$dir/bundle"
  expect_out 'small.part.1'
  expect_status 5 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
    -o "$dir/back"
  expect_err 'small.part.1'
  [[ -z $(find "$dir" -name 'back*' -o -name '.forge-*') ]] || fail "$kind: something is left"
done
