#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An empty image is invalid input.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

: >"$dir/empty.raw"
expect_status 3 forge bundle "${signing[@]}" -d "$dir/bundle" "$dir/empty.raw"
expect_err 'is empty'
expect_empty "$dir/bundle"
