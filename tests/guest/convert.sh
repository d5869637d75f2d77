#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian disk as a bare root file system, as a smaller MBR disk, shrunk in place and as a GPT disk: each
# is clean, and each that should boots to its login prompt.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires e2fsck debugfs sfdisk
requires_appliance
disk=$(debian_disk)/debian.qcow2
before=$(sha256 "$disk")

# root IMAGE: its root partition as a file of its own.
root() {
  local start size
  read -r start size < <(sfdisk -d "$1" | sed -n 's/.*1 : start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p')
  dd if="$1" of="$dir/root.img" bs=512 skip="$start" count="$size" conv=sparse status=none
}
clean() { e2fsck -fn "$1" >"$dir/fsck" 2>&1 || { cat "$dir/fsck" >&2 && fail "e2fsck -fn: $?"; }; }
file() { debugfs -R "cat $2" "$1" 2>/dev/null; }

expect_status 0 forge convert "$disk" --layout rootfs --size +64M -o "$dir/rootfs.img"
clean "$dir/rootfs.img"
(($(stat -c %s "$dir/rootfs.img") < 1 << 30)) || fail "deleted or free blocks were copied"
[[ $(file "$dir/rootfs.img" /etc/fstab) == 'UUID=5ca1ab1e-0000-4000-8000-00000000d15c / ext4 errors=remount-ro 0 1' ]] ||
  fail "fstab: $(file "$dir/rootfs.img" /etc/fstab)"
expect_status 0 forge cat "$disk" /usr/bin/perl /etc/shadow
cat <(file "$dir/rootfs.img" /usr/bin/perl) <(file "$dir/rootfs.img" /etc/shadow) | cmp - "$dir/out"

# The bare file system is a source as well, as any image is.
expect_status 0 forge convert "$dir/rootfs.img" --layout mbr --size +300M -o "$dir/mbr.img"
root "$dir/mbr.img"
clean "$dir/root.img"
expect_status 0 forge boot "$dir/mbr.img" --timeout 200

# In place, as small as can be.
expect_status 0 forge convert "$disk" --size min --mask-free -o "$dir/min.img"
root "$dir/min.img"
clean "$dir/root.img"
(($(stat -c %s "$dir/min.img") < 1 << 30)) || fail "min has $(stat -c %s "$dir/min.img") bytes"
expect_status 0 forge boot "$dir/min.img" --timeout 200

expect_status 0 forge convert "$disk" --layout gpt --size 2G -O qcow2 -o "$dir/gpt.qcow2"
expect_status 0 forge boot "$dir/gpt.qcow2" --timeout 200
[[ $(sha256 "$disk") == "$before" ]] || fail "the input was changed"
