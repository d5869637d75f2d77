#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# unbundle -o - writes the image to stdout, and nothing else.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle" 12
forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" -o - >"$dir/back"
cmp "$dir/small.raw" "$dir/back"
forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" -o - | cmp - "$dir/small.raw"
expect_status 2 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" -o - -O qcow2
expect_err 'only a raw image'
