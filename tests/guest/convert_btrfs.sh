#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What libext2fs cannot read the appliance copies: a guest on btrfs becomes an ext4 file system with its files.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires debugfs e2fsck mkfs.btrfs setfattr
requires_appliance

tree=$dir/tree
mkdir "$tree"
debugfs -R "rdump / $tree" "$FORGE_FIXTURES/debian.raw?offset=1048576" 2>/dev/null
sed -i 's/ext4/btrfs/' "$tree/etc/fstab"
ln "$tree/etc/hostname" "$tree/etc/other-name"
setfattr -n user.note -v 'a text' "$tree/etc/hostname"
chmod 4750 "$tree/usr/bin/busybox"
mkfifo "$tree/var/fifo"
truncate -s 200M "$dir/guest.raw"
mkfs.btrfs -q --rootdir "$tree" "$dir/guest.raw" >/dev/null

expect_status 0 forge convert -v "$dir/guest.raw" --layout rootfs -o "$dir/out.img"
expect_err '/ cannot be read directly: it is not ext2, ext3 or ext4'
e2fsck -fn "$dir/out.img" >"$dir/fsck" 2>&1 || { cat "$dir/fsck" >&2 && fail "e2fsck -fn: $?"; }
mkdir "$dir/copy"
debugfs -R "rdump / $dir/copy" "$dir/out.img" 2>/dev/null
# rdump leaves out what is neither file, directory nor link.
diff -rq --no-dereference "$tree" "$dir/copy" >"$dir/differences" || true
printf 'Files %s/etc/fstab and %s/etc/fstab differ\nOnly in %s/var: fifo\n' "$tree" "$dir/copy" "$tree" |
  diff - "$dir/differences" || fail "not the same files"
debugfs -R 'cat /etc/fstab' "$dir/out.img" 2>/dev/null | grep -q '^UUID=[^ ]* / ext4 defaults 0 1$' || fail "fstab is not made to fit"
for stat in '/etc/other-name Links:.2' '/etc/hostname user.note.*a.text' '/usr/bin/busybox Mode:..04750' '/var/fifo Type:.FIFO'; do
  debugfs -R "stat ${stat% *}" "$dir/out.img" 2>/dev/null | grep -q "${stat#* }" || fail "${stat% *} has not ${stat#* }"
done
