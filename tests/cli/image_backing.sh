#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A backing file is refused with the reason, unless --allow-backing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

requires qemu-img
small_image "$dir/small.raw"
qemu-img create -q -f qcow2 -b small.raw -F raw "$dir/top.qcow2"
expect_status 3 forge bundle "${signing[@]}" -d "$dir/bundle" "$dir/top.qcow2"
expect_err 'backing file'
expect_err '--allow-backing'
expect_empty "$dir/bundle"
expect_status 0 forge bundle "${signing[@]}" -r x86_64 --allow-backing -d "$dir/bundle" \
  "$dir/top.qcow2"
expect_status 0 forge unbundle "$dir/bundle/top.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/back.raw"
cmp "$dir/small.raw" "$dir/back.raw"
