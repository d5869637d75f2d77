#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What only the appliance can see: an encrypted disk, no system, a Windows guest, a step that fails;
# nothing is left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires sfdisk mke2fs
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

# A partition with a LUKS header as cryptsetup leaves it, of version 1 and with a UUID.
truncate -s 16M "$dir/locked.raw"
echo 'start=2048, type=83' | sfdisk -q --no-reread --no-tell-kernel -X dos "$dir/locked.raw"
{ printf 'LUKS\xba\xbe\0\1aes' && head -c 157 /dev/zero && printf 5ca1ab1e-0000-4000-8000-0000000000cc; } |
  dd of="$dir/locked.raw" bs=1M seek=1 conv=notrunc iflag=fullblock status=none
expect_status 3 forge build "$dir/locked.raw" "${signing[@]}" -d "$dir/bundle"
expect_err 'locked.raw: the disk is encrypted \(/dev/sda1\)'
left_nothing

mke2fs -q -F -t ext4 "$dir/blank.raw" 8M
expect_status 3 forge ls "$dir/blank.raw" /
expect_err 'blank.raw: no operating system found; on the disk there is /dev/sda \(ext4\)'
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
