#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian disk, customized, without its identity, and put on a GPT with an EFI system partition in one
# launch: the guest's own GRUB boots it by UEFI and by a BIOS, and what was asked for its first boot happens.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires blkid debugfs e2fsck fsck.fat mcopy sfdisk
requires_appliance
disk=$(debian_disk)/debian.qcow2
before=$(sha256 "$disk")

# part NUMBER: that partition as a file of its own.
part() {
  local start size
  read -r start size < <(sfdisk -d "$dir/out.raw" | sed -n "s/.*raw$1 : start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p")
  dd if="$dir/out.raw" of="$dir/part$1" bs=512 skip="$start" count="$size" conv=sparse status=none
}

# shellcheck disable=SC2016 # the guest expands it
expect_status 0 forge customize "$disk" --hostname efi --sysprep all --service disable:ssh \
  --kernel-cmdline 'forge.test=1 -net.ifnames' --firstboot-command 'echo FIRST $HOME >/dev/ttyS0' \
  --firstboot-command 'echo "SECOND $(cat /proc/cmdline), ssh $(systemctl is-enabled ssh)" >/dev/ttyS0' \
  --layout gpt --efi --size +300M --time 1700000000 \
  --output-format raw -o "$dir/out.raw"
part 1
part 15
expect_status 0 e2fsck -fn "$dir/part1"
expect_status 0 fsck.fat -n "$dir/part15"
uuid=$(blkid -p -o value -s UUID "$dir/part1")
volume=$(blkid -p -o value -s UUID "$dir/part15")
debugfs -R 'cat /etc/fstab' "$dir/part1" 2>/dev/null >"$dir/out"
expect_out "^UUID=$uuid / ext4 errors=remount-ro 0 1\$"
expect_out "^UUID=$volume /boot/efi vfat "
mcopy -i "$dir/part15" ::/EFI/BOOT/BOOTX64.EFI "$dir/loader"
[[ $(head -c 2 "$dir/loader") == MZ ]] || fail "the boot loader is no program for UEFI"
rm "$dir"/part*

expect_status 0 forge boot "$dir/out.raw" --firmware uefi --expect '^efi login: ' --log "$dir/log"
grep -aq 'efi: EFI v2' "$dir/log" || fail "the kernel knows of no UEFI"
! grep -aq 'FAILED.*boot-efi' "$dir/log" || fail "/boot/efi is not mounted"
expect_status 0 forge boot "$dir/out.raw" --expect 'SECOND .*forge.test=1.*, ssh disabled' --log "$dir/log"
grep -aq 'FIRST /root' "$dir/log" || fail "the first command of the first boot did not run, or too late"
! grep -aq 'SECOND .*net.ifnames' "$dir/log" || fail "an argument of the kernel was not removed"
[[ $(sha256 "$disk") == "$before" ]] || fail "the input was changed"
