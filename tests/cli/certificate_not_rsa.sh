#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A certificate or key that is not RSA is invalid input.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
for option in cert:elliptic-cert ec2cert:elliptic-cert privatekey:elliptic-key; do
  expect_status 3 forge bundle "${signing[@]}" "--${option%:*}" "$keys/${option#*:}.pem" \
    -d "$dir/bundle" "$dir/small.raw"
  expect_err "${option#*:}.pem.*RSA|RSA.*${option#*:}.pem"
  expect_empty "$dir/bundle"
done
