#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian disk as it is, as a bare root file system with the same tree, that one as an MBR disk as small
# as can be and as a GPT disk; and shrunk in place: each is clean, and each that should boots to its login
# prompt.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/guest/same_tree.bash
. "$(dirname "$0")/same_tree.bash"
requires e2fsck debugfs sfdisk qemu-img guestfish
requires_appliance
debian=$(debian_disk)
before=$(sha256 "$debian/debian.qcow2")

# root IMAGE: its root partition as a file of its own.
root() {
  local start size
  read -r start size < <(sfdisk -d "$1" | sed -n 's/.*1 : start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p')
  dd if="$1" of="$dir/root.img" bs=512 skip="$start" count="$size" conv=sparse status=none
}
clean() { e2fsck -fn "$1" >"$dir/fsck" 2>&1 || { cat "$dir/fsck" >&2 && fail "e2fsck -fn: $?"; }; }

expect_status 0 forge convert "$debian/debian.qcow2" --layout keep -o "$dir/keep.raw"
qemu-img compare -q -f qcow2 -F raw "$debian/debian.qcow2" "$dir/keep.raw" || fail "keep changed the disk"

expect_status 0 forge convert "$dir/keep.raw" --layout rootfs --size +64M -o "$dir/rootfs.img"
clean "$dir/rootfs.img"
(($(stat -c %s "$dir/rootfs.img") < 1 << 30)) || fail "deleted or free blocks were copied"
fstab=$(debugfs -R "cat /etc/fstab" "$dir/rootfs.img" 2>/dev/null)
[[ $fstab == 'UUID=5ca1ab1e-0000-4000-8000-00000000d15c / ext4 errors=remount-ro 0 1' ]] || fail "fstab: $fstab"
same_contents "$dir/rootfs.img" "$debian/debian.raw?offset=1048576" '^$'
beside same_entries "$dir/rootfs.img" "$debian/debian.raw" /dev/sda1:

# The bare file system is a source as well, as any image is.
expect_status 0 forge convert "$dir/rootfs.img" --layout mbr --size min -o "$dir/mbr.img"
root "$dir/mbr.img"
clean "$dir/root.img"
done_beside

beside forge boot "$dir/mbr.img" --timeout 200
expect_status 0 forge convert "$dir/rootfs.img" --layout gpt --size 2G -O qcow2 -o "$dir/gpt.qcow2"
done_beside

beside forge boot "$dir/gpt.qcow2" --timeout 200
# In place, as small as can be.
expect_status 0 forge convert "$debian/debian.qcow2" --size min --mask-free -o "$dir/min.img"
root "$dir/min.img"
clean "$dir/root.img"
(($(stat -c %s "$dir/min.img") < 1 << 30)) || fail "min has $(stat -c %s "$dir/min.img") bytes"
done_beside
expect_status 0 forge boot "$dir/min.img" --timeout 200
[[ $(sha256 "$debian/debian.qcow2") == "$before" ]] || fail "the input was changed"
