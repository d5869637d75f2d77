#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A key or certificate that is not named is a usage error, one that is not there invalid.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
all=(--cert "$keys/user-cert.pem" --privatekey "$keys/user-key.pem" --user 123456789012)
expect_status 2 forge bundle "${all[@]:2}" -d "$dir/bundle" "$dir/small.raw"
expect_err 'give --cert'
expect_status 2 forge bundle "${all[@]:0:2}" "${all[@]:4}" -d "$dir/bundle" "$dir/small.raw"
expect_err 'give --privatekey'
expect_status 2 forge bundle "${all[@]:0:4}" -d "$dir/bundle" "$dir/small.raw"
expect_err 'give --user'
expect_status 3 forge bundle "${signing[@]}" --cert "$dir/none.pem" -d "$dir/bundle" \
  "$dir/small.raw"
expect_err 'none.pem'
expect_empty "$dir/bundle"
small_bundle "$dir/bundle"
expect_status 2 forge unbundle "$dir/bundle/small.manifest.xml" -o "$dir/back"
expect_err 'give --privatekey'
