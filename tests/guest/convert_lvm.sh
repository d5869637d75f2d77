#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A disk with /boot on a partition, the root and /var on logical volumes: as it is, as one bare root file
# system with the whole tree, of that as an MBR disk, of that as a GPT disk; those boot, without LVM.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/guest/same_tree.bash
. "$(dirname "$0")/same_tree.bash"
requires e2fsck debugfs qemu-img guestfish
requires_appliance
debian=$(debian_disk)/debian.raw
lvm=$("$FORGE_SOURCE/fixtures/lvm-disk")/lvm.raw

file() { debugfs -R "cat $1" "$dir/rootfs.img" 2>/dev/null; }

expect_status 0 forge convert "$lvm" --layout keep -O qcow2 -o "$dir/keep.qcow2"
as_it_was() { qemu-img compare -q -f raw -F qcow2 "$lvm" "$dir/keep.qcow2"; }
as_it_was || fail "keep changed the disk"

expect_status 0 forge convert -v "$dir/keep.qcow2" --layout rootfs -o "$dir/rootfs.img"
[[ $(stat -c %s "$dir/rootfs.img") == $(((256 + 4096 + 512) << 20)) ]] || fail "not as large as the three file systems"
! grep 'cannot be read directly' "$dir/err" || fail "the appliance copied the tree"
e2fsck -fn "$dir/rootfs.img" >"$dir/fsck" 2>&1 || { cat "$dir/fsck" >&2 && fail "e2fsck -fn: $?"; }
same_contents "$dir/rootfs.img" "$debian?offset=1048576" \
  '/etc/fstab and |/boot/grub/grub.cfg and |^Only in [^ ]*(/srv: special|/boot: lost.found|/var: lost.found)$'
[[ $(file /srv/special/not-hidden) == hidden && ! $(file /var/hidden) ]] ||
  fail "a file below a mount point was not hidden"
[[ $(file /etc/fstab | grep -v '^#') == 'UUID=5ca1ab1e-0000-4000-8000-00000000d15c / ext4 errors=remount-ro 0 1' ]] ||
  fail "fstab: $(file /etc/fstab)"

beside same_entries "$dir/rootfs.img" "$lvm" /dev/debian-vg/root: /dev/sda1:/boot /dev/debian-vg/var:/var -- \
  /etc/fstab /boot/grub/grub.cfg /srv/special/not-hidden
expect_status 0 forge convert "$dir/rootfs.img" --layout mbr --size +300M -o "$dir/mbr.img"
done_beside
beside forge boot "$dir/mbr.img" --timeout 200
expect_status 0 forge convert "$dir/mbr.img" --layout gpt -o "$dir/gpt.img"
done_beside
expect_status 0 forge boot "$dir/gpt.img" --timeout 200
as_it_was || fail "the input was changed"
