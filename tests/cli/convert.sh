#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Directories and archives become file systems that e2fsck finds clean, without an appliance: of any
# size, label and UUID, with what the rules want in them, the same bytes twice.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires e2fsck debugfs dumpe2fs tar qemu-img

tree=$dir/tree
mkdir -p "$tree/etc/ssl" "$tree/root/.ssh" "$tree/boot/grub" "$tree/bin"
printf '# by hand\n/dev/vda1 / xfs noatime 0 0\n/dev/vda2 none swap sw 0 0\n' >"$tree/etc/fstab"
printf 'title Linux\n root (hd0,0)\n kernel /boot/vmlinuz root=/dev/vda1 ro\n' >"$tree/boot/grub/menu.lst"
echo hidden >"$tree/.autorelabel"
echo key >"$tree/root/.ssh/authorized_keys"
echo ca >"$tree/etc/ssl/ca.pem"
ln "$tree/etc/ssl/ca.pem" "$tree/etc/ssl/other"
ln -s ../etc/fstab "$tree/bin/link"
head -c 3000000 /dev/urandom >"$tree/bin/data"
touch -d @1600000000 "$tree/bin/data"
truncate -s 5G "$tree/bin/sparse"
echo bytes >"$tree/etc/"$'not \xe4\xf6 UTF-8'

uuid=5ca1ab1e-0000-4000-8000-0000000000aa
made=(--uuid "$uuid" --time 1700000000)
convert() { expect_status 0 forge convert -q "${made[@]}" --force -o "$dir/out.img" "$@"; }
# shows COMMAND REGEX: what debugfs says to COMMAND.
shows() {
  debugfs -R "$1" "$dir/out.img" 2>/dev/null >"$dir/shown"
  grep -Eq -e "$2" "$dir/shown" || { cat "$dir/shown" >&2 && fail "$1 does not show $2"; }
}
clean() { e2fsck -fn "$dir/out.img" >"$dir/fsck" 2>&1 || { cat "$dir/fsck" >&2 && fail "e2fsck -fn: $?"; }; }
header() { dumpe2fs -h "$dir/out.img" 2>/dev/null | sed -n "s/^$1: *//p"; }

convert "$tree" --label root
clean
[[ $(header 'Filesystem volume name') == root && $(header 'Filesystem UUID') == "$uuid" ]] || fail "label or UUID"
shows 'cat /etc/fstab' "^UUID=$uuid / ext4 defaults 0 0"
shows 'cat /etc/fstab' '^# this swap space was left out: /dev/vda2'
shows 'cat /boot/grub/menu.lst' '^ root \(hd0\)$'
shows 'cat /boot/grub/menu.lst' "root=UUID=$uuid ro"
shows 'cat /.autorelabel' hidden
shows 'stat /etc/ssl/other' 'Links: 2'
shows 'stat /bin/link' 'Fast link dest: "../etc/fstab"'
shows 'stat /bin/sparse' 'Size: 5368709120'
shows $'cat "/etc/not \xe4\xf6 UTF-8"' bytes
shows 'stat /bin/sparse' 'Blockcount: 0'
debugfs -R "dump /bin/data $dir/data" "$dir/out.img" 2>/dev/null
cmp "$dir/data" "$tree/bin/data"
# Nothing is newer than the time that was given; what is older stays.
shows 'stat /bin/data' '^ mtime: 0x5f5e1000:0+ '
shows 'stat /bin/link' '^ mtime: 0x6553f100:0+ '
roomy=$(stat -c %s "$dir/out.img")

# The same twice; an archive of the tree gives the same files.
cp "$dir/out.img" "$dir/first.img"
convert "$tree" --label root
cmp "$dir/out.img" "$dir/first.img"
tar -C "$tree" --sparse -czf "$dir/tree.tar.gz" .
convert "$dir/tree.tar.gz"
clean
shows $'cat "/etc/not \xe4\xf6 UTF-8"' bytes
shows 'stat /bin/sparse' 'Size: 5368709120'
shows 'stat /etc/ssl/other' 'Links: 2'
debugfs -R "dump /bin/data $dir/data" "$dir/out.img" 2>/dev/null
cmp "$dir/data" "$tree/bin/data"

# The earliest time is one as any other, and not the clock's.
for run in one two; do
  SOURCE_DATE_EPOCH=0 expect_status 0 forge convert -q --uuid "$uuid" "$tree" -o "$dir/$run.img"
done
cmp "$dir/one.img" "$dir/two.img"
[[ $(dumpe2fs -h "$dir/one.img" 2>/dev/null | TZ=UTC sed -n 's/^Filesystem created: *//p') == 'Thu Jan  1 '*1970 ]] ||
  fail "made at another time than 1970"

# Sizes.
convert "$tree" --size min
clean
min=$(stat -c %s "$dir/out.img")
((min < roomy && min > 3000000)) || fail "min has $min bytes"
convert "$tree" --size +20M
clean
(($(header 'Free blocks') * $(header 'Block size') >= 20 << 20)) || fail "fewer than 20 MiB are free"
convert "$tree" --size 64M --reserved 5
clean
[[ $(stat -c %s "$dir/out.img") == $((64 << 20)) ]] || fail "not 64 MiB"
expect_status 2 forge convert "$tree" -o "$dir/none.img" --size 2M
expect_err 'making a disk of .*tree: .* do not fit into 2.0 MiB: they need [0-9.]* MiB'
[[ ! -e $dir/none.img ]] || fail "a file system that does not fit"

mkdir -p "$dir/tiny/etc"
for size in min +0 +1M; do
  expect_status 0 forge convert -q --force "$dir/tiny" --size "$size" -o "$dir/out.img"
  clean
done

# Types, and what old boot loaders cannot read.
for type in ext2 ext3 ext4; do
  convert "$tree" --fs "$type"
  clean
  shows 'cat /etc/fstab' "^UUID=$uuid / $type"
  [[ $type == ext2 || $(header 'Filesystem features') == *has_journal* ]] || fail "$type without a journal"
done
convert "$tree" --old-grub
clean
[[ ! $(header 'Filesystem features') =~ 64bit|metadata_csum|orphan_file ]] || fail "features that old GRUBs do not know"

# An fstab of ec2-bundle-vol's, or one's own; the old one is kept.
convert "$tree" --fs ext3 --fstab default
clean
shows 'cat /etc/fstab' '^# Default /etc/fstab$'
shows 'cat /etc/fstab' '^/dev/sda1 /     ext3    defaults 1 1$'
shows 'cat /etc/fstab' '^none      /dev/pts devpts'
shows 'cat /etc/fstab.old' '^/dev/vda1 / xfs noatime 0 0$'
convert "$tree" --fstab legacy
shows 'cat /etc/fstab' '^/dev/sda1 /     ext4    defaults 1 1$'
shows 'cat /etc/fstab' '^/dev/sda3 swap'
echo '/dev/mine / ext4 ro 0 0' >"$dir/fstab"
convert "$tree" --fstab "$dir/fstab" --exclude '/etc/fstab'
clean
shows 'cat /etc/fstab' '^/dev/mine / ext4 ro 0 0$'
! debugfs -R 'stat /etc/fstab.old' "$dir/out.img" 2>/dev/null | grep -q Inode || fail "an old fstab of nothing"
expect_status 3 forge convert "$tree" --fstab "$dir/nowhere" -o "$dir/none.img"
expect_err 'nowhere'

# Rules, as rsync reads them: the first that matches wins.
convert "$tree" --filter --include '/etc/ssl/ca.pem' --exclude '/bin/d*'
clean
shows 'cat /etc/ssl/ca.pem' ca
for gone in /root/.ssh/authorized_keys /bin/data; do
  debugfs -R "stat $gone" "$dir/out.img" 2>&1 | grep -q 'File not found' || fail "$gone was not left out"
done

# Other formats, and the layout that changes nothing.
expect_status 0 forge convert -q "${made[@]}" "$tree" -O qcow2 --label root -o "$dir/out.qcow2"
qemu-img compare -q -f raw -F qcow2 "$dir/first.img" "$dir/out.qcow2" || fail "qcow2 holds another disk"
expect_status 0 forge convert -q "$dir/first.img" -O qcow2 -o "$dir/kept.qcow2"
qemu-img compare -q -f raw -F qcow2 "$dir/first.img" "$dir/kept.qcow2" || fail "keep changes the disk"

# Bundled, it is the same disk.
expect_status 0 forge bundle -q "${signing[@]}" -r x86_64 "$tree" "${made[@]}" --label root -d "$dir/bundle" --report
expect_status 0 forge unbundle -q "$dir/bundle/tree.manifest.xml" -k "$keys/user-key.pem" -o "$dir/unbundled.img"
cmp "$dir/first.img" "$dir/unbundled.img"
cp "$dir/bundle/forge-report.json" "$dir/out"
json "it['input'] == {'path': '$tree', 'sha256': None, 'format': 'directory'}"
json "'layout' in it['run']['seconds']"

# Reproducible means the disk as well.
expect_status 2 forge bundle -q "$tree" "${signing[@]}" -r x86_64 -d "$dir/same1" --reproducible
expect_err 'needs a UUID: give one with --uuid'
for run in 1 2; do
  expect_status 0 forge bundle -q "$tree" "${signing[@]}" -r x86_64 --uuid "$uuid" -d "$dir/same$run" --reproducible
done
diff -r "$dir/same1" "$dir/same2"

expect_status 2 forge convert "$dir/first.img" --label new -o "$dir/none.img"
expect_err 'keep changes nothing but sizes'
expect_status 2 forge convert "$dir/first.img" --old-grub -o "$dir/none.img"
expect_err 'keep changes nothing'
expect_status 2 forge convert "$tree" --uuid 1234 -o "$dir/none.img"
expect_err 'is not a UUID'
expect_status 2 forge convert "$tree" --size huge -o "$dir/none.img"
expect_err '"huge" is not SIZE\|min\|\+FREE'
expect_status 2 forge convert "$tree" --layout mbr --efi -o "$dir/none.img"
expect_err 'an EFI system partition needs a GPT: choose --layout gpt'
expect_status 1 forge convert "$tree" -o "$dir/first.img"
expect_err 'exists already'
mkfifo "$dir/pipe"
small_image "$dir/input.raw"
before=$(sha256 "$dir/input.raw")
ln -s input.raw "$dir/link.raw"
for output in input.raw link.raw; do
  expect_status 2 forge convert "$dir/input.raw" --size +1M -o "$dir/$output" --force
  expect_err "$output is the input, which is never changed: write another file"
done
[[ $(sha256 "$dir/input.raw") == "$before" ]] || fail "the input was changed"
expect_status 2 forge convert "$tree" -o "$dir/pipe" --force
expect_err 'is no file: it is not replaced'
! compgen -G "$dir/.forge-*" || fail "a work directory is left behind"
