#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A key that does not belong to the certificate is invalid input.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
expect_status 3 forge bundle "${signing[@]}" -k "$keys/other-key.pem" -d "$dir/bundle" \
  "$dir/small.raw"
expect_err 'private key does not belong to the certificate'
expect_empty "$dir/bundle"
