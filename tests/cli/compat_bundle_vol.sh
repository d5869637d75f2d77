#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ec2-bundle-vol makes of a directory what the original makes of a volume, and keeps what it loses.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"
requires e2fsck debugfs dumpe2fs python3

tree=$dir/tree
mkdir -p "$tree"/{dev,media/cd,mnt/disk,proc,sys,tmp,etc/ssl,home/u/.ssh,home/u/cache,boot/grub,run,var}
cat >"$tree/etc/fstab" <<'END'
# by hand
/dev/vda1 / xfs noatime 0 0
/dev/vda2 none swap sw 0 0
END
printf 'title Linux\n root (hd0,0)\n kernel /boot/vmlinuz root=/dev/vda1 ro\n' >"$tree/boot/grub/menu.lst"
echo dot >"$tree/.autorelabel"
for file in dev/kmsg proc/cpuinfo sys/x mnt/disk/x media/cd/x tmp/junk home/u/cache/x home/u/.bash_history \
  home/u/id_rsa.pub home/u/note~ etc/ssl/ca.pem etc/ssl/key.pem run/pid; do echo x >"$tree/$file"; done
echo linked >"$tree/etc/a"
ln "$tree/etc/a" "$tree/etc/b"
truncate -s 50M "$tree/var/sparse"
mkfifo "$tree/var/fifo"
python3 - "$tree" <<'END'
import os, socket, sys
os.chdir(sys.argv[1])
socket.socket(socket.AF_UNIX).bind("var/socket")
try:
    os.setxattr("etc/a", "user.note", b"kept")
    # Version 2; owner rwx, user 1000 r--, group r--, mask r--, others none.
    os.setxattr("var/fifo", "system.posix_acl_access", bytes.fromhex(
        "02000000" "01000700ffffffff" "02000400e8030000" "04000400ffffffff" "10000400ffffffff" "20000000ffffffff"))
except OSError as error:
    print("no attributes here:", error)
if os.geteuid() == 0:
    os.chown("etc/ssl", 3000000001, 3000000002)
    os.mknod("var/loop", 0o060600, os.makedev(7, 0x12345))
END

# in_image COMMAND: what debugfs says to COMMAND about the image. shows COMMAND REGEX, lacks_file PATH.
image=$dir/made/image
in_image() { debugfs -R "$1" "$image" 2>"$dir/debugfs" >"$dir/shown"; }
shows() {
  in_image "$1"
  grep -Eq -e "$2" "$dir/shown" || { cat "$dir/shown" >&2 && fail "$1 does not show $2"; }
}
lacks_file() {
  in_image "stat $1"
  grep -q 'File not found' "$dir/debugfs" || fail "$1 is in the image"
}
clean() { e2fsck -fn "$image" >"$dir/fsck" 2>&1 || { cat "$dir/fsck" >&2 && fail "e2fsck -fn finds faults"; }; }
header() { dumpe2fs -h "$image" 2>/dev/null | sed -n "s/^$1: *//p"; }
# names DIRECTORY: what is in it, in a row.
names() { in_image "ls -p $1" && cut -d / -f 6 <"$dir/shown" | grep -vx -e '\.' -e '\.\.' -e '' | sort | xargs; }
# vol OPTION...: a run that makes the image alone.
vol() {
  rm -rf "$dir/made" && mkdir "$dir/made"
  expect_status 0 ec2-bundle-vol --clone-only --batch -v "$tree" -P none -s 64 -d "$dir/made" "$@"
  clean
}

# The whole tool: lines, manifest, bundle; the image stays, and is what the bundle holds.
mkdir "$dir/made"
expect_status 0 ec2-bundle-vol "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r i386 -v "$tree" \
  --partition none --size 64 -d "$dir/made" -e /tmp,/home/u/cache --generate-fstab --no-inherit --batch \
  --kernel aki-1 --ramdisk ari-2 -B root=/dev/sda1,ami=sda --productcodes A,B --no-size-checks
diff - "$dir/out" <<END || fail "other lines (>) than expected (<)"
Not partitioning boot device.
Copying $tree/ into the image file $image...
Excluding: 
	 /dev
	 /media
	 /mnt
	 /proc
	 /sys
	 /tmp
	 /home/u/cache
Image file created: $image
Volume cloning done.
Bundling image file...
Splitting $image.tar.gz.enc...
Created image.part.0
Generating digests for each part...
Digests generated.
Creating bundle manifest...
Bundle manifest is $image.manifest.xml
ec2-bundle-vol complete.
END
[[ ! -s $dir/err ]] || fail "something is on stderr: $(<"$dir/err")"
manifest=$image.manifest.xml
[[ $(element "$manifest" type) == machine ]] || fail "the type"
[[ $(element "$manifest" architecture) == i386 && $(element "$manifest" kernel_id) == aki-1 ]] || fail "architecture or kernel"
[[ $(element "$manifest" ramdisk_id) == ari-2 && $(texts_in "$manifest" product_codes) == "A B" ]] || fail "ramdisk or codes"
[[ $(texts_in "$manifest" block_device_mapping) == "ami sda root /dev/sda1" ]] || fail "the mapping"
mkdir "$dir/restored"
ec2-unbundle -k "$keys/user-key.pem" -m "$manifest" -s "$dir/made" -d "$dir/restored" >"$dir/unbundled"
cmp "$image" "$dir/restored/image"
clean
[[ $(stat -c %s "$image") == $((64 << 20)) ]] || fail "the image has not 64 MiB"
[[ $(header 'Check interval') == 0* && $(header 'Maximum mount count') == -1 ]] || fail "checks by time or mounts"
[[ $(header 'Reserved block count') == $((16384 * 5 / 100)) ]] || fail "reserved blocks"
[[ ! $(header 'Filesystem features') =~ extent|64bit|metadata_csum|flex_bg ]] || fail "no ext3 that PV-GRUB reads"
[[ $(header 'Filesystem features') == *has_journal* ]] || fail "no ext3"

# What the original makes: an fstab (of i386), devices, mount points, mtab.
shows 'cat /etc/fstab' '^# Legacy /etc/fstab$'
shows 'cat /etc/fstab' '^/dev/sda3 swap'
shows 'cat /etc/fstab.old' '^/dev/vda1 / xfs noatime 0 0$'
shows 'stat /etc/mtab' 'Fast link dest: "/proc/mounts"'
[[ $(names /dev) == "X0R console null tty zero" ]] || fail "in /dev: $(names /dev)"
for node in null:1:3 zero:1:5 tty:5:0 console:5:1; do
  IFS=: read -r name major minor <<<"$node"
  shows "stat /dev/$name" 'Type: character special'
  shows "stat /dev/$name" "major/minor number: 0*$major:0*$minor "
done
shows 'stat /dev/X0R' 'Fast link dest: "null"'

# What it leaves out. Directories at the top stay, empty.
for folder in media mnt proc sys tmp; do
  [[ -z $(names "/$folder") ]] || fail "in /$folder: $(names "/$folder")"
  shows "stat /$folder" 'Type: directory'
done
for file in /home/u/cache /home/u/.bash_history /home/u/id_rsa.pub /home/u/note~ /etc/ssl/key.pem; do lacks_file "$file"; done

# What it loses.
shows 'cat /.autorelabel' dot
shows 'stat /etc/b' 'Links: 2'
shows 'stat /var/sparse' 'Size: 52428800'
shows 'stat /var/sparse' 'Blockcount: 0'
shows 'stat /var/fifo' 'Type: FIFO'
shows 'stat /var/socket' 'Type: socket'
if grep -q user.note <(python3 -c 'import os,sys; print(os.listxattr(sys.argv[1]))' "$tree/etc/a"); then
  shows 'ea_list /etc/a' 'user.note .*kept'
fi
if grep -q posix_acl <(python3 -c 'import os,sys; print(os.listxattr(sys.argv[1]))' "$tree/var/fifo"); then
  shows 'ea_list /var/fifo' 'system.posix_acl_access'
fi
if ((EUID == 0)); then
  shows 'stat /etc/ssl' 'User: (3000000001|-1294967295) +Group: (3000000002|-1294967294)' # debugfs's %d
  shows 'stat /var/loop' 'Type: block special'
  shows 'stat /var/loop' 'major/minor number: 07:74565 '
fi

# Menus and the fstab that is copied fit the image.
shows 'cat /boot/grub/menu.lst' '^ root \(hd0\)$'
shows 'cat /boot/grub/menu.lst' "root=UUID=$(header 'Filesystem UUID') ro"
vol
[[ $(cd "$dir/made" && echo *) == image ]] || fail "--clone-only made $(ls "$dir/made")"
expect_out '^Not bundling image file since "--clone-only" flag was specified\.$'
shows 'cat /etc/fstab' "^UUID=$(header 'Filesystem UUID') / ext3 defaults 0 0$"
shows 'cat /etc/fstab' '^# this swap space was left out: /dev/vda2'
lacks_file /etc/fstab.old
[[ $(names /tmp) == junk ]] || fail "without --exclude /tmp is empty"

# Files of one's own; includes come before excludes and filter; a name of one's own.
echo '/dev/mine / ext3 ro 0 0' >"$dir/fstab"
printf 'title Mine\nroot (hd0,0)\n' >"$dir/menu"
image=$dir/made/mine
vol -p mine --fstab "$dir/fstab" --grub-config "$dir/menu" -i '/etc/ssl/ca.pem,/tmp/junk' -e '/tmp,/home/*/cache'
shows 'cat /etc/fstab' '^/dev/mine / ext3 ro 0 0$'
shows 'cat /etc/fstab.old' '^# by hand$'
shows 'cat /boot/grub/menu.lst' '^title Mine$'
shows 'cat /boot/grub/menu.lst' '^root \(hd0\)$'
shows 'stat /boot/grub/grub.conf' 'Fast link dest: "menu.lst"'
[[ $(names /etc/ssl) == ca.pem && $(names /tmp) == junk ]] || fail "--include"
lacks_file /home/u/cache
image=$dir/made/image
vol --no-filter --generate-fstab -r x86_64
shows 'cat /etc/fstab' '^# Default /etc/fstab$'
shows 'cat /home/u/.bash_history' x
shows 'cat /etc/ssl/key.pem' x

# A volume's own name is no pattern.
ln -s tree "$dir/[1]"
vol -v "$dir/[1]" -e '/home/*/cache'
lacks_file /home/u/cache

# What is written below the volume is not read: the image, its bundle, work directories.
mkdir "$tree/var/out" "$tree/var/out/.forge-old"
touch "$tree/var/out/image.manifest.xml" "$tree/var/out/image.part.0" "$tree/var/out/image.txt"
expect_status 0 ec2-bundle-vol --clone-only -v "$tree" -P none -s 64 -d "$tree/var/out"
expect_out "^	 /var/out/image$"
mv "$tree/var/out/image" "$image"
[[ $(names /var/out) == image.txt ]] || fail "in /var/out: $(names /var/out)"

# Other file systems than local disks' are mount points in the image, unless --all.
if unshare -rm true 2>/dev/null; then
  # shellcheck disable=SC2016
  mounted='mount -t tmpfs tmpfs "$0/run" && echo x >"$0/run/pid" && exec "$@"'
  for all in '' --all; do
    rm -f "$image"
    expect_status 0 unshare -rm bash -c "$mounted" "$tree" ec2-bundle-vol --clone-only -v "$tree" -P none \
      -s 64 -d "$dir/made" ${all:+"$all"}
    [[ $(names /run) == "${all:+pid}" ]] || fail "$all: in /run: $(names /run)"
  done
else
  echo "nothing can be mounted here: other file systems are not tested"
fi
