#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bundles of other tools, of all versions, are inspected and verified.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

golden=$(golden .)
for manifest in "$golden"/*/*.manifest.xml "$golden"/edge/*/*.manifest.xml; do
  expect_status 0 forge inspect --json "$manifest"
  json 'it["manifest"]["size"] > 0'
done
for name in A C edge/dense edge/longname; do
  expect_status 0 forge verify -c "$golden/user-cert.pem" -k "$golden/user-key.pem" "$golden/$name"
  expect_status 0 forge verify -k "$golden/ec2-key.pem" "$golden/$name"
done
