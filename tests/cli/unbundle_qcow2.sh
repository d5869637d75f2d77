#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# unbundle -O qcow2 gives a qcow2 image of the same content.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

requires qemu-img
small_bundle "$dir/bundle"
expect_status 0 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/back.qcow2" -O qcow2
qemu-img info -f qcow2 "$dir/back.qcow2" >/dev/null
qemu-img compare -f raw -F qcow2 "$dir/small.raw" "$dir/back.qcow2"

# qcow2 counts in sectors of 512 bytes, bundles in bytes.
for size in 1 513 65537; do
  head -c "$size" /dev/urandom >"$dir/odd.raw"
  expect_status 0 forge bundle -q "${signing[@]}" -r x86_64 -d "$dir/odd" --force "$dir/odd.raw"
  expect_status 0 forge unbundle "$dir/odd/odd.manifest.xml" -k "$keys/user-key.pem" \
    -o "$dir/odd.qcow2" -O qcow2 --force
  qemu-img compare -f raw -F qcow2 "$dir/odd.raw" "$dir/odd.qcow2" || fail "$size bytes came back as others"
done
[[ -z $(find "$dir" -name '.forge-*') ]] || fail "something is left"
