#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A manifest serves as the image, and its fields are inherited; options win.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
forge bundle -q "${signing[@]}" -r i386 --kernel aki-1 --ramdisk ari-1 --productcodes P \
  -B ami=sda1,ephemeral0=sdb -d "$dir/one" "$dir/small.raw" >/dev/null
expect_status 0 forge bundle "${signing[@]}" --tmpdir "$dir" --kernel aki-2 -B ami=sda --json \
  -d "$dir/two" "$dir/one/small.manifest.xml"
json 'it["bundle"]["architecture"] == "i386" and it["bundle"]["ramdisk_id"] == "ari-1"'
json 'it["bundle"]["kernel_id"] == "aki-2" and it["bundle"]["product_codes"] == ["P"]'
json 'it["bundle"]["block_device_mapping"] == {"ami": "sda", "ephemeral0": "sdb"}'
json 'it["bundle"]["name"] == "small" and it["bundle"]["size"] == 4194304'
[[ -z $(find "$dir" -name '.forge-*') ]] || fail "something is left"
expect_status 0 forge bundle "${signing[@]}" --no-inherit -r x86_64 --json \
  -d "$dir/three" "$dir/one/small.manifest.xml"
json '"kernel_id" not in it["bundle"] and it["bundle"]["block_device_mapping"] == {}'
expect_status 0 forge unbundle "$dir/two/small.manifest.xml" -k "$keys/user-key.pem" -o "$dir/back"
cmp "$dir/small.raw" "$dir/back"
