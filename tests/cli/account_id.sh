#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An account id that is not 12 digits is a usage error.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
for account in 12345678901 1234567890123 12345678901x "" --; do
  expect_status 2 forge bundle "${signing[@]}" --user="$account" -d "$dir/bundle" "$dir/small.raw"
  expect_err "\"$account\" is not an account id of 12 digits"
  expect_empty "$dir/bundle"
done
