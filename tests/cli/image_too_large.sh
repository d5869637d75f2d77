#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An image over 10 GiB is refused, unless --no-size-checks.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

truncate -s $((10 * 1024 * 1024 * 1024 + 512)) "$dir/large.raw"
expect_status 3 forge bundle "${signing[@]}" -d "$dir/bundle" "$dir/large.raw"
expect_err 'more than the .* that EC2 takes'
expect_empty "$dir/bundle"
expect_status 0 forge bundle "${signing[@]}" -d "$dir/bundle" --no-size-checks "$dir/large.raw"
expect_status 0 forge verify -k "$keys/user-key.pem" "$dir/bundle"
