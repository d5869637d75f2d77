#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A qcow2 image that ends too early is invalid input, although qemu reads it as zeros.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

requires qemu-img
small_image "$dir/small.raw"
qemu-img convert -f raw -O qcow2 "$dir/small.raw" "$dir/cut.qcow2"
truncate -s $(($(stat -c %s "$dir/cut.qcow2") / 2)) "$dir/cut.qcow2"
expect_status 3 forge bundle "${signing[@]}" -d "$dir/bundle" "$dir/cut.qcow2"
expect_err 'cut.qcow2'
expect_empty "$dir/bundle"
