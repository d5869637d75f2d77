#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Guests of one sector that restart themselves once: what they wrote is there afterwards, and what comes
# then decides.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires qemu-system-x86_64 qemu-img python3 xxd

# disk NAME END: its boot sector counts boots in its own byte 1b0, and restarts at the first; at the
# second END follows, at 7c32.
disk() {
  {
    printf 31c08ed88ec08ed0bc007c       # ds, es, ss = 0; sp = 7c00
    printf fe06b07d                     # inc byte [7db0]
    printf b80103bb007cb90100b600cd13   # int 13: write 7c00 to cylinder 0, head 0, sector 1
    printf 803eb07d02730f               # cmp byte [7db0], 2; jae 7c32
    printf b486b92000baf483cd15         # int 15: wait for 2.1 s
    printf b0fee664f4                   # restart by the keyboard's controller; hlt
    printf %s "$2"
  } | xxd -r -p >"$dir/$1"
  printf '\r\nsecond boot\r\n\0' | dd of="$dir/$1" bs=1 seek=256 conv=notrunc status=none
  printf '\x55\xaa' | dd of="$dir/$1" bs=1 seek=510 conv=notrunc status=none
  truncate -s 1M "$dir/$1"
}
disk message.raw be007dbaf803ac84c07403eeebf8f4ebfd # the text at 7d00 to the serial port; hlt
disk off.raw b80020ba0406eff4ebfd                   # out 604, 2000: off by ACPI; hlt
before=$(sha256 "$dir/message.raw")

expect_status 0 forge boot "$dir/message.raw" --accel tcg --timeout 60 --json --expect '^second boot$'
json "it['verdict'] == 'success' and it['restarts'] == 1"
expect_err 'the guest restarts itself \(1 of 3 times\)'
[[ $(sha256 "$dir/message.raw") == "$before" ]] || fail "the image was changed"
expect_status 7 forge boot "$dir/message.raw" --accel tcg --timeout 60 --restarts 0
expect_err 'message.raw did not boot: the guest restarted itself before it was up, more often'
expect_status 7 forge boot "$dir/off.raw" --accel tcg --timeout 60 --json
json "it['verdict'] == 'ended' and it['restarts'] == 1"
expect_err 'the guest powered itself off before it was up'
