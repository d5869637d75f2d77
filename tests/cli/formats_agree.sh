#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same content gives the same digest from raw, qcow2, compressed and preallocated images.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

requires qemu-img
small_image "$dir/small.raw"
qemu-img convert -f raw -O qcow2 "$dir/small.raw" "$dir/plain.qcow2"
qemu-img convert -f raw -O qcow2 -c "$dir/small.raw" "$dir/compressed.qcow2"
cp --sparse=never "$dir/small.raw" "$dir/full.img"
digests=
for image in small.raw plain.qcow2 compressed.qcow2 full.img; do
  expect_status 0 forge bundle "${signing[@]}" -r x86_64 -p image -d "$dir/$image.d" "$dir/$image"
  digests+=$(grep -o "<digest algorithm='SHA1'>[0-9a-f]*" "$dir/$image.d/image.manifest.xml" |
    head -1)$'\n'
done
[[ $(sort -u <<<"${digests%$'\n'}" | wc -l) == 1 ]] || fail "the digests differ: $digests"
