#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# inspect --no-guest shows format and sizes without an appliance.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

requires qemu-img
small_image "$dir/small.raw"
qemu-img convert -f raw -O qcow2 "$dir/small.raw" "$dir/small.qcow2"
expect_status 0 forge inspect --no-guest "$dir/small.qcow2"
expect_out '^format +qcow2$'
expect_out '^virtual size +4194304 '
expect_status 0 forge inspect --no-guest --json "$dir/small.raw"
json 'it["kind"] == "image" and it["format"] == "raw" and it["virtual_size"] == 4194304'
