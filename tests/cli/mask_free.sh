#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Deleted files do not reach a bundle or an image with --mask-free, and everything else does; without
# it every byte is as it was. No appliance is needed where all file systems are ext.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires mke2fs debugfs e2fsck sfdisk qemu-img

# 400 files of 3 KiB, each second one deleted; in a logical partition, with a file system before it.
mkdir "$dir/tree"
for i in $(seq 400); do printf 'marker %s of many%2980s' "$i" '' >"$dir/tree/$i"; done
truncate -s 40M "$dir/disk.raw"
sfdisk -q --no-reread --no-tell-kernel "$dir/disk.raw" <<'EOF2'
label: dos
start=2048, size=16384, type=83
start=20480, size=57344, type=5
start=22528, size=49152, type=83
EOF2
mke2fs -q -F -t ext4 -E offset=1048576 -d "$dir/tree" "$dir/disk.raw" 8M
mke2fs -q -F -t ext4 -b 4096 -E offset=$((22528 * 512)) -d "$dir/tree" "$dir/disk.raw" 24M
for offset in 1048576 $((22528 * 512)); do
  seq 1 2 400 | sed 's/^/rm /' >"$dir/script"
  debugfs -w -f "$dir/script" "$dir/disk.raw?offset=$offset" >/dev/null 2>&1
done

# markers IMAGE: how many files have left something in it.
markers() { grep -aoE 'marker [0-9]+ of many' "$1" | sort -u | wc -l; }
[[ $(markers "$dir/disk.raw") == 400 ]] || fail "the deleted files are not there to be found"

expect_status 0 forge bundle -q "${signing[@]}" -r x86_64 -d "$dir/bundle" --mask-free "$dir/disk.raw"
expect_status 0 forge unbundle -q "$dir/bundle/disk.manifest.xml" -k "$keys/user-key.pem" -o "$dir/unbundled.raw"
[[ $(markers "$dir/unbundled.raw") == 200 ]] || fail "the bundle has $(markers "$dir/unbundled.raw") files"
for start in 1 11; do
  dd if="$dir/unbundled.raw" of="$dir/part" bs=1M skip=$start conv=sparse status=none
  e2fsck -fn "$dir/part" >"$dir/fsck" 2>&1 || { cat "$dir/fsck" >&2 && fail "e2fsck -fn: $?"; }
  debugfs -R 'cat /200' "$dir/part" 2>/dev/null | cmp - "$dir/tree/200"
done

expect_status 0 forge convert -q --mask-free "$dir/disk.raw" -O qcow2 -o "$dir/masked.qcow2"
qemu-img compare -q -f raw -F qcow2 "$dir/unbundled.raw" "$dir/masked.qcow2" || fail "convert masks something else"
for options in '' '--mask-free --no-mask-free'; do
  # shellcheck disable=SC2086 # words
  expect_status 0 forge convert -q $options "$dir/disk.raw" --force -o "$dir/same.raw"
  cmp "$dir/disk.raw" "$dir/same.raw"
done

# A file system that cannot tell.
debugfs -w -R 'set_super_value state 2' "$dir/disk.raw?offset=1048576" 2>/dev/null
expect_status 3 forge convert -q --mask-free "$dir/disk.raw" -o "$dir/none.raw"
expect_err 'disk.raw: leaving out what is free \(--no-mask-free takes it along\): partition 1: .*marked as having errors'
[[ ! -e $dir/none.raw ]] || fail "there is an output"
