#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A signature that was not checked is a failure with --strict only.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
expect_status 0 forge verify "$dir/bundle"
expect_out '^not checked'
expect_status 5 forge verify --strict "$dir/bundle"
expect_err '--strict'
expect_status 0 forge verify --strict --cert "$keys/user-cert.pem" "$dir/bundle"
expect_out '^ok'
expect_status 5 forge verify --cert "$keys/other-cert.pem" "$dir/bundle"
expect_err 'signature was not made'
