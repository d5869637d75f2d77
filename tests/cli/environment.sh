#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Environment variables give defaults that options override.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
export EC2_CERT=$keys/user-cert.pem EUCA_CERT=$keys/other-cert.pem
export EUCA_PRIVATE_KEY=$keys/user-key.pem EC2_PRIVATE_KEY=$keys/other-key.pem
export EUCALYPTUS_CERT=$keys/ec2-cert.pem EC2_USER_ID=1234-5678-9012 SOURCE_DATE_EPOCH=77
expect_status 0 forge bundle -r x86_64 -d "$dir/one" "$dir/small.raw"
expect_status 0 forge verify --strict "$dir/one"
expect_status 0 forge unbundle "$dir/one/small.manifest.xml" -o "$dir/back"
[[ $(stat -c %Y "$dir/back") == 77 ]] || fail "SOURCE_DATE_EPOCH was not used"
expect_status 3 forge bundle -r x86_64 -k "$keys/other-key.pem" -d "$dir/two" "$dir/small.raw"
EC2_USER_ID=1 expect_status 0 forge bundle -u 123456789012 -r x86_64 -d "$dir/three" "$dir/small.raw"
EC2_USER_ID=1 expect_status 2 forge bundle -r x86_64 -d "$dir/four" "$dir/small.raw"
expect_err "[$]EC2_USER_ID"
