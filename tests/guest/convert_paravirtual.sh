#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An old paravirtual bundle, a bare file system with a menu.lst and no GRUB of its own, becomes a disk
# that boots, in one command.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/../cli/common.bash"
requires grub-mkimage
requires_appliance
disk=$(debian_disk)/debian.qcow2

cat >"$dir/menu.lst" <<'MENU'
default 0
timeout 0
title An old system
  root (hd0)
  kernel /vmlinuz root=/dev/sda1 ro net.ifnames=0 console=ttyS0,115200
  initrd /initrd.img
MENU
expect_status 0 forge build "$disk" --delete /usr/bin/grub-mkimage --delete /boot/grub \
  --mkdir /boot/grub --upload "$dir/menu.lst:/boot/grub/menu.lst" \
  --layout rootfs --size +200M --old-grub --fs ext3 "${signing[@]}" -d "$dir" -p old
expect_status 0 forge convert "$dir/old.manifest.xml" -k "$keys/user-key.pem" --layout mbr -o "$dir/new.raw"
expect_err "its boot loader is this host's GRUB"
expect_status 0 forge boot "$dir/new.raw" --log "$dir/console.log" --timeout 200
grep -aq 'root=UUID=5ca1ab1e-0000-4000-8000-00000000d15c' "$dir/console.log" || fail "the old menu was not read"
