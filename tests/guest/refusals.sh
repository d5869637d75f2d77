#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What only the appliance can see: no system, a Windows guest, a step that fails; nothing is left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance
keys=$FORGE_FIXTURES/keys
signing=(-c "$keys/user-cert.pem" -k "$keys/user-key.pem" --ec2cert "$keys/ec2-cert.pem"
  -u 123456789012)

# left_nothing: no bundle, no output, no work directory.
left_nothing() {
  expect_empty "$dir/bundle"
  [[ ! -e $dir/new.qcow2 ]] || fail "there is an output"
  [[ -z $(find "$dir" -name '.forge-*') ]] || fail "a work directory is left"
}

truncate -s 16M "$dir/blank.raw"
expect_status 3 forge build "$dir/blank.raw" "${signing[@]}" -d "$dir/bundle"
expect_err 'no operating system'
left_nothing

expect_status 3 forge customize "$FORGE_FIXTURES/windows.raw" -o "$dir/new.qcow2" --touch /x
expect_err 'windows.raw: a guest of type "windows"'
left_nothing

cat >"$dir/bad.yaml" <<'RECIPE'
vars: {pin: {env: FORGE_TEST_PIN}}
steps:
  - run-command: echo the reason is ${{pin}}; exit 3
RECIPE
FORGE_TEST_PIN=swordfish expect_status 6 forge build -v -x "$FORGE_FIXTURES/debian.raw" "${signing[@]}" \
  -d "$dir/bundle" --recipe "$dir/bad.yaml"
expect_err 'bad.yaml:3:5: run-command: /bin/sh failed in the guest with exit status 3:$'
expect_err '^the reason is \*\*\*$'
if grep -q swordfish "$dir/err"; then fail "a secret is told"; fi
left_nothing
