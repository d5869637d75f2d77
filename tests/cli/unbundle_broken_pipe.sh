#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A reader that goes away ends unbundle -o - with a sentence.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle" 12
status=0
forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" -o - 2>"$dir/err" |
  head -c 1000 >/dev/null || status=${PIPESTATUS[0]}
[[ $status == 1 ]] || fail "status $status"
expect_err 'Broken pipe'
