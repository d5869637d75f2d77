#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A restored image takes no more room than its data, whatever the bundle's own holes are; --no-sparse
# gives every byte its place.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires qemu-img openssl

# 3 MiB of data in the middle of 40 MiB, as an archive without any hole.
small_image "$dir/data.raw"
truncate -s 40M "$dir/small.raw"
dd if="$dir/data.raw" of="$dir/small.raw" bs=1M seek=10 count=3 conv=notrunc status=none
expect_status 0 forge bundle "${signing[@]}" -r x86_64 --sparse none -d "$dir" "$dir/small.raw"
manifest=$dir/small.manifest.xml
taken() { echo $(($(stat -c '%b * %B' "$1") / 1024)); } # KiB

for options in '' '--no-sparse' '-O qcow2' '-O qcow2 --no-sparse'; do
  # shellcheck disable=SC2086 # a list of words
  expect_status 0 forge unbundle -k "$keys/user-key.pem" "$manifest" -o "$dir/out.img" --force $options
  if [[ $options == *qcow2* ]]; then
    qemu-img info "$dir/out.img" | grep -q 'file format: qcow2' || fail "no qcow2"
    qemu-img compare -q -f raw -F qcow2 "$dir/small.raw" "$dir/out.img" || fail "$options: another image"
  else
    cmp "$dir/small.raw" "$dir/out.img"
  fi
  size=$(taken "$dir/out.img")
  echo "unbundle $options: $size KiB"
  case $options in
    *--no-sparse*) ((size >= 40 << 10)) || fail "--no-sparse leaves holes" ;;
    *) ((size >= 3 << 10 && size <= (3 << 10) + 512)) || fail "zeros take room" ;;
  esac
done
