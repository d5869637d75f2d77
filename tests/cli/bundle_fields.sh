#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each bundle option comes out in the manifest, the account without its hyphens.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
expect_status 0 forge bundle "${signing[@]}" -u 1234-5678-9012 -r i386 --kernel aki-1 \
  --ramdisk ari-2 -B "root=/dev/sda1, ami=sda1" -B swap=sda3 --productcodes A,B --productcodes C \
  --json -d "$dir/bundle" "$dir/small.raw"
json 'it["bundle"]["user"] == "123456789012" and it["bundle"]["architecture"] == "i386"'
json 'it["bundle"]["kernel_id"] == "aki-1" and it["bundle"]["ramdisk_id"] == "ari-2"'
json 'it["bundle"]["product_codes"] == ["A", "B", "C"]'
mapping=$(grep -o '<block_device_mapping>.*</block_device_mapping>' \
  "$dir/bundle/small.manifest.xml" | sed 's/<[^>]*>/ /g' | xargs)
[[ $mapping == "ami sda1 root /dev/sda1 swap sda3" ]] || fail "the mapping is: $mapping"
