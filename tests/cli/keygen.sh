#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# keygen makes a pair that works, the key private, and never overwrites.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

cd "$dir"
expect_status 0 forge keygen --subject tester
[[ $(<out) == $'cert.pem\npk.pem' ]] || fail "stdout is not both paths"
[[ $(stat -c %a pk.pem) == 600 ]] || fail "the key is not private"
[[ $(openssl x509 -in cert.pem -noout -subject) == *tester ]] || fail "wrong subject"
before=$(sha256 pk.pem)
expect_status 1 forge keygen
expect_err 'exists'
expect_status 1 forge keygen --cert other.pem
expect_err 'pk.pem exists'
[[ ! -e other.pem && $(sha256 pk.pem) == "$before" ]] || fail "something was written"
expect_status 0 forge keygen --bits 4096 --cert big.pem --privatekey big-key.pem
openssl rsa -in big-key.pem -noout -text 2>/dev/null | grep -q '4096 bit' || fail "not 4096 bits"
expect_status 2 forge keygen --bits 1024
small_image small.raw
expect_status 0 forge bundle -c cert.pem -k pk.pem --ec2cert big.pem -u 123456789012 -d b small.raw
expect_status 0 forge unbundle b/small.manifest.xml -k big-key.pem -o back
cmp back small.raw
