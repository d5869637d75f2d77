#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The cloud's private key opens a bundle as the account's does.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
expect_status 0 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/ec2-key.pem" \
  -o "$dir/back.raw"
cmp "$dir/small.raw" "$dir/back.raw"
