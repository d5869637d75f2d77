#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A destination that cannot be written to is a failure that leaves nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
touch "$dir/file"
expect_status 1 forge bundle "${signing[@]}" -d "$dir/file" "$dir/small.raw"
expect_err 'file is not a directory'
expect_status 1 forge bundle "${signing[@]}" -d "$dir/none/below" "$dir/small.raw"
expect_err 'none/below: No such file'
[[ $(id -u) != 0 ]] || exit 0 # root may write everywhere
mkdir -m 0555 "$dir/shut"
expect_status 1 forge bundle "${signing[@]}" -d "$dir/shut" "$dir/small.raw"
expect_err 'shut.*: Permission denied'
expect_empty "$dir/shut"
