#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The passphrase of a key comes from a variable, a file or a descriptor, never silently.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
encrypted=$keys/user-key-encrypted.pem
PASS=$(<"$keys/passphrase.txt")
export PASS
for reference in env:PASS "file:$keys/passphrase.txt" fd:7; do
  expect_status 0 forge verify -k "$encrypted" --passphrase "$reference" "$dir/bundle" \
    7<"$keys/passphrase.txt"
done
expect_status 2 setsid -w "$FORGE" verify -k "$encrypted" "$dir/bundle"
expect_err '--passphrase'
expect_status 3 forge verify -k "$encrypted" --passphrase "file:$keys/account.txt" "$dir/bundle"
expect_err 'user-key-encrypted.pem'
expect_status 2 forge verify -k "$encrypted" --passphrase "$PASS" "$dir/bundle"
expect_err 'env:NAME, file:PATH or fd:'
if grep -q "$PASS" "$dir/err"; then fail "the passphrase is in the message"; fi
