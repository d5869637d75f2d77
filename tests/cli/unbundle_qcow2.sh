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
[[ -z $(find "$dir" -name '.forge-*') ]] || fail "something is left"
