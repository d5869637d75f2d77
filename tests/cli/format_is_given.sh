#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --format raw takes a file that looks like qcow2 for the bytes it is.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

requires qemu-img
small_image "$dir/small.raw"
qemu-img convert -f raw -O qcow2 "$dir/small.raw" "$dir/disk"
expect_status 0 forge bundle "${signing[@]}" -r x86_64 --format raw -d "$dir/bundle" "$dir/disk"
expect_status 0 forge unbundle "$dir/bundle/disk.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/back"
cmp "$dir/disk" "$dir/back"
