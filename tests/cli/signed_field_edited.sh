#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A signed field that was edited fails the signature.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
sed -i 's,<user>123456789012,<user>123456789013,' "$dir/bundle/small.manifest.xml"
expect_status 5 forge verify -c "$keys/user-cert.pem" "$dir/bundle"
expect_err 'signature'
expect_status 0 forge inspect -c "$keys/user-cert.pem" "$dir/bundle/small.manifest.xml"
expect_out '^signature +BAD'
